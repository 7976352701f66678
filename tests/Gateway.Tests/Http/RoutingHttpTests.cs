using System.Net;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class RoutingHttpTests
{
    private const string Path = "/api/v1/routing";

    private const string Plan =
        """
        {"rules":[
          {"name":"big cards","when":{"methods":["card"],"currencies":["INR"],"amount_from":100,"amount_to":200,
            "card_networks":["visa"],"card_bins":["411111"],"segments":["gold"]},"use":{"order":["payu","razorpay"]}},
          {"name":"upi","when":{"upi_flows":["qr"]},"use":{"split":[{"provider":"razorpay","weight":70},{"provider":"payu","weight":30}]}},
          {"name":"rest","use":{"success_rate":{"providers":["razorpay","payu"],"explore_percent":10}}}],
         "default_order":["razorpay"],"off":["paytm"]}
        """;

    [Fact]
    public async Task Without_routing_there_is_an_empty_plan_at_version_zero()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var response = await client.GetAsync(Path);
        var reply = await response.JsonAsync();
        Assert.Equal("\"0\"", response.Headers.ETag?.Tag);
        Assert.Equal(0, reply.GetProperty("version").GetInt32());
        Assert.Empty(reply.GetProperty("routing").GetProperty("rules").EnumerateArray());
    }

    [Fact]
    public async Task A_plan_goes_in_whole_and_what_comes_out_can_be_put_again()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var put = await client.SendJsonAsync(Path, Plan, "PUT");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var plan = Assert.Single(host.Calls.Sent<PutRouting>()).Plan;
        Assert.Equal(
            [RoutingStrategy.Order, RoutingStrategy.Split, RoutingStrategy.SuccessRate],
            plan.Rules.Select(rule => rule.Use.Strategy));
        Assert.Equal(PaymentMethodKind.Card, Assert.Single(plan.Rules[0].When.Methods));
        Assert.Equal((100, 200), (plan.Rules[0].When.AmountFromMinor, plan.Rules[0].When.AmountToMinor));
        Assert.Equal(("411111", "gold"), (plan.Rules[0].When.CardBins.Single(), plan.Rules[0].When.Segments.Single()));
        Assert.Equal(
            [("razorpay", 70), ("payu", 30)],
            plan.Rules[1].Use.Providers.Select(share => (share.Provider, share.Weight)));
        Assert.Equal(10, plan.Rules[2].Use.ExplorePercent);
        Assert.Equal(("razorpay", "paytm"), (plan.DefaultOrder.Single(), plan.Off.Single()));

        var read = (await (await client.GetAsync(Path)).JsonAsync()).GetProperty("routing");
        var again = await client.SendJsonAsync(Path, read.GetRawText(), "PUT");
        Assert.Equal(read.GetRawText(), (await again.JsonAsync()).GetProperty("routing").GetRawText());
        Assert.Equal("\"2\"", again.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task If_match_names_the_version_that_is_replaced()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await (await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", "\"7\"")))
            .ProblemAsync(412, "version_conflict");
        Assert.Equal("\"1\"", (await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", "\"0\""))).Headers.ETag?.Tag);
        Assert.Equal("\"2\"", (await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", "*"))).Headers.ETag?.Tag);
        Assert.Equal("\"3\"", (await client.SendJsonAsync(Path, Plan, "PUT")).Headers.ETag?.Tag);
        foreach (var wrong in new[] { "7", "W/\"7\"", "\"x\"", "\"1\", \"2\"" })
        {
            var problem = await (await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", wrong)))
                .ProblemAsync(400, "invalid_field");
            Assert.True(problem.BlamesField("If-Match"));
        }
    }

    [Theory]
    [InlineData("""{}""", "rules", "missing_field")]
    [InlineData("""{"rules":{}}""", "rules", "invalid_field")]
    [InlineData("""{"rules":[],"x":1}""", "x", "unknown_field")]
    [InlineData("""{"rules":[7]}""", "rules[0]", "invalid_field")]
    [InlineData("""{"rules":[{"name":"a"}]}""", "rules[0].use", "missing_field")]
    [InlineData("""{"rules":[{"name":"a","use":{}}]}""", "rules[0].use", "invalid_field")]
    [InlineData(
        """{"rules":[{"name":"a","use":{"order":["a1"],"split":[{"provider":"b1","weight":1}]}}]}""",
        "rules[0].use",
        "invalid_field")]
    [InlineData("""{"rules":[{"name":"a","use":{"order":["a1",7]}}]}""", "rules[0].use.order", "invalid_field")]
    [InlineData("""{"rules":[{"name":"a","use":{"order":"a1"}}]}""", "rules[0].use.order", "invalid_field")]
    [InlineData(
        """{"rules":[{"name":"a","use":{"split":[{"provider":"a1","weight":0}]}}]}""",
        "rules[0].use.split[0].weight",
        "invalid_field")]
    [InlineData(
        """{"rules":[{"name":"a","use":{"split":[{"provider":"a1"}]}}]}""",
        "rules[0].use.split[0].weight",
        "missing_field")]
    [InlineData(
        """{"rules":[{"name":"a","use":{"order":["a1"]},"when":{"methods":["cash"]}}]}""",
        "rules[0].when.methods",
        "invalid_field")]
    [InlineData(
        """{"rules":[{"name":"a","use":{"order":["a1"]},"when":{"card_bins":["41"]}}]}""",
        "rules[0].when.card_bins",
        "invalid_field")]
    [InlineData(
        """{"rules":[{"name":"a","use":{"order":["a1"]},"when":{"amount_from":1.5}}]}""",
        "rules[0].when.amount_from",
        "invalid_field")]
    [InlineData("""{"rules":[],"off":["A"]}""", "off", "invalid_field")]
    public async Task Every_mistake_gets_its_field(string body, string field, string code)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.SendJsonAsync(Path, body, "PUT")).ProblemAsync(400, code);
        Assert.Equal([field], problem.BlamedFields());
        Assert.Empty(host.Calls.Sent<PutRouting>());
    }

    [Fact]
    public async Task What_the_merchant_refuses_gets_its_field()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.SendJsonAsync(Path, """{"rules":[],"off":["nopay"]}""", "PUT"))
            .ProblemAsync(400, "invalid_field");
        Assert.True(problem.BlamesField("off[0]"));
    }

    [Fact]
    public async Task A_payment_is_evaluated_with_all_its_facts()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await host.Shop.ConnectAsync("razorpay");
        var id = Grains.Abstractions.Ids.PaymentId.New(TimeProvider.System);
        var response = await client.SendJsonAsync(
            Path + "/evaluate",
            $$"""{"amount":150,"currency":"INR","method":"card","card_network":"visa","card_bin":"41111111","segment":"gold","payment_id":"{{id}}","tried":["scriptpay"],"routing":{{Plan}}}""");
        var reply = await response.JsonAsync();
        Assert.Equal("razorpay", reply.GetProperty("provider").GetString());
        Assert.Equal(id.ToString(), reply.GetProperty("payment_id").GetString());
        Assert.Contains(
            ("razorpay", "chosen"),
            reply.GetProperty("providers").EnumerateArray().Select(provider => (
                provider.GetProperty("provider").GetString(), provider.GetProperty("verdict").GetString())));
        var sent = Assert.Single(host.Calls.Sent<EvaluateRouting>());
        Assert.Equal(
            ("41111111", "gold", "scriptpay"),
            (sent.Payment.CardBin, sent.Payment.Segment, sent.Payment.Tried.Single()));
        Assert.Equal((PaymentMethodKind.Card, "visa"), (sent.Payment.Method.Kind, sent.Payment.Method.CardNetwork));
        Assert.Equal(3, sent.Plan?.Rules.Length);

        await client.SendJsonAsync(Path + "/evaluate", """{"amount":500,"currency":"INR","method":"upi"}""");
        sent = host.Calls.Sent<EvaluateRouting>()[^1];
        Assert.Equal((UpiFlow.Intent, null), (sent.Payment.Method.Flow, sent.Plan));
        Assert.NotEqual(id, sent.Payment.Id);
    }

    [Theory]
    [InlineData("""{"currency":"INR","method":"upi"}""", "amount", "missing_field")]
    [InlineData("""{"amount":5,"currency":"INX","method":"upi"}""", "currency", "currency_unknown")]
    [InlineData("""{"amount":5,"currency":"INR","method":"upi","card_bin":"411111"}""", "card_bin", "invalid_field")]
    [InlineData("""{"amount":5,"currency":"INR","method":"card","upi_flow":"qr"}""", "upi_flow", "invalid_field")]
    [InlineData(
        """{"amount":5,"currency":"INR","method":"card","card_bin":"4111111111111111"}""", "card_bin", "invalid_field")]
    [InlineData("""{"amount":5,"currency":"INR","method":"upi","payment_id":"x"}""", "payment_id", "invalid_field")]
    [InlineData(
        """{"amount":5,"currency":"INR","method":"upi","routing":{"rules":[{"name":"a","use":{}}]}}""",
        "routing.rules[0].use",
        "invalid_field")]
    public async Task A_payment_that_cannot_be_is_not_evaluated(string body, string field, string code)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.SendJsonAsync(Path + "/evaluate", body)).ProblemAsync(400, code);
        Assert.Equal([field], problem.BlamedFields());
        Assert.DoesNotContain("4111111111", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_replayed_over_a_time_within_bounds()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        foreach (var order in (string[])["o1", "o2"])
        {
            await GatewayHost.PaidAsync(client, order);
        }

        await host.Shop.ConnectAsync("razorpay");
        var response = await client.SendJsonAsync(
            Path + "/replay", """{"limit":1,"routing":{"rules":[],"default_order":["razorpay"]}}""");
        var reply = await response.JsonAsync();
        Assert.Equal((1, 1, true), (
            reply.GetProperty("examined").GetInt32(),
            reply.GetProperty("changed").GetInt32(),
            reply.GetProperty("has_more").GetBoolean()));
        var change = Assert.Single(reply.GetProperty("sample").EnumerateArray());
        Assert.Equal(
            ("o2", "scriptpay", "razorpay"),
            (
                change.GetProperty("order_id").GetString(),
                change.GetProperty("then").GetString(),
                change.GetProperty("now").GetString()));

        var past = await client.SendJsonAsync(
            Path + "/replay",
            $$"""{"created_from":"2025-11-01T00:00:00Z","created_to":"2025-11-20T05:30:00+05:30","limit":1000,"routing":{{Plan}}}""");
        Assert.Equal(0, (await past.JsonAsync()).GetProperty("examined").GetInt32());
        var sent = host.Calls.Sent<ReplayRouting>()[^1];
        Assert.Equal(new DateTimeOffset(2025, 11, 20, 0, 0, 0, TimeSpan.Zero), sent.To);
        Assert.Equal((1000, 3), (sent.Limit, sent.Plan!.Rules.Length));

        var whole = await (await client.SendJsonAsync(Path + "/replay", "{}")).JsonAsync();
        Assert.Equal(2, whole.GetProperty("examined").GetInt32());
        sent = host.Calls.Sent<ReplayRouting>()[^1];
        Assert.Equal((500, null, null, null), (sent.Limit, sent.Plan, sent.From, sent.To));
        await (await client.SendJsonAsync(Path + "/replay", """{"limit":1001}""")).ProblemAsync(400, "invalid_field");
        await (await client.SendJsonAsync(Path + "/replay", """{"created_from":"yesterday"}"""))
            .ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task Providers_are_listed_with_how_they_have_been_doing()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await host.Shop.ConnectAsync(GatewaySilo.CountedProvider.Provider);
        await client.SendJsonAsync(Path, """{"rules":[],"default_order":["countpay"]}""", "PUT");
        host.Shop.CountedAccount.Bank = _ => new ProviderOutcome.Unknown { Reason = "it hung up" };
        await client.SendJsonAsync(GatewayHost.Payments, PaymentBodies.Upi("unknown"));
        await Eventually.HoldsAsync(
            async () => (await CountedAsync(client)).GetProperty("open_unknowns").GetInt32() == 1,
            "the payment's outcome is unknown");
        host.Shop.CountedAccount.Bank = request => new ProviderOutcome.Pending
        {
            Action = new CustomerAction { Kind = CustomerActionKind.UpiIntent, Url = ScriptedProvider.UpiLink },
        };
        foreach (var order in (string[])["o1", "o2", "o3"])
        {
            await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi(order));
        }

        GatewaySilo.CountedHealth.Breaker = BreakerState.Trying;
        var health = (await CountedAsync(client)).GetProperty("health");
        Assert.Equal("trying", health.GetProperty("breaker").GetString());
        Assert.Equal(12.5, health.GetProperty("latency_p50_ms").GetDouble());
        Assert.Equal(JsonValueKind.Null, health.GetProperty("latency_p99_ms").ValueKind);
        var methods = health.GetProperty("methods").EnumerateArray().ToDictionary(
            method => method.GetProperty("method").GetString()!);
        Assert.Equal(0.75, methods["upi"].GetProperty("success_rate").GetDouble());
        Assert.False(methods["upi"].GetProperty("down").GetBoolean());
        Assert.Equal(JsonValueKind.Null, methods["card"].GetProperty("success_rate").ValueKind);
    }

    [Fact]
    public async Task Credentials_return_what_the_provider_says_to_them()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        const string path = "/api/v1/providers/scriptpay/credentials";
        const string credentials = """{"key_id":"k","key_secret":"s","webhook_secret":"w"}""";
        async Task<string?> CheckedAsync() =>
            (await (await client.SendJsonAsync(path, credentials, "PUT")).JsonAsync()).GetProperty("check").GetString();
        Assert.Equal("not_checked", await CheckedAsync());
        host.Shop.Account.Check = CredentialsCheck.Accepted;
        Assert.Equal("accepted", await CheckedAsync());
        host.Shop.Account.Check = CredentialsCheck.Refused;
        await (await client.SendJsonAsync(path, credentials, "PUT")).ProblemAsync(422, "credentials_refused");
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        await (await client.DeleteAsync(path)).ProblemAsync(409, "provider_in_use");
        await host.Shop.PayAsync(client, payment, "w");
        Assert.Empty((await (await client.DeleteAsync(path)).JsonAsync()).GetProperty("data").EnumerateArray());
        await (await client.DeleteAsync("/api/v1/providers/R/credentials")).ProblemAsync(400, "invalid_field");
    }

    private static async Task<JsonElement> CountedAsync(HttpClient client) =>
        (await (await client.GetAsync("/api/v1/providers")).JsonAsync()).GetProperty("data").EnumerateArray().Single(
            provider => provider.GetProperty("provider").GetString() == "countpay");
}
