using System.Net;
using Microsoft.AspNetCore.Builder;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Access;

public sealed class AccessTests
{
    private const string Payment = "/api/v1/payments/pay_01m7wtn50sfz5txb0tmw4px1yr";

    private static readonly (string Method, string Path)[] ForSecretKeys =
    [
        ("GET", "/api/v1/payments"), ("POST", Payment + "/capture"), ("POST", Payment + "/cancel"), (
            "GET", Payment + "/timeline"),
        ("POST", Payment + "/refunds"), ("GET", "/api/v1/refunds/rfd_01m7wtn50sfz5txb0tmw4px1yr_1"), (
            "GET", "/api/v1/ledger/accounts"),
        ("GET", "/api/v1/ledger/trial-balance"), ("GET", "/api/v1/providers"), (
            "PUT", "/api/v1/providers/razorpay/credentials"),
        ("PUT", "/api/v1/customers/asha"), ("GET", "/api/v1/customers/asha"), ("DELETE", "/api/v1/customers/asha"),
        ("POST", "/api/v1/order-tokens"), ("POST", "/api/v1/order-tokens/rotation"),
        ("PUT", "/api/v1/customers/asha/wallet"), ("POST", "/api/v1/customers/asha/cards"),
        ("GET", "/api/v1/customers/asha/cards"), ("POST", "/api/v1/customers/asha/upi/validate"),
        ("POST", "/api/v1/customers/asha/wallets/paytm"), ("GET", "/api/v1/customers/asha/instruments"),
        ("GET", "/api/v1/customers/asha/transactions"),
    ];

    private static readonly (string Method, string Path)[] ForPayers =
    [
        ("GET", Payment), ("GET", Payment + "/events"), ("POST", Payment + "/confirm"),
        ("POST", Payment + "/upi/validate"), ("GET", Payment + "/qr.svg"), ("GET", Payment + "/qr.png"),
        ("POST", Payment + "/tickets"),
    ];

    private static readonly (string Method, string Path)[] ForTheAdministrator =
    [
        ("PUT", "/api/v1/merchants/shop"), ("GET", "/api/v1/merchants/shop"), ("POST", "/api/v1/merchants/shop/keys"),
        ("DELETE", "/api/v1/merchants/shop/keys/key_1"), ("GET", "/api/v1/vault"), ("POST", "/api/v1/vault/rotation"),
    ];

