using System.Text.Json;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class BadInputTests(ApiFixture api)
{
    [Theory]
    [InlineData("{", 400, "malformed_json", null)]
    [InlineData("[]", 400, "malformed_json", null)]
    [InlineData("{} {}", 400, "malformed_json", null)]
    [InlineData("{\"order_id\":\"\\ud800\"}", 400, "malformed_json", null)]
    [InlineData(
        "ORDER,\"amount\":500,\"currency\":\"INR\",\"method\":\"upi\",\"status\":\"SUCCESS\"",
        400,
        "unknown_field",
        "status")]
    [InlineData(
        "ORDER,\"amount\":500,\"amount\":5,\"currency\":\"INR\",\"method\":\"upi\"", 400, "duplicate_field", "amount")]
    [InlineData("ORDER,\"currency\":\"INR\",\"method\":\"upi\"", 400, "missing_field", "amount")]
    [InlineData("ORDER,\"amount\":500,\"currency\":\"INR\"", 400, "missing_field", "method")]
    [InlineData("ORDER,\"amount\":500,\"currency\":\"INR\",\"method\":\"card\"", 400, "missing_field", "card")]
    [InlineData("ORDER,\"amount\":500,\"currency\":\"INR\",\"method\":\"cash\"", 400, "invalid_field", "method")]
    [InlineData("ORDER,\"amount\":\"500\",\"currency\":\"INR\",\"method\":\"upi\"", 400, "amount_invalid", "amount")]
    [InlineData("ORDER,\"amount\":0,\"currency\":\"INR\",\"method\":\"upi\"", 400, "amount_invalid", "amount")]
    [InlineData("ORDER,\"amount\":-5,\"currency\":\"INR\",\"method\":\"upi\"", 400, "amount_invalid", "amount")]
    [InlineData("ORDER,\"amount\":5.5,\"currency\":\"INR\",\"method\":\"upi\"", 400, "amount_invalid", "amount")]
    [InlineData(
        "ORDER,\"amount\":9223372036854775808,\"currency\":\"INR\",\"method\":\"upi\"",
        400,
        "amount_invalid",
        "amount")]
    [InlineData("ORDER,\"amount\":500,\"currency\":\"RUPEE\",\"method\":\"upi\"", 400, "currency_unknown", "currency")]
    [InlineData(
        "\"order_id\":\"no spaces\",\"amount\":500,\"currency\":\"INR\",\"method\":\"upi\"",
        400,
        "order_id_invalid",
        "order_id")]
    [InlineData(
        "ORDER,\"amount\":500,\"currency\":\"INR\",\"method\":\"upi\",\"metadata\":{\"a\":{}}",
        400,
        "invalid_field",
        "metadata.a")]
    [InlineData(
        "ORDER,\"amount\":500,\"currency\":\"INR\",\"method\":\"upi\",\"expires_in\":1",
        400,
        "invalid_field",
        "expires_in")]
    public async Task A_bad_body_names_its_field_and_changes_nothing(
        string members, int status, string code, string? field)
    {
        var order = NewOrder();
        var body = members[0] is '{' or '['
            ? members
            : $"{{{members.Replace("ORDER", $"\"order_id\":\"{order}\"", StringComparison.Ordinal)}}}";
        var problem = await (await api.Shop.SendJsonAsync(Payments, body)).ProblemAsync(status, code);
        if (field is not null)
        {
            Assert.Equal([field], problem.BlamedFields());
        }

        var page = await (await api.Shop.GetAsync($"{Payments}?order_id={order}")).JsonAsync();
        Assert.Empty(page.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_bad_card_is_refused_and_not_repeated()
    {
        var problem = await (await api.Shop.SendJsonAsync(Payments, Card(NewOrder(), "4111111111111112")))
            .ProblemAsync(400, "card_invalid");
        CardTraces.NoneIn(problem.ToString() + api.Running.ServerLog, "4111111111111112");
    }

    [Theory]
    [InlineData("capture")]
    [InlineData("cancel")]
    [InlineData("refunds")]
    public async Task A_bad_command_leaves_the_payment_as_it_is(string command)
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), more: ",\"capture\":\"manual\""));
        var before = await UntilAsync(api.Shop, path, "AUTHORIZED");
        foreach (var body
            in (string[])["{\"x\":1}", "[]", "{\"amount\":0,\"reason\":7}", "{\"amount\":1e3,\"reason\":\"\\u0000\"}"])
        {
            Assert.Equal(400, (int)(await api.Shop.SendJsonAsync($"{path}/{command}", body)).StatusCode);
        }

        var after = await (await api.Shop.GetAsync(path)).JsonAsync();
        Assert.Equal(before.GetProperty("version").GetInt32(), after.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_webhook_that_no_one_signed_is_refused()
    {
        using var anybody = api.Client(null);
        foreach (var path in (string[])["/webhooks/shop/razorpay", "/webhooks/other/razorpay"])
        {
            var response = await anybody.SendJsonAsync(
                path, """{"event":"payment.captured"}""", headers: ("X-Razorpay-Signature", new string('0', 64)));
            await response.ProblemAsync(401, "webhook_signature_invalid");
        }

        Assert.InRange((int)(await anybody.SendJsonAsync("/webhooks/nobody/razorpay", "{}")).StatusCode, 400, 499);
        Assert.InRange((int)(await anybody.SendJsonAsync("/webhooks/shop/nothing", "{}")).StatusCode, 400, 499);
    }

    [Fact]
    public async Task Ready_and_described()
    {
        using var anybody = api.Client(null);
        Assert.Equal(
            "ok", (await (await anybody.GetAsync("/health/ready")).JsonAsync()).GetProperty("status").GetString());
        var document = JsonSerializer.Deserialize<JsonElement>(await anybody.GetStringAsync("/openapi/v1.json"));
        Assert.True(document.GetProperty("paths").TryGetProperty(Payments, out _));
    }
}
