using PaymentCluster.Simulators.Juspay;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Juspay;

public sealed class WebhookTests
{
    [Fact]
    public async Task Orders_and_refunds_are_reported_under_the_merchants_user_and_password()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await JuspayShop.OpenAsync(receiver.Url);
        await simulator.PaidOrderAsync("A1", extra: "&udf6=att_1");
        var succeeded = (await receiver.NextAsync(1, "the success"))[0];
        Assert.Equal("ORDER_SUCCEEDED", succeeded.Event);
        Assert.Equal(
            TestData.Read("juspay-vectors").EnumerateArray().Single(
                vector => vector.GetProperty("id").GetString() == "juspay-webhook-basic-auth-1")
                .GetProperty("expected").GetString(),
            succeeded.Headers["authorization"]);
        Assert.StartsWith("evt_V2_", succeeded.Json.GetProperty("id").GetString()!, StringComparison.Ordinal);
        var order = succeeded.Json.GetProperty("content").GetProperty("order");
        Assert.Equal(
            ("CHARGED", "att_1"), (order.GetProperty("status").GetString(), order.GetProperty("udf6").GetString()));

        await simulator.RefundOrderAsync("A1", "R1");
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        var refunded = (await receiver.NextAsync(1, "the refund"))[0];
        Assert.Equal("ORDER_REFUNDED", refunded.Event);
        Assert.Equal(
            "SUCCESS",
            refunded.Json.GetProperty("content")
                .GetProperty("order")
                .GetProperty("refunds")[0]
                .GetProperty("status")
                .GetString());
    }

    [Fact]
    public async Task Failures_are_reported()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await JuspayShop.OpenAsync(receiver.Url);
        await simulator.PaidOrderAsync("A1", JuspayShop.Card("4000000000000002"));
        Assert.Equal("ORDER_FAILED", (await receiver.NextAsync(1, "the failure"))[0].Event);
    }

    [Fact]
    public async Task An_event_that_is_not_taken_comes_again_also_after_a_restart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await JuspayShop.OpenAsync(receiver.Url);
        receiver.Responses.Enqueue(500);
        await simulator.PaidOrderAsync("A1");
        var first = (await receiver.NextAsync(1, "the event"))[0];
        await simulator.RestartAsync();
        var second = (await receiver.NextAsync(1, "the event again"))[0];
        Assert.Equal(first.Json.GetProperty("id").GetString(), second.Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_order_can_name_its_own_address()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await JuspayShop.OpenAsync(new Uri("http://127.0.0.1:1/nobody"));
        await simulator.PaidOrderAsync(
            "A1", extra: $"&metadata.webhook_url={Uri.EscapeDataString(receiver.Url.ToString())}");
        Assert.Equal("ORDER_SUCCEEDED", (await receiver.NextAsync(1, "the success"))[0].Event);
    }

    [Fact]
    public void The_published_return_url_is_signed_as_published()
    {
        var vector = TestData.Read("juspay-vectors").EnumerateArray()
            .Single(one => one.GetProperty("id").GetString() == "juspay-return-url-hmac-published");
        var parameters = vector.GetProperty("inputs").GetProperty("params").EnumerateObject()
            .Select(pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!));
        Assert.Equal(
            vector.GetProperty("published").GetString(),
            JuspaySignature.Of(vector.GetProperty("secret").GetString()!, parameters));
    }

    [Fact]
    public async Task The_customers_page_leads_back_with_a_signature()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PutAsync("/_customer", """{"automatic":false}""");
        await simulator.OrderAsync("A1", "&return_url=" + Uri.EscapeDataString("https://m.example/r?myQP=a=="));
        var page = (await simulator.BeginTxnAsync("A1")).Json
            .GetProperty("payment").GetProperty("authentication").GetProperty("url").GetString()!;
        var sent = await simulator.Http.GetStringAsync(page);
        Assert.Contains("Approve", sent, StringComparison.Ordinal);
        using var form = new FormUrlEncodedContent([new("action", "approve")]);
        using var response = await simulator.Http.PostAsync(page, form);
        var shown = await response.Content.ReadAsStringAsync();
        var expected = JuspaySignature.Of(
            JuspayShop.ResponseKey,
            [new("order_id", "A1"), new("status", "CHARGED"), new("status_id", "21"), new("myQP", "a==")]);
        Assert.Contains(Uri.EscapeDataString(expected), shown, StringComparison.Ordinal);
        Assert.Equal("CHARGED", (await simulator.StatusAsync("A1"))["status"]);
    }
}
