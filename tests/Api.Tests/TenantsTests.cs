using System.Net;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class TenantsTests(ApiFixture api)
{
    private const string Nobodys = Payments + "/pay_01m7wtn50sfz5txb0tmw4px1yr";

    // More than all payments of the other merchant in these tests together.
    private const long MuchMinor = 20_000_000;

    [Fact]
    public async Task Another_merchants_payment_is_one_that_does_not_exist()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), more: ",\"description\":\"canary\"", amount: MuchMinor));
        await UntilFinalAsync(api.Shop, path, "SUCCESS");
        var refund = (await api.Shop.SendJsonAsync(
            path + "/refunds", """{"amount":1}""")).Headers.Location!.AbsolutePath;
        foreach (var (method, suffix, body) in (IEnumerable<(string, string, string)>)
        [
            ("GET", "", ""), ("GET", "/timeline", ""), ("GET", "/events", ""), ("GET", "/qr.svg", ""),
            ("GET", "/qr.png", ""), ("POST", "/capture", "{}"), ("POST", "/cancel", "{}"), ("POST", "/refunds", "{}"),
            ("POST", "/confirm", """{"method":"upi"}"""),
        ])
        {
            var theirs = await (await api.Other.SendJsonAsync(path + suffix, body, method)).ProblemAsync(
                404, "payment_not_found");
            var nobodys = await (await api.Other.SendJsonAsync(Nobodys + suffix, body, method)).ProblemAsync(
                404, "payment_not_found");
            Assert.Equal(nobodys.GetProperty("detail").GetString(), theirs.GetProperty("detail").GetString());
            Assert.DoesNotContain("canary", theirs.ToString(), StringComparison.Ordinal);
        }

        await (await api.Other.GetAsync(refund)).ProblemAsync(404, "refund_not_found");
        var list = await api.Other.GetStringAsync(Payments + "?limit=100");
        Assert.DoesNotContain("canary", list, StringComparison.Ordinal);
        Assert.DoesNotContain(path.Split('/')[^1], list, StringComparison.Ordinal);
        Assert.All(
            (await (await api.Other.GetAsync("/api/v1/ledger/accounts")).JsonAsync()).GetProperty("data")
                .EnumerateArray(),
            account => Assert.InRange(account.GetProperty("credits").GetInt64(), 0, MuchMinor - 1));
    }

    [Fact]
    public async Task A_cursor_of_another_merchants_list_shows_only_ones_own()
    {
        for (var number = 0; number < 2; number++)
        {
            await StartAsync(api.Shop, Upi(NewOrder()));
        }

        var cursor = (await (await api.Shop.GetAsync(Payments + "?limit=1")).JsonAsync())
            .GetProperty("next_cursor").GetString();
        var own = await StartAsync(api.Other, Upi(NewOrder()));
        var page = await api.Other.GetStringAsync($"{Payments}?limit=100&cursor={cursor}");
        Assert.DoesNotContain(own.Split('/')[^1], page, StringComparison.Ordinal);
        var shops = (await (await api.Shop.GetAsync(Payments + "?limit=100")).JsonAsync())
            .GetProperty("data")
            .EnumerateArray()
            .Select(line => line.GetProperty("id").GetString()!);
        Assert.All(shops, id => Assert.DoesNotContain(id, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_publishable_key_may_not_list_refund_or_administer()
    {
        foreach (var (method, path) in (IEnumerable<(string, string)>)
        [
            ("GET", Payments), ("POST", Nobodys + "/refunds"), ("POST", Nobodys + "/capture"), (
                "GET", "/api/v1/ledger/accounts"),
            ("GET", "/api/v1/providers"), ("PUT", "/api/v1/providers/razorpay/credentials"),
        ])
        {
            await (await api.Browser.SendJsonAsync(path, "{}", method)).ProblemAsync(403, "permission_denied");
        }

        await (await api.Browser.GetAsync("/api/v1/merchants/shop")).ProblemAsync(401, "api_key_invalid");
    }

    [Fact]
    public async Task A_publishable_key_sets_no_price_and_takes_no_order()
    {
        var order = NewOrder();
        await (await api.Browser.SendJsonAsync(Payments, Upi(order, amount: 100)))
            .ProblemAsync(403, "order_token_required");
        var path = await StartAsync(
            api.Shop,
            $"{{\"order_id\":\"{order}\",\"amount\":50000,\"currency\":\"INR\",\"confirm\":false,\"customer_id\":\"victim\"}}");
        await (await api.Browser.GetAsync(path)).ProblemAsync(403, "permission_denied");
        await (await api.Browser.SendJsonAsync(
            path + "/confirm", """{"method":"wallet","wallet":{"provider":"paytm"}}"""))
            .ProblemAsync(403, "permission_denied");
        Assert.Equal("PENDING", (await (await api.Shop.GetAsync(path)).JsonAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_revoked_key_stops_working_within_seconds()
    {
        using var administrator = api.Running.Administrator();
        var key = await administrator.PostAsync("/api/v1/merchants/other/keys", new { scope = "secret" });
        using var client = api.Client(key.GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Payments)).StatusCode);
        await administrator.CallAsync(
            HttpMethod.Delete, $"/api/v1/merchants/other/keys/{key.GetProperty("id").GetString()}");
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync(Payments)).StatusCode == HttpStatusCode.Unauthorized,
            "the revoked key stopped working",
            TimeSpan.FromSeconds(10));
        var merchant = await administrator.GetAsync("/api/v1/merchants/other");
        Assert.DoesNotContain(key.GetProperty("key").GetString()!, merchant.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merchant_without_credentials_takes_no_payment()
    {
        using var administrator = api.Running.Administrator();
        await administrator.PutAsync("/api/v1/merchants/bare", new { name = "Bare" });
        var key = await administrator.PostAsync("/api/v1/merchants/bare/keys", new { scope = "secret" });
        using var client = api.Client(key.GetProperty("key").GetString());
        await (await client.SendJsonAsync(Payments, Upi(NewOrder()))).ProblemAsync(422, "no_provider");
        Assert.Empty(
            (await (await client.GetAsync("/api/v1/providers")).JsonAsync()).GetProperty("data").EnumerateArray());
    }
}
