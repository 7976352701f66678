using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PaymentCluster.Simulators.PayU;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.PayU;

public sealed class WebhookTests
{
    [Theory]
    [InlineData("0", null), InlineData("250", "2.50")]
    public async Task A_payments_end_is_reported_as_a_hashed_form(string additional, string? charges)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PayUShop.OpenAsync(
            receiver.Url, "--Simulators:PayU:AdditionalCharges", additional);
        var id = await simulator.PayUAsync(PayUShop.Intent());

        var fields = FormOf((await receiver.NextAsync(1, "the payment's end"))[0]);

        Assert.Equal(
            (id, "success", "captured", "TXN-1"),
            (fields["mihpayid"], fields["status"], fields["unmappedstatus"], fields["txnid"]));
        Assert.Equal(charges, fields.GetValueOrDefault("additionalCharges"));
        Assert.Equal(HashOf(fields), fields["hash"]);
    }

    [Fact]
    public async Task A_refunds_end_is_reported_as_json_without_a_hash()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PayUShop.OpenAsync();
        var id = await simulator.PayUAsync(PayUShop.Intent());
        await simulator.CommandAsync("cancel_refund_transaction", id, "r-1", "1.00", "", receiver.Url.ToString());
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));

        var told = JsonDocument.Parse((await receiver.NextAsync(1, "the refund's end"))[0].Body).RootElement;

        Assert.Equal(
            ("refund", "success", id, "r-1", "1.00", "TXN-1", PayUShop.Key),
            (
                Text("action"),
                Text("status"),
                Text("mihpayid"),
                Text("token"),
                Text("amt"),
                Text("merchantTxnId"),
                Text("key")));
        Assert.False(told.TryGetProperty("hash", out _));

        string? Text(string name) => told.GetProperty(name).GetString();
    }

    [Fact]
    public async Task A_tampered_form_has_a_wrong_hash_and_is_sent_again_right()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PayUShop.OpenAsync(receiver.Url);
        receiver.Responses.Enqueue(500);
        await simulator.PayUDialAsync("""{"webhook_tampered":1}""");
        await simulator.PayUAsync(PayUShop.Intent());
        var tampered = FormOf((await receiver.NextAsync(1, "the tampered event"))[0]);
        Assert.NotEqual(HashOf(tampered), tampered["hash"]);

        var next = receiver.NextAsync(1, "the right event");
        while (!next.IsCompleted)
        {
            simulator.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(next, Task.Delay(5));
        }

        var right = FormOf((await next)[0]);
        Assert.Equal(HashOf(right), right["hash"]);
    }

    [Fact]
    public async Task An_undelivered_event_is_sent_after_a_restart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PayUShop.OpenAsync(receiver.Url);
        await simulator.PayUDialAsync("""{"webhook_late":1,"webhook_late_ms":60000}""");
        await simulator.PayUAsync(PayUShop.Intent());
        await simulator.PayUDialAsync("{}");
        await simulator.RestartAsync();
        Assert.Equal("TXN-1", FormOf((await receiver.NextAsync(1, "the event"))[0])["txnid"]);
    }

    private static Dictionary<string, string> FormOf(Received one) =>
        QueryHelpers.ParseQuery(Encoding.UTF8.GetString(one.Body))
            .ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);

    private static string HashOf(Dictionary<string, string> fields) => PayUHash.OfResponse(
        PayUShop.Salt, fields["status"], [.. Enumerable.Range(1, 5).Select(n => fields[$"udf{n}"])], fields["email"],
        fields["firstname"], fields["productinfo"], fields["amount"], fields["txnid"], fields["key"],
        fields.GetValueOrDefault("additionalCharges"));
}
