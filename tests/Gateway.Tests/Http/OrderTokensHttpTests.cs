using System.Net;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>What a page does with a publishable key: what its merchant's server signed, and nothing else.</summary>
public sealed class OrderTokensHttpTests
{
    private const string Payments = GatewayHost.Payments;
    private const string Tokens = "/api/v1/order-tokens";

    [Fact]
    public async Task A_page_creates_the_payment_that_the_server_signed_and_goes_on_with_its_secret()
    {
        await using var host = await GatewayHost.StartAsync();
        var shop = await host.OpenShopAsync(shop => shop with { Origins = ["https://shop.example"] });
        var token = await SignAsync(host, shop, """
            {"order_id":"o1","amount":50000,"currency":"INR","capture":"manual","customer_id":"asha",
             "customer":{"email":"a@b.example"},"return_url":"https://shop.example/thanks","metadata":{"margin":"12"},
             "basket":{"items":[{"name":"Größe","quantity":1,"unit_amount":50000}]},"expires_in":600}
            """);
        using var page = host.Client(shop.PublishableKey);
        using var response = await page.SendJsonAsync(
            Payments, $"{{\"order_token\":\"{token}\",\"method\":\"upi\"}}");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var created = await response.JsonAsync();
        Assert.Equal(50_000, created.GetProperty("amount").GetInt64());
        Assert.DoesNotContain("margin", created.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("a@b.example", created.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("cs_", created.GetProperty("client_secret").GetString(), StringComparison.Ordinal);

        using var payer = host.Client(created.GetProperty("client_secret").GetString());
        await GatewayHost.UntilAsync(payer, GatewayHost.PathOf(created), "REQUIRES_ACTION");
        using var server = host.Client(shop.SecretKey);
        var full = await (await server.GetAsync(GatewayHost.PathOf(created))).JsonAsync();
        Assert.Equal(
            ("asha", "12", "manual"),
            (
                full.GetProperty("customer_id").GetString(),
                full.GetProperty("metadata").GetProperty("margin").GetString(),
                full.GetProperty("capture").GetString()));
        Assert.Equal(
            TimeSpan.FromSeconds(600),
            full.GetProperty("expires_at").GetDateTimeOffset() - full.GetProperty("created_at").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("{}", "order_token_required", 403)]
    [InlineData(
        """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""", "order_token_required", 403)]
    [InlineData("""{"order_token":null,"method":"upi"}""", "order_token_required", 403)]
    [InlineData("""{"order_token":"ot_x.y","method":"upi"}""", "order_token_invalid", 400)]
    [InlineData("""{"order_token":"cs_x","method":"upi"}""", "order_token_invalid", 400)]
    [InlineData("""{"order_token":7,"method":"upi"}""", "order_token_invalid", 400)]
    public async Task Without_an_order_token_a_page_creates_nothing(string body, string code, int status)
    {
        await using var host = await GatewayHost.StartAsync();
        using var page = host.Client(host.Shop.PublishableKey);
        await (await page.SendJsonAsync(Payments, body)).ProblemAsync(status, code);
        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Theory]
    [InlineData("\"amount\":1")]
    [InlineData("\"order_id\":\"o2\"")]
    [InlineData("\"customer_id\":\"bala\"")]
    [InlineData("\"return_url\":\"https://evil.example\"")]
    [InlineData("\"metadata\":{\"a\":\"b\"}")]
    [InlineData("\"capture\":\"automatic\"")]
    public async Task A_page_changes_nothing_of_a_signed_order(string more)
    {
        await using var host = await GatewayHost.StartAsync();
        var token = await SignAsync(host, host.Shop, """{"order_id":"o1","amount":50000,"currency":"INR"}""");
        using var page = host.Client(host.Shop.PublishableKey);
        await (await page.SendJsonAsync(
            Payments, $"{{\"order_token\":\"{token}\",\"method\":\"upi\",{more}}}")).ProblemAsync(400, "unknown_field");
        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Fact]
    public async Task A_token_is_its_merchants_alone_and_ends_with_its_time()
    {
        await using var host = await GatewayHost.StartAsync();
        var token = await SignAsync(
            host, host.Shop, """{"order_id":"o1","amount":50000,"currency":"INR","lifetime":60}""");
        using var other = host.Client((await host.OpenShopAsync()).PublishableKey);
        var body = $"{{\"order_token\":\"{token}\",\"method\":\"upi\"}}";
        await (await other.SendJsonAsync(Payments, body)).ProblemAsync(400, "order_token_invalid");

        using var server = host.Client();
        await (await server.SendJsonAsync(Payments, body)).ProblemAsync(400, "unknown_field");
        using var page = host.Client(host.Shop.PublishableKey);
        await (await page.SendJsonAsync(Tokens, "{}")).ProblemAsync(403, "permission_denied");
        await (await server.SendJsonAsync(
            Tokens, """{"order_id":"o1","amount":1,"currency":"INR","lifetime":59}"""))
            .ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task A_page_that_meets_an_order_learns_nothing_of_it_and_its_own_request_again_is_replayed()
    {
        await using var host = await GatewayHost.StartAsync();
        using var server = host.Client();
        using var page = host.Client(host.Shop.PublishableKey);
        // The victim's: with a customer whose instruments are saved.
        await server.SendJsonAsync(
            Payments,
            """{"order_id":"v1","amount":77700777,"currency":"INR","confirm":false,"customer_id":"victim"}""");
        foreach (var amount in (int[])[1, 77_700_777])
        {
            var token = await SignAsync(
                host, host.Shop, $"{{\"order_id\":\"v1\",\"amount\":{amount},\"currency\":\"INR\"}}");
            var problem = await (await page.SendJsonAsync(
                Payments, $"{{\"order_token\":\"{token}\",\"confirm\":false}}")).ProblemAsync(409, "order_conflict");
            Assert.Equal("The order already has a payment.", problem.GetProperty("detail").GetString());
            Assert.DoesNotContain("77700777", problem.ToString(), StringComparison.Ordinal);
            Assert.False(problem.TryGetProperty("errors", out var errors) && errors.ValueKind != JsonValueKind.Null);
        }

        var own = await SignAsync(host, host.Shop, """{"order_id":"o1","amount":50000,"currency":"INR"}""");
        var body = $"{{\"order_token\":\"{own}\",\"confirm\":false}}";
        var first = await (await page.SendJsonAsync(Payments, body, "POST", ("Idempotency-Key", "k1"))).JsonAsync();
        using var again = await page.SendJsonAsync(Payments, body, "POST", ("Idempotency-Key", "k1"));
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        var replayed = await again.JsonAsync();
        Assert.Equal(first.GetProperty("id").GetString(), replayed.GetProperty("id").GetString());
        Assert.NotNull(replayed.GetProperty("client_secret").GetString());
        // Another request, with the same token: its sender did not create the payment.
        await (await page.SendJsonAsync(Payments, body)).ProblemAsync(409, "order_conflict");
        await (await page.SendJsonAsync(Payments, body, "POST", ("Idempotency-Key", "k2")))
            .ProblemAsync(409, "order_conflict");
        // The merchant's server finds the payment, with a secret for its customer.
        var found = await (await server.SendJsonAsync(
            Payments, """{"order_id":"o1","amount":50000,"currency":"INR","confirm":false}""")).JsonAsync();
        Assert.Equal(first.GetProperty("id").GetString(), found.GetProperty("id").GetString());
        Assert.NotNull(found.GetProperty("client_secret").GetString());
    }

    // Who opens a shop's page can guess the names that its servers give to requests.
    [Fact]
    public async Task A_pages_idempotency_key_meets_none_of_other_callers()
    {
        await using var host = await GatewayHost.StartAsync();
        using var page = host.Client(host.Shop.PublishableKey);
        using var server = host.Client();
        async Task<JsonElement> CreateAsync(string order)
        {
            var token = await SignAsync(
                host, host.Shop, $"{{\"order_id\":\"{order}\",\"amount\":500,\"currency\":\"INR\"}}");
            using var created = await page.SendJsonAsync(
                Payments, $"{{\"order_token\":\"{token}\",\"confirm\":false}}", "POST", ("Idempotency-Key", "charge"));
            Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
            return await created.JsonAsync();
        }

        foreach (var payment in (JsonElement[])[await CreateAsync("o1"), await CreateAsync("o2")])
        {
            using var payer = host.Client(payment.GetProperty("client_secret").GetString());
            var confirm = $"{GatewayHost.PathOf(payment)}/confirm";
            const string Upi = """{"method":"upi"}""";
            using var first = await payer.SendJsonAsync(confirm, Upi, "POST", ("Idempotency-Key", "pay"));
            Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
            using var again = await payer.SendJsonAsync(confirm, Upi, "POST", ("Idempotency-Key", "pay"));
            Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
            const string Other = """{"method":"netbanking","netbanking":{"bank":"HDFC"}}""";
            await (await payer.SendJsonAsync(confirm, Other, "POST", ("Idempotency-Key", "pay")))
                .ProblemAsync(422, "idempotency_key_reused");
        }

        foreach (var (key, order) in (ValueTuple<string, string>[])[("charge", "o3"), ("pay", "o4")])
        {
            using var created = await server.SendJsonAsync(
                Payments,
                $"{{\"order_id\":\"{order}\",\"amount\":500,\"currency\":\"INR\",\"confirm\":false}}",
                "POST",
                ("Idempotency-Key", key));
            Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        }
    }

    [Fact]
    public async Task A_customer_that_the_server_signed_for_is_proved_and_pays_with_what_is_saved()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.Shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
        var token = await SignAsync(
            host, host.Shop, """{"order_id":"o1","amount":500,"currency":"INR","customer_id":"asha"}""");
        using var page = host.Client(host.Shop.PublishableKey);
        var created = await (await page.SendJsonAsync(
            Payments, $"{{\"order_token\":\"{token}\",\"confirm\":false}}")).JsonAsync();
        Assert.Equal("asha", Assert.Single(host.Calls.Sent<StartPayment>()).Customer.Id);
        Assert.Null(host.Calls.Sent<StartPayment>()[0].Customer.Unproven);
        using var payer = host.Client(created.GetProperty("client_secret").GetString());
        var name = await (await payer.SendJsonAsync(
            GatewayHost.PathOf(created) + "/upi/validate", """{"vpa":"asha@bank"}""")).JsonAsync();
        Assert.Equal("ASHA", name.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_key_that_leaked_is_replaced_and_one_that_is_changed_goes_on_for_a_while()
    {
        await using var host = await GatewayHost.StartAsync();
        using var server = host.Client();
        using var page = host.Client(host.Shop.PublishableKey);
        var first = await SignAsync(host, host.Shop, """{"order_id":"o1","amount":500,"currency":"INR"}""");
        var rotated = await (await server.SendJsonAsync(Tokens + "/rotation", """{"overlap":600}""")).JsonAsync();
        Assert.Equal(2, rotated.GetProperty("generation").GetInt32());
        var second = await SignAsync(host, host.Shop, """{"order_id":"o2","amount":500,"currency":"INR"}""");
        foreach (var token in (string[])[first, second])
        {
            Assert.Equal(
                HttpStatusCode.Accepted,
                (await page.SendJsonAsync(Payments, $"{{\"order_token\":\"{token}\",\"confirm\":false}}")).StatusCode);
        }

        var third = await SignAsync(host, host.Shop, """{"order_id":"o3","amount":500,"currency":"INR"}""");
        rotated = await (await server.SendJsonAsync(Tokens + "/rotation", """{"overlap":0}""")).JsonAsync();
        Assert.Equal(JsonValueKind.Null, rotated.GetProperty("previous_until").ValueKind);
        await (await page.SendJsonAsync(Payments, $"{{\"order_token\":\"{third}\",\"confirm\":false}}"))
            .ProblemAsync(400, "order_token_invalid");
    }

    [Fact]
    public async Task A_customer_returns_only_to_the_merchants_own_sites()
    {
        await using var host = await GatewayHost.StartAsync();
        var strict = await host.OpenShopAsync(shop => shop with { Origins = ["https://shop.example"] });
        var framed = await host.OpenShopAsync(shop => shop with { CheckoutOrigins = ["https://shop.example"] });
        string Order(string order, string url) =>
            $"{{\"order_id\":\"{order}\",\"amount\":500,\"currency\":\"INR\",\"return_url\":\"{url}\"";
        var orders = 0;
        foreach (var (shop, url, byToken, byServer) in new[]
        {
            (strict, "https://shop.example/thanks", 201, 202), (strict, "https://evil.example/thanks", 400, 400),
            (framed, "https://shop.example/thanks", 201, 202), (framed, "https://evil.example/thanks", 400, 202),
            (host.Shop, "https://shop.example/thanks", 400, 202),
        })
        {
            using var server = host.Client(shop.SecretKey);
            using var token = await server.SendJsonAsync(Tokens, Order("o1", url) + "}");
            Assert.Equal((url, byToken), (url, (int)token.StatusCode));
            using var payment = await server.SendJsonAsync(
                Payments, Order($"o{++orders}", url) + ",\"confirm\":false}");
            Assert.Equal((url, byServer), (url, (int)payment.StatusCode));
            foreach (var refused in new[] { token, payment }.Where(response => (int)response.StatusCode == 400))
            {
                var problem = await refused.ProblemAsync(400, "invalid_field");
                Assert.True(problem.BlamesField("return_url"));
            }
        }
    }

    [Fact]
    public async Task A_customer_who_links_a_wallet_returns_only_there_too()
    {
        await using var host = await GatewayHost.StartAsync();
        var strict = await host.OpenShopAsync(shop => shop with { Origins = ["https://shop.example"] });
        await strict.ConnectAsync(GatewaySilo.ConsentingProvider.Provider);
        using var server = host.Client(strict.SecretKey);
        await server.SendJsonAsync("/api/v1/customers/asha", "{}", "PUT");
        const string wallet = $"/api/v1/customers/asha/wallets/{ConsentingConnector.Wallet}";
        var problem = await (await server.SendJsonAsync(wallet, """{"return_url":"https://evil.example/"}"""))
            .ProblemAsync(400, "invalid_field");
        Assert.True(problem.BlamesField("return_url"));
        using var linked = await server.SendJsonAsync(wallet, """{"return_url":"https://shop.example/"}""");
        Assert.True(linked.IsSuccessStatusCode, await linked.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_order_that_is_too_large_for_a_token_is_refused_when_it_is_signed()
    {
        await using var host = await GatewayHost.StartAsync();
        using var server = host.Client();
        var items = string.Join(',', Enumerable.Range(0, 50).Select(index =>
            $"{{\"name\":\"{index}{string.Concat(Enumerable.Repeat("👍", 58))}\",\"quantity\":1,\"unit_amount\":1}}"));
        var metadata = string.Join(',', Enumerable.Range(0, 20).Select(index =>
            $"\"{index}\":\"{string.Concat(Enumerable.Repeat("👍", 249))}\""));
        using var response = await server.SendJsonAsync(
            Tokens,
            $"{{\"order_id\":\"o1\",\"amount\":50,\"currency\":\"INR\",\"basket\":{{\"items\":[{items}]}},"
                + $"\"metadata\":{{{metadata}}}}}");
        await response.ProblemAsync(400, "invalid_field");
    }

    private static async Task<string> SignAsync(GatewayHost host, Shop shop, string order)
    {
        using var server = host.Client(shop.SecretKey);
        using var response = await server.SendJsonAsync(Tokens, order);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var token = await response.JsonAsync();
        Assert.True(token.GetProperty("expires_at").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        return token.GetProperty("order_token").GetString()!;
    }
}
