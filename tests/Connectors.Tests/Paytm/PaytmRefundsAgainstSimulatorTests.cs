using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Refunds and webhooks, with every dial.</summary>
public sealed class PaytmRefundsAgainstSimulatorTests(SimulatedPaytm paytm) : PaytmSimulation(paytm)
{
    [Theory]
    [InlineData(null), MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_refund_is_made_once_however_often_it_is_sent(string? dial)
    {
        var payment = await PaidAsync();
        await Paytm.DialAsync(dial is null ? "{}" : $$"""{"{{dial}}":1,"operations":["refund"]}""");
        var first = await RefundAsync(payment);
        Assert.IsType(
            dial switch
            {
                null => typeof(ProviderOutcome.Pending),
                "rate_limited" => typeof(ProviderOutcome.NotSent),
                _ => typeof(ProviderOutcome.Unknown),
            },
            first);
        await Paytm.DialAsync("{}");
        for (var i = 0; i < 2; i++)
        {
            var again = await RefundAsync(payment);
            Assert.True(again is ProviderOutcome.Pending or ProviderOutcome.Succeeded, again.ToString());
        }

        var done = (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryRefundAsync(payment), outcome => outcome is ProviderOutcome.Succeeded, "the refund is done");
        Assert.Equal((Part, 12), (done.Amount, done.BankReference!.Length));
        Assert.Equal(done, await RefundAsync(payment));
        Assert.Single(await Paytm.JournalAsync(RefundId.ToString()));
    }

    [Fact]
    public async Task A_refund_that_was_never_requested_is_not_found() =>
        Assert.IsType<ProviderOutcome.NotFound>(await QueryRefundAsync(await PaidAsync()));

    [Fact]
    public async Task A_refund_while_another_is_under_way_is_not_sent_and_passes_later()
    {
        var payment = await PaidAsync();
        await RefundAsync(payment);
        var second = RefundOf(payment) with { Refund = new RefundId { Payment = Attempt.Payment, Number = 2 } };
        Assert.IsType<ProviderOutcome.NotSent>(await Paytm.Connect().RefundAsync(second, Rig.Credentials));
        await UntilAsync(
            () => Paytm.Connect().RefundAsync(second with { Window = Open() }, Rig.Credentials),
            outcome => outcome is ProviderOutcome.Pending,
            "the second refund is taken");
    }

    [Fact]
    public async Task A_refund_that_the_table_calls_failed_and_the_bank_works_at_is_pending_and_then_done()
    {
        var payment = await PaidAsync();
        Assert.IsType<ProviderOutcome.Pending>(await RefundAsync(payment, Money.Of(628, Currency.Inr)));
        var seen = await QueryRefundAsync(payment);
        Assert.True(seen is ProviderOutcome.Pending or ProviderOutcome.Succeeded, seen.ToString());
        await UntilAsync(
            () => QueryRefundAsync(payment), outcome => outcome is ProviderOutcome.Succeeded, "the refund is done");
    }

    [Fact]
    public async Task A_refund_with_a_system_error_is_unknown_and_then_found()
    {
        var payment = await PaidAsync();
        Assert.IsType<ProviderOutcome.Unknown>(await RefundAsync(payment, Money.Of(501, Currency.Inr)));
        await UntilAsync(
            () => QueryRefundAsync(payment), outcome => outcome is ProviderOutcome.Succeeded, "the refund is done");
        Assert.Single(await Paytm.JournalAsync(RefundId.ToString()));
    }

    [Fact]
    public async Task A_refund_that_fails_is_declined()
    {
        var payment = await PaidAsync();
        await Paytm.DialAsync("""{"refund_failed":1}""");
        await RefundAsync(payment);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(
                () => QueryRefundAsync(payment),
                outcome => outcome is not ProviderOutcome.Pending,
                "the refund is decided"));
    }

    [Fact]
    public async Task A_refund_of_more_than_was_paid_is_declined() => Assert.Equal(
        FailureParty.Merchant,
        Assert.IsType<ProviderOutcome.Declined>(
            await RefundAsync(await PaidAsync(), Money.Of(99_999, Currency.Inr))).Failure.Party);

    [Fact]
    public async Task A_payments_webhook_is_trusted_and_a_refunds_is_a_hint()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Paytm.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await Paytm.DialAsync("""{"webhook_duplicate":1}""");
            await RefundAsync(await PaidAsync());
            await Eventually.HoldsAsync(
                () => Task.FromResult(receiver.Requests.Count >= 4), "payment and refund are told twice");

            var all = await ReadingsAsync(receiver);
            var charge = Assert.Single(all.OfType<WebhookReading.OfCharge>().Distinct());
            Assert.Equal(
                (Attempt, Rig.Amount),
                (charge.Attempt, Assert.IsType<ProviderOutcome.Succeeded>(charge.Outcome).Amount));
            Assert.Equal(Attempt, Assert.Single(all.OfType<WebhookReading.About>().Distinct()).Attempt);
        }
        finally
        {
            await Paytm.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task A_refund_made_in_the_dashboard_is_reported_by_its_webhook()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Paytm.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            var payment = await PaidAsync();
            await Paytm.RefundInDashboardAsync(payment, 2_000);
            WebhookReading.OfProviderRefunds? reported = null;
            await Eventually.HoldsAsync(
                async () => (reported = Own(await ReadingsAsync(receiver))
                    .OfType<WebhookReading.OfProviderRefunds>().LastOrDefault()) is not null,
                "the dashboard's refund is reported");
            var other = Assert.Single(reported!.Refunds);
            Assert.Equal((Money.Of(2_000, Currency.Inr), 12), (other.Amount, other.BankReference!.Length));

            var connector = Paytm.Connect();
            var webhook = WebhookOf(receiver.Requests[^1]);
            Assert.IsType<WebhookReading.Unavailable>(await connector.ReadWebhookAsync(
                webhook with { MayQueryAsync = _ => ValueTask.FromResult(false) }, Rig.Credentials));
            await Paytm.DialAsync("""{"server_error":1,"operations":["query"]}""");
            Assert.IsType<WebhookReading.Unavailable>(await connector.ReadWebhookAsync(webhook, Rig.Credentials));
        }
        finally
        {
            await Paytm.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task Tampered_webhooks_are_forged()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Paytm.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await Paytm.DialAsync("""{"webhook_tampered":1}""");
            await RefundAsync(await PaidAsync());
            await Eventually.HoldsAsync(
                () => Task.FromResult(receiver.Requests.Count >= 2), "payment and refund are told");
            Assert.All(Own(await ReadingsAsync(receiver)), reading => Assert.IsType<WebhookReading.Forged>(reading));
        }
        finally
        {
            await Paytm.AddAccountAsync(webhookUrl: null);
        }
    }

    private async Task<WebhookReading[]> ReadingsAsync(ScriptedServer receiver)
    {
        var connector = Paytm.Connect();
        var readings = new List<WebhookReading>();
        foreach (var request in receiver.Requests)
        {
            readings.Add(await connector.ReadWebhookAsync(WebhookOf(request), Rig.Credentials));
        }

        return [.. readings];
    }

    private static InboundWebhook WebhookOf(Received request) => new()
    {
        Headers = request.Headers.ToImmutableDictionary(
            header => header.Key.ToLowerInvariant(), header => header.Value),
        Body = request.Body,
    };
}
