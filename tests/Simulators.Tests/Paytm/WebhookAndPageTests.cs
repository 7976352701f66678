using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using PaymentCluster.Simulators.Paytm;
using PaymentCluster.Simulators.Tests.Hosting;
using PaymentCluster.Testing;
using static PaymentCluster.Simulators.Tests.Paytm.PaytmShop;

namespace PaymentCluster.Simulators.Tests.Paytm;

public sealed class WebhookAndPageTests
{
    [Fact]
    public async Task A_payment_is_reported_as_a_form_with_a_checksum_and_again_until_it_is_taken()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PaytmShop.StartAsync(receiver.Url);
        receiver.Responses.Enqueue(500);
        var paid = await simulator.PayAsync("o-1");

        var first = (await receiver.NextAsync(1, "the payment is told"))[0];
        await Eventually.HoldsAsync(
            () =>
            {
                simulator.Clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(!receiver.IsQuiet);
            },
            "the payment is told again");
        var second = (await receiver.NextAsync(1, "the payment is told again"))[0];

        foreach (var form in new[] { FormOf(first.Body), FormOf(second.Body) })
        {
            Assert.True(PaytmChecksum.Verify(Key, PaytmChecksum.TextOf(form), form["CHECKSUMHASH"]));
            Assert.Equal(
                ("o-1", Mid, "TXN_SUCCESS", "01", "123.45", Txn(paid), "UPI"),
                (
                    form["ORDERID"],
                    form["MID"],
                    form["STATUS"],
                    form["RESPCODE"],
                    form["TXNAMOUNT"],
                    form["TXNID"],
                    form["PAYMENTMODE"]));
        }
    }

    [Fact]
    public async Task A_refund_is_reported_as_a_signed_envelope_after_a_restart_too()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PaytmShop.StartAsync(receiver.Url);
        var txn = Txn(await simulator.PayAsync("o-1"));
        await receiver.NextAsync(1, "the payment is told");
        await simulator.RefundAsync("o-1", txn, "r-1", "10.00");
        await simulator.RestartAsync();
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));

        var told = (await receiver.NextAsync(1, "the refund is told"))[0].Json;

        var body = told.GetProperty("body");
        Assert.True(PaytmChecksum.Verify(
            Key,
            Encoding.UTF8.GetBytes(body.GetRawText()),
            told.GetProperty("head").GetProperty("signature").GetString()!));
        Assert.Equal(
            ("r-1", "10.00"), (body.GetProperty("refId").GetString(), body.GetProperty("refundAmount").GetString()));
    }

    [Fact]
    public async Task A_tampered_webhook_fails_its_checksum()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PaytmShop.StartAsync(receiver.Url);
        await simulator.PutAsync("/_dials/paytm", """{"webhook_tampered":1}""");
        await simulator.PayAsync("o-1");

        var form = FormOf((await receiver.NextAsync(1, "the payment is told"))[0].Body);

        Assert.NotEqual("123.45", form["TXNAMOUNT"]);
        Assert.False(PaytmChecksum.Verify(Key, PaytmChecksum.TextOf(form), form["CHECKSUMHASH"]));
    }

    [Fact]
    public async Task The_banks_page_waits_and_then_takes_the_result_back()
    {
        await using var simulator = await PaytmShop.StartAsync();
        await simulator.PutAsync("/_customer", """{"automatic":false}""");
        var token = Token(await simulator.InitiateAsync("o-1"));
        var form = (await simulator.ProcessAsync("o-1", token, Card("4111111111111111"))).GetProperty("bankForm")
            .GetProperty("redirectForm");
        var page = new Uri(form.GetProperty("actionUrl").GetString()!);
        async Task<string> PostAsync(params (string Name, string Value)[] fields)
        {
            using var content = new FormUrlEncodedContent(fields.Select(field =>
                KeyValuePair.Create(field.Name, field.Value)));
            using var response = await simulator.Http.PostAsync(page, content);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.Content.ReadAsStringAsync();
        }

        var sent = await PostAsync(form.GetProperty("content")
            .EnumerateObject()
            .Select(field => (field.Name, field.Value.GetString()!))
            .ToArray());
        Assert.Contains("Approve", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("4111111111111111", sent, StringComparison.Ordinal);

        var approved = await PostAsync(("action", "approve"));
        Assert.Contains("https://shop.example/back", approved, StringComparison.Ordinal);
        Assert.Contains("CHECKSUMHASH", approved, StringComparison.Ordinal);
        Assert.Equal("01", Code(await simulator.StatusAsync("o-1")));
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.GetAsync("/paytm/instaproxy/bank/none")).Status);
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var txn = Txn(await simulator.PayAsync("o-1", Card("4111111111111111")));
        await simulator.RefundAsync("o-1", txn, "r-1", "10.00");
        var token = Token(await simulator.InitiateAsync("o-2"));
        await simulator.ProcessAsync("o-2", token, Intent);
        async Task<string> SnapshotAsync() => string.Join('\n', [
            (await simulator.StatusAsync("o-1")).GetRawText(),
            (await simulator.RefundStatusAsync("o-1", "r-1")).GetRawText(),
            (await simulator.GetAsync("/_journal")).Text, (await simulator.GetAsync("/_accounts/paytm")).Text]);

        var before = await SnapshotAsync();
        await simulator.RestartAsync();

        Assert.Equal(before, await SnapshotAsync());
        Assert.Equal("617", Code(await simulator.RefundAsync("o-1", txn, "r-1", "10.00")));
        Assert.Equal(token, Token(await simulator.InitiateAsync("o-2")));
        simulator.Clock.Advance(CustomersDelay);
        Assert.Equal("01", Code(await simulator.StatusAsync("o-2")));
        Assert.DoesNotContain("4111111111111111", await ReadJournalAsync(simulator), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_needs_a_key_of_a_documented_length()
    {
        await using var simulator = await PaytmShop.StartAsync();

        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await simulator.PutAsync("/_accounts/paytm/M1", """{"merchant_key":"short"}""")).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await simulator.PutAsync(
                "/_accounts/paytm/M1", """{"merchant_key":"abcdefghijklmnopqrstuvwx"}""")).Status);
    }

    private static async Task<string> ReadJournalAsync(Simulator simulator)
    {
        await simulator.StopAsync();
        return await File.ReadAllTextAsync(Path.Combine(simulator.Directory, "paytm.ndjson"));
    }

    private static Dictionary<string, string> FormOf(byte[] body) =>
        QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body))
            .ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);
}