    [Fact]
    public async Task Without_a_key_every_call_is_refused_before_its_body_is_read()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        foreach (var (method, path)
            in (IEnumerable<(string, string)>)[
                .. ForSecretKeys, .. ForPayers, ("POST", "/api/v1/payments"), .. ForTheAdministrator,
            ])
        {
            var response = await client.SendJsonAsync(path, "not JSON", method);
            await response.ProblemAsync(401, "authentication_required");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }

        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Fact]
    public async Task A_publishable_key_does_what_a_browser_may_and_no_more()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(host.Shop.PublishableKey);
        foreach (var (method, path) in ForSecretKeys)
        {
            await (await client.SendJsonAsync(path, "{}", method)).ProblemAsync(403, "permission_denied");
        }

        await (await client.SendJsonAsync("/api/v1/payments", "{}")).ProblemAsync(403, "order_token_required");
        foreach (var (method, path) in ForPayers)
        {
            await (await client.SendJsonAsync(path, "{}", method)).ProblemAsync(403, "permission_denied");
        }
    }

    [Fact]
    public async Task A_client_secret_opens_its_own_payment_and_nothing_else()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var created = await (await shop.SendJsonAsync(
            "/api/v1/payments", """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""")).JsonAsync();
        var path = $"/api/v1/payments/{created.GetProperty("id").GetString()}";
        using var payer = host.Client(created.GetProperty("client_secret").GetString());
        Assert.Equal(HttpStatusCode.OK, (await payer.GetAsync(path)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Accepted, (await payer.SendJsonAsync(path + "/confirm", """{"method":"upi"}""")).StatusCode);
        Assert.Equal("null", (await (await shop.GetAsync(path)).JsonAsync()).GetProperty("client_secret").GetRawText());

        foreach (var (method, other) in ForPayers)
        {
            await (await payer.SendJsonAsync(other, "{}", method)).ProblemAsync(404, "payment_not_found");
        }

        foreach (var (method, call) in (IEnumerable<(string, string)>)[.. ForSecretKeys, ("POST", "/api/v1/payments")])
        {
            await (await payer.SendJsonAsync(call, "{}", method)).ProblemAsync(403, "permission_denied");
        }

        using var late = host.Client(created.GetProperty("client_secret").GetString() + "x");
        await (await late.GetAsync(path)).ProblemAsync(401, "api_key_invalid");
    }

    [Fact]
    public async Task Merchants_and_the_administrator_do_not_stand_in_for_each_other()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var key in (string[])[host.Shop.SecretKey, host.Shop.PublishableKey])
        {
            using var client = host.Client(key);
            foreach (var (method, path) in ForTheAdministrator)
            {
                await (await client.SendJsonAsync(path, "{}", method)).ProblemAsync(401, "api_key_invalid");
            }
        }

        using var administrator = host.Client(GatewayHost.AdminKey);
        await (await administrator.GetAsync("/api/v1/payments")).ProblemAsync(401, "api_key_invalid");
    }

    [Theory]
    [InlineData("Basic c2s6")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("sk_test_0000000000000000shop")]
    public async Task A_key_is_a_bearer_token(string header)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        await (await client.GetAsync("/api/v1/payments")).ProblemAsync(401, "authentication_required");
    }

    [Theory]
    [InlineData("Bearer sk_test_unknownunknownunknown")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer sk_test_0000000000000000shop2")]
    [InlineData("Bearer SK_TEST_0000000000000000SHOP")]
    public async Task An_unknown_key_is_refused(string header)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        await (await client.GetAsync("/api/v1/payments")).ProblemAsync(401, "api_key_invalid");
    }

    [Fact]
    public async Task A_key_in_the_address_is_refused_and_written_nowhere()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.GetAsync("/api/v1/payments?api_key=sk_test_canarycanarycanary"))
            .ProblemAsync(400, "invalid_field");
        Assert.True(problem.BlamesField("api_key"));
        Assert.DoesNotContain("canary", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log, line => line.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Merchants_see_nothing_of_each_other()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        using var other = host.Client((await host.OpenShopAsync()).SecretKey);
        var path = GatewayHost.PathOf(await GatewayHost.PaidAsync(shop, "o1"));
        var refund = await (await shop.SendJsonAsync(path + "/refunds", "{}")).JsonAsync();
        foreach (var (method, theirs, twin) in (IEnumerable<(string, string, string)>)
        [
            ("GET", path, Payment), ("POST", path + "/capture", Payment + "/capture"), (
                "POST", path + "/cancel", Payment + "/cancel"),
            ("POST", path + "/refunds", Payment + "/refunds"), ("GET", path + "/timeline", Payment + "/timeline"),
            ("GET", path + "/events", Payment + "/events"), ("GET", path + "/qr.svg", Payment + "/qr.svg"),
        ])
        {
            var one = await (await other.SendJsonAsync(theirs, "{}", method)).ProblemAsync(404, "payment_not_found");
            var two = await (await other.SendJsonAsync(twin, "{}", method)).ProblemAsync(404, "payment_not_found");
            Assert.Equal(one.GetProperty("detail").GetString(), two.GetProperty("detail").GetString());
        }

        await (await other.GetAsync($"/api/v1/refunds/{refund.GetProperty("id").GetString()}")).ProblemAsync(
            404, "refund_not_found");
        Assert.Equal(202, (int)(await other.SendJsonAsync("/api/v1/payments", PaymentBodies.Upi("o1"))).StatusCode);
    }

    [Fact]
    public async Task A_key_is_queried_once_for_some_seconds()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => client.GetAsync("/api/v1/payments")));
        Assert.InRange(host.Calls.Count<IApiKeyGrain>(), 1, 5);
    }

    [Fact]
    public async Task A_revoked_key_stops_working()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:KeyLifetime", "00:00:00.050"));
        using var client = host.Client();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/payments")).StatusCode);
        await host.Shop.RevokeKeysAsync();
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync("/api/v1/payments")).StatusCode == HttpStatusCode.Unauthorized,
            "the revoked key no longer works");
    }

    [Fact]
    public async Task Without_an_administrators_key_no_one_administers()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:AdminKeyHash", ""));
        using var client = host.Client(GatewayHost.AdminKey);
        await (await client.GetAsync("/api/v1/merchants/shop")).ProblemAsync(401, "api_key_invalid");
    }

    [Fact]
    public async Task A_new_key_works_at_once_where_it_was_not_tried_before()
    {
        await using var host = await GatewayHost.StartAsync();
        using var administrator = host.Client(GatewayHost.AdminKey);
        var made = await administrator.SendJsonAsync(
            $"/api/v1/merchants/{host.Shop.Id}/keys", """{"scope":"secret"}""");
        using var client = host.Client((await made.JsonAsync()).GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/payments")).StatusCode);
    }

    [Fact]
    public async Task An_endpoint_without_a_policy_is_closed_to_everybody()
    {
        await using var host = await GatewayHost.StartAsync(routes => routes.MapGet("/forgotten", () => "hello"));
        foreach (var key in (string?[])[null, host.Shop.SecretKey, GatewayHost.AdminKey])
        {
            using var client = host.Client(key);
            await (await client.GetAsync("/forgotten")).ProblemAsync(403, "permission_denied");
        }
    }
}
