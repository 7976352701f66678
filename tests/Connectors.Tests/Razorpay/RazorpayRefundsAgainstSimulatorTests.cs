using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>Refunds and webhooks, with every dial.</summary>
public sealed class RazorpayRefundsAgainstSimulatorTests(SimulatedRazorpay razorpay) : RazorpaySimulation(razorpay)
{
    [Theory]
    [InlineData(null), MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_refund_is_made_once_however_often_it_is_sent(string? dial)
    {
        var payment = await PaidAsync();
        await Razorpay.DialAsync(dial is null ? "{}" : $$"""{"{{dial}}":1,"operations":["refund"]}""");
        var first = await RefundAsync(payment);
        Assert.IsType(
            dial switch
            {
                null => typeof(ProviderOutcome.Pending),
                "rate_limited" => typeof(ProviderOutcome.NotSent),
                _ => typeof(ProviderOutcome.Unknown),
            },
            first);
        await Razorpay.DialAsync("{}");
        for (var i = 0; i < 2; i++)
        {
            var again = await RefundAsync(payment);
            Assert.True(again is ProviderOutcome.Pending or ProviderOutcome.Succeeded, again.ToString());
        }

        var done = (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryRefundAsync(payment), outcome => outcome is ProviderOutcome.Succeeded, "the refund is done");
        Assert.Equal((Part, 23), (done.Amount, done.BankReference!.Length));
        Assert.Equal(done, await QueryRefundAsync(payment, done.ProviderReference));
        Assert.Single(await Razorpay.JournalAsync(RefundId.ToString()));
    }

    [Fact]
    public async Task A_refund_that_was_never_requested_is_not_found() =>
        Assert.IsType<ProviderOutcome.NotFound>(await QueryRefundAsync(await PaidAsync()));

    [Fact]
    public async Task A_refund_that_fails_is_declined()
    {
        var payment = await PaidAsync();
        await Razorpay.DialAsync("""{"refund_failed":1}""");
        await RefundAsync(payment);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(
                () => QueryRefundAsync(payment),
                outcome => outcome is not ProviderOutcome.Pending,
                "the refund is decided"));
    }

    [Fact]
    public async Task A_refund_of_more_than_was_paid_is_declined()
    {
        var outcome = await Razorpay.Connect().RefundAsync(
            RefundOf(await PaidAsync()) with { Amount = Money.Of(99_999, Currency.Inr) }, Rig.Credentials);
        Assert.Equal(FailureParty.Merchant, Assert.IsType<ProviderOutcome.Declined>(outcome).Failure.Party);
    }

    [Fact]
    public async Task Webhooks_tell_what_queries_tell()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Razorpay.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await Razorpay.DialAsync("""{"webhook_duplicate":1}""");
            var payment = await PaidAsync();
            await RefundAsync(payment);
            await UntilReadAsync(
                receiver, reading => reading is WebhookReading.OfRefund { Outcome: ProviderOutcome.Succeeded });

            var all = await ReadingsAsync(receiver);
            Assert.All(
                all,
                reading =>
                    Assert.True(reading is WebhookReading.OfCharge or WebhookReading.OfRefund, reading.ToString()));
            var captured = all.OfType<WebhookReading.OfCharge>().First(
                reading => reading.Outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured });
            Assert.Equal(Attempt, captured.Attempt);
            Assert.Equal(await QueryAsync(), captured.Outcome);
            var refunded = all.OfType<WebhookReading.OfRefund>().First(
                reading => reading.Outcome is ProviderOutcome.Succeeded);
            Assert.Equal(RefundId, refunded.Refund);
            Assert.Equal(await QueryRefundAsync(payment), refunded.Outcome);
        }
        finally
        {
            await Razorpay.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task Tampered_webhooks_are_forged()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Razorpay.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await Razorpay.DialAsync("""{"webhook_tampered":1}""");
            await PaidAsync();
            await UntilReadAsync(receiver, reading => reading is WebhookReading.Forged);
            Assert.All(Own(await ReadingsAsync(receiver)), reading => Assert.IsType<WebhookReading.Forged>(reading));
        }
        finally
        {
            await Razorpay.AddAccountAsync(webhookUrl: null);
        }
    }

    private Task UntilReadAsync(ScriptedServer receiver, Func<WebhookReading, bool> holds) =>
        Eventually.HoldsAsync(async () => (await ReadingsAsync(receiver)).Any(holds), "the webhook arrives");

    private async Task<WebhookReading[]> ReadingsAsync(ScriptedServer receiver)
    {
        var connector = Razorpay.Connect();
        var readings = new List<WebhookReading>();
        foreach (var request in receiver.Requests)
        {
            var webhook = new InboundWebhook
            {
                Headers = request.Headers.ToImmutableDictionary(
                    header => header.Key.ToLowerInvariant(), header => header.Value),
                Body = request.Body,
            };
            readings.Add(await connector.ReadWebhookAsync(webhook, Rig.Credentials));
        }

        return [.. readings];
    }
}
