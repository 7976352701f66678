using System.Text.Json;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

/// <summary>A merchant with two providers, each with its simulator.</summary>
[Collection(ApiCollection.Name)]
public sealed class RoutingTests(ApiFixture api)
{
    private const string Routing = "/api/v1/routing";
    private const string Mid = "ROUTEDMID00000000001";
    private const string PaytmKey = "0123456789abcdef";
    private const string RazorpayKeyId = "rzp_test_routed";
    private const string RazorpaySecret = "the-secret-of-the-routed-shop";

    private static int _merchants;

    [Fact]
    public async Task Rules_lead_payments_to_providers_and_the_timeline_says_why()
    {
        using var shop = await MerchantAsync();
        await PutAsync(
            shop,
            """{"rules":[{"name":"gold","when":{"segments":["gold"]},"use":{"order":["razorpay","paytm"]}}],"default_order":["paytm"]}""");
        var gold = await StartAsync(shop, Upi(NewOrder(), more: ",\"metadata\":{\"segment\":\"gold\"}"));
        var plain = await StartAsync(shop, Upi(NewOrder()));
        Assert.Equal("razorpay", (await UntilFinalAsync(shop, gold, "SUCCESS")).GetProperty("provider").GetString());
        Assert.Equal("paytm", (await UntilFinalAsync(shop, plain, "SUCCESS")).GetProperty("provider").GetString());
        Assert.Contains(
            "Chosen razorpay: rule 'gold', place 1.", await TimelineAsync(shop, gold), StringComparison.Ordinal);
        Assert.Contains("Chosen paytm: default order.", await TimelineAsync(shop, plain), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_evaluated_is_what_happens()
    {
        using var shop = await MerchantAsync();
        await PutAsync(
            shop,
            """{"rules":[{"name":"half","use":{"split":[{"provider":"razorpay","weight":1},{"provider":"paytm","weight":1}]}}]}""");
        for (var i = 0; i < 6; i++)
        {
            var path = await StartAsync(shop, Upi(NewOrder()));
            var payment = await (await shop.GetAsync(path)).JsonAsync();
            var evaluated = await (await shop.SendJsonAsync(
                Routing + "/evaluate",
                $$"""{"amount":50000,"currency":"INR","method":"upi","payment_id":"{{payment.GetProperty("id").GetString()}}"}"""))
                    .JsonAsync();
            Assert.Equal(payment.GetProperty("provider").GetString(), evaluated.GetProperty("provider").GetString());
        }
    }

    [Fact]
    public async Task A_plan_is_replayed_over_what_was_paid_before_it_is_switched_on()
    {
        using var shop = await MerchantAsync();
        await PutAsync(shop, """{"rules":[],"default_order":["razorpay"]}""");
        for (var i = 0; i < 3; i++)
        {
            await StartAsync(shop, Upi(NewOrder(), amount: 10_000 * (i + 1)));
        }

        const string plan =
            """{"rules":[{"name":"big","when":{"currencies":["INR"],"amount_from":20000},"use":{"order":["paytm"]}}],"default_order":["razorpay"]}""";
        var replay = await (await shop.SendJsonAsync(Routing + "/replay", $$"""{"routing":{{plan}}}""")).JsonAsync();
        Assert.Equal((3, 2, 0), (
            replay.GetProperty("examined").GetInt32(),
            replay.GetProperty("changed").GetInt32(),
            replay.GetProperty("nowhere").GetInt32()));
        Assert.Equal(2, replay.GetProperty("sample").GetArrayLength());
        Assert.All(
            replay.GetProperty("sample").EnumerateArray(),
            change => Assert.Equal("paytm", change.GetProperty("now").GetString()));
        Assert.Equal(1, (await (await shop.GetAsync(Routing)).JsonAsync()).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Only_the_version_that_was_read_is_replaced_and_only_known_providers_are_named()
    {
        using var shop = await MerchantAsync();
        await PutAsync(shop, """{"rules":[]}""");
        await (await shop.SendJsonAsync(Routing, """{"rules":[]}""", "PUT", ("If-Match", "\"0\"")))
            .ProblemAsync(412, "version_conflict");
        Assert.True(
            (await shop.SendJsonAsync(Routing, """{"rules":[]}""", "PUT", ("If-Match", "\"1\""))).IsSuccessStatusCode);
        var problem = await (await shop.SendJsonAsync(
            Routing,
            """{"rules":[{"name":"a","use":{"order":["razorpay","nopay"]}}]}""",
            "PUT")).ProblemAsync(400, "invalid_field");
        Assert.True(problem.BlamesField("rules[0].use.order[1]"));
    }

    [Fact]
    public async Task Refused_credentials_change_nothing_and_those_of_a_provider_in_use_stay()
    {
        using var shop = await MerchantAsync();
        const string path = "/api/v1/providers/razorpay/credentials";
        await (await shop.SendJsonAsync(
            path,
            $$"""{"key_id":"{{RazorpayKeyId}}","key_secret":"wrong","webhook_secret":"w"}""",
            "PUT")).ProblemAsync(422, "credentials_refused");
        await PutAsync(shop, """{"rules":[],"default_order":["razorpay"]}""");
        await api.SetAutomaticCustomerAsync(automatic: false);
        var payment = await StartAsync(shop, Upi(NewOrder()));
        await UntilAsync(shop, payment, "REQUIRES_ACTION");
        await (await shop.DeleteAsync(path)).ProblemAsync(409, "provider_in_use");
        await api.SetAutomaticCustomerAsync(automatic: true);

        var listed = (await (await shop.GetAsync("/api/v1/providers")).JsonAsync())
            .GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["paytm", "razorpay"], listed.Select(provider => provider.GetProperty("provider").GetString()));
        Assert.All(
            listed,
            provider => Assert.Equal("closed", provider.GetProperty("health").GetProperty("breaker").GetString()));
        Assert.True((await shop.DeleteAsync("/api/v1/providers/paytm/credentials")).IsSuccessStatusCode);
    }

    private static async Task PutAsync(HttpClient shop, string plan)
    {
        var response = await shop.SendJsonAsync(Routing, plan, "PUT");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> TimelineAsync(HttpClient shop, string payment) =>
        (await (await shop.GetAsync(payment + "/timeline")).JsonAsync()).GetRawText()
            .Replace("\\u0027", "'", StringComparison.Ordinal);

    // Each test has a merchant of its own: routing is the merchant's.
    private async Task<HttpClient> MerchantAsync()
    {
        var merchant = $"routed{Interlocked.Increment(ref _merchants)}";
        using var simulators = api.Running.Simulators();
        await simulators.PutAsync($"/_accounts/razorpay/{RazorpayKeyId}", new { key_secret = RazorpaySecret });
        await simulators.PutAsync($"/_accounts/paytm/{Mid}", new { merchant_key = PaytmKey });
        using var administrator = api.Running.Administrator();
        await administrator.PutAsync($"/api/v1/merchants/{merchant}", new { name = merchant });
        var key = await administrator.PostAsync($"/api/v1/merchants/{merchant}/keys", new { scope = "secret" });
        var shop = api.Client(key.GetProperty("key").GetString());
        await CredentialsAsync(
            shop, "razorpay", new { key_id = RazorpayKeyId, key_secret = RazorpaySecret, webhook_secret = "w" });
        await CredentialsAsync(shop, "paytm", new { mid = Mid, merchant_key = PaytmKey, website = "WEBSTAGING" });
        return shop;
    }

    private static async Task CredentialsAsync(HttpClient shop, string provider, object credentials)
    {
        var response = await shop.SendJsonAsync(
            $"/api/v1/providers/{provider}/credentials", JsonSerializer.Serialize(credentials), "PUT");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
