using System.Net;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
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
        var answer = await response.JsonAsync();
        Assert.Equal("\"0\"", response.Headers.ETag?.Tag);
        Assert.Equal(0, answer.GetProperty("version").GetInt32());
        Assert.Empty(answer.GetProperty("routing").GetProperty("rules").EnumerateArray());
    }

    [Fact]
    public async Task A_plan_goes_in_whole_and_what_comes_out_can_be_put_again()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var put = await client.SendJsonAsync(Path, Plan, "PUT");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var plan = host.Merchant("shop").LastRouting!.Plan;
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
        await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", "\"7\""));
        Assert.Equal(7, host.Merchant("shop").LastRouting!.IfVersion);
        await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", "*"));
        Assert.Null(host.Merchant("shop").LastRouting!.IfVersion);
        host.Merchant("shop").RoutingRefusal = Refusal.Of(ErrorCode.VersionConflict, "It is at version 8.");
        await (await client.SendJsonAsync(Path, Plan, "PUT")).ProblemAsync(412, "version_conflict");
        foreach (var wrong in new[] { "7", "W/\"7\"", "\"x\"", "\"1\", \"2\"" })
        {
            var problem = await (await client.SendJsonAsync(Path, Plan, "PUT", ("If-Match", wrong)))
                .ProblemAsync(400, "invalid_field");
            Assert.True(problem.GetProperty("errors").TryGetProperty("If-Match", out _));
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
    public async Task Every_mistake_is_answered_with_its_field(string body, string field, string code)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.SendJsonAsync(Path, body, "PUT")).ProblemAsync(400, code);
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        Assert.Null(host.Merchant("shop").LastRouting);
    }

    [Fact]
    public async Task What_the_merchant_refuses_is_answered_with_its_field()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        host.Merchant("shop").RoutingRefusal = Refusal.Of(
            ErrorCode.InvalidField, "There is no connector for a provider 'x'.", "off[0]");
        var problem = await (await client.SendJsonAsync(Path, """{"rules":[],"off":["nopay"]}""", "PUT"))
            .ProblemAsync(400, "invalid_field");
        Assert.True(problem.GetProperty("errors").TryGetProperty("off[0]", out _));
    }

    [Fact]
    public async Task A_payment_is_evaluated_with_all_its_facts()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var id = Grains.Abstractions.Ids.PaymentId.New(TimeProvider.System);
        var response = await client.SendJsonAsync(
            Path + "/evaluate",
            $$"""{"amount":500,"currency":"INR","method":"card","card_network":"visa","card_bin":"41111111","segment":"gold","payment_id":"{{id}}","tried":["payu"],"routing":{{Plan}}}""");
        var answer = await response.JsonAsync();
        Assert.Equal("razorpay", answer.GetProperty("provider").GetString());
        Assert.Equal(id.ToString(), answer.GetProperty("payment_id").GetString());
        Assert.Equal("passed_over", answer.GetProperty("providers")[0].GetProperty("verdict").GetString());
        var asked = host.Routing("shop").Evaluated!;
        Assert.Equal(
            ("41111111", "gold", "payu"), (asked.Payment.CardBin, asked.Payment.Segment, asked.Payment.Tried.Single()));
        Assert.Equal((PaymentMethodKind.Card, "visa"), (asked.Payment.Method.Kind, asked.Payment.Method.CardNetwork));
        Assert.Equal(3, asked.Plan?.Rules.Length);

        await client.SendJsonAsync(Path + "/evaluate", """{"amount":500,"currency":"INR","method":"upi"}""");
        asked = host.Routing("shop").Evaluated!;
        Assert.Equal((UpiFlow.Intent, null), (asked.Payment.Method.Flow, asked.Plan));
        Assert.NotEqual(id, asked.Payment.Id);
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
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        Assert.DoesNotContain("4111111111", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_replayed_over_a_time_within_bounds()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var response = await client.SendJsonAsync(
            Path + "/replay",
            $$"""{"created_from":"2026-11-01T00:00:00Z","created_to":"2026-11-20T05:30:00+05:30","limit":1000,"routing":{{Plan}}}""");
        var answer = await response.JsonAsync();
        Assert.Equal((2, 1, true), (
            answer.GetProperty("examined").GetInt32(),
            answer.GetProperty("changed").GetInt32(),
            answer.GetProperty("has_more").GetBoolean()));
        Assert.Equal("payu", answer.GetProperty("sample")[0].GetProperty("now").GetString());
        var asked = host.Routing("shop").Replayed!;
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero), asked.To);
        Assert.Equal((1000, 3), (asked.Limit, asked.Plan!.Rules.Length));

        await client.SendJsonAsync(Path + "/replay", "{}");
        asked = host.Routing("shop").Replayed!;
        Assert.Equal((500, null, null, null), (asked.Limit, asked.Plan, asked.From, asked.To));
        await (await client.SendJsonAsync(Path + "/replay", """{"limit":1001}""")).ProblemAsync(400, "invalid_field");
        await (await client.SendJsonAsync(Path + "/replay", """{"created_from":"yesterday"}"""))
            .ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task Providers_are_listed_with_how_they_have_been_doing()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var provider = (await (await client.GetAsync("/api/v1/providers")).JsonAsync()).GetProperty("data")[0];
        Assert.Equal(3, provider.GetProperty("open_unknowns").GetInt32());
        var health = provider.GetProperty("health");
        Assert.Equal("trying", health.GetProperty("breaker").GetString());
        Assert.Equal(12.5, health.GetProperty("latency_p50_ms").GetDouble());
        Assert.Equal(JsonValueKind.Null, health.GetProperty("latency_p99_ms").ValueKind);
        Assert.Equal(0.75, health.GetProperty("methods")[0].GetProperty("success_rate").GetDouble());
        Assert.True(health.GetProperty("methods")[0].GetProperty("down").GetBoolean());
        Assert.Equal(JsonValueKind.Null, health.GetProperty("methods")[1].GetProperty("success_rate").ValueKind);
        host.Providers("shop").Statuses = null;
        await (await client.GetAsync("/api/v1/providers")).ProblemAsync(404, "merchant_not_found");
    }

    [Fact]
    public async Task Credentials_are_answered_with_what_the_provider_says_to_them()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        const string path = "/api/v1/providers/razorpay/credentials";
        Assert.Equal(
            "accepted",
            (await (await client.SendJsonAsync(path, """{"a":"b"}""", "PUT")).JsonAsync()).GetProperty("check")
                .GetString());
        host.Providers("shop").IsAccepted = false;
        Assert.Equal(
            "not_checked",
            (await (await client.SendJsonAsync(path, """{"a":"b"}""", "PUT")).JsonAsync()).GetProperty("check")
                .GetString());
        host.Providers("shop").Refusal = Refusal.Of(ErrorCode.CredentialsRefused, "No.");
        await (await client.SendJsonAsync(path, """{"a":"b"}""", "PUT")).ProblemAsync(422, "credentials_refused");
        host.Providers("shop").Refusal = Refusal.Of(ErrorCode.ProviderInUse, "3 payments.");
        await (await client.DeleteAsync(path)).ProblemAsync(409, "provider_in_use");
        host.Providers("shop").Refusal = null;
        Assert.Empty((await (await client.DeleteAsync(path)).JsonAsync()).GetProperty("data").EnumerateArray());
        await (await client.DeleteAsync("/api/v1/providers/R/credentials")).ProblemAsync(400, "invalid_field");
    }
}
