using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>Refunds, webhooks, UPI IDs and kept cards, with every dial.</summary>
public sealed class PayURefundsAgainstSimulatorTests(SimulatedPayU payu) : PayUSimulation(payu)
{
    [Theory]
    [InlineData(null), MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_refund_is_made_once_however_often_it_is_sent(string? dial)
    {
        var payment = await PaidAsync();
        await PayU.DialAsync(dial is null ? "{}" : $$"""{"{{dial}}":1,"operations":["refund"]}""");
        var first = await RefundAsync(payment);
        Assert.IsType(
            dial switch
            {
                null => typeof(ProviderOutcome.Pending),
                "rate_limited" => typeof(ProviderOutcome.NotSent),
                _ => typeof(ProviderOutcome.Unknown),
            },
            first);
        await PayU.DialAsync("{}");
        for (var i = 0; i < 2; i++)
        {
            var again = await RefundAsync(payment);
            Assert.True(again is ProviderOutcome.Pending or ProviderOutcome.Succeeded, again.ToString());
        }

        var done = (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryRefundAsync(payment), outcome => outcome is ProviderOutcome.Succeeded, "the refund is done");
        Assert.Equal((Part, 23), (done.Amount, done.BankReference!.Length));
        Assert.Equal(done, await QueryRefundAsync(payment, done.ProviderReference));
        Assert.Single(await PayU.JournalAsync(PayUMapping.RefundToken(RefundId)));
    }

    [Fact]
    public async Task A_refund_that_was_never_requested_is_not_found() =>
        Assert.IsType<ProviderOutcome.NotFound>(await QueryRefundAsync(await PaidAsync()));

    [Fact]
    public async Task A_refund_that_fails_is_declined()
    {
        var payment = await PaidAsync();
        await PayU.DialAsync("""{"refund_failed":1}""");
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
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await RefundAsync(await PaidAsync(), Money.Of(99_999, Currency.Inr)));
        Assert.Equal(("payu_105", FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Theory]
    [InlineData("webhook_duplicate"), InlineData("webhook_reorder")]
    public async Task A_payments_webhook_is_trusted_and_a_refunds_is_a_hint(string dial)
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await PayU.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await PayU.DialAsync($$"""{"{{dial}}":1}""");
            await RefundAsync(await PaidAsync());
            await Eventually.HoldsAsync(
                () => Task.FromResult(receiver.Requests.Any(request => request.Text.StartsWith('{'))),
                "the refund's callback arrives");
            await Eventually.HoldsAsync(
                () => Task.FromResult(receiver.Requests.Any(request =>
                    request.Text.StartsWith("mihpayid", StringComparison.Ordinal))),
                "the payment's callback arrives");
            var readings = await ReadingsAsync(receiver);
            Assert.Contains(readings, reading => reading is WebhookReading.About about && about.Attempt == Attempt);
            Assert.Contains(
                readings,
                reading => reading is WebhookReading.OfCharge { Outcome: ProviderOutcome.Succeeded success } charge
                    && charge.Attempt == Attempt
                    && success.Amount == Rig.Amount);
            Assert.All(
                readings,
                reading => Assert.True(reading is WebhookReading.About or WebhookReading.OfCharge));
        }
        finally
        {
            await PayU.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task A_refund_made_in_the_dashboard_is_reported_by_its_callback_and_with_ours()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await PayU.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            var payment = await PaidAsync();
            await RefundAsync(payment);
            await PayU.RefundInDashboardAsync(payment, 2_000);
            WebhookReading.OfProviderRefunds? reported = null;
            await Eventually.HoldsAsync(
                async () => (reported = Own(await ReadingsAsync(receiver))
                    .OfType<WebhookReading.OfProviderRefunds>().LastOrDefault()) is not null,
                "the dashboard's refund is reported");
            var other = Assert.Single(reported!.Refunds);
            Assert.Equal(
                (Money.Of(2_000, Currency.Inr), payment, 23),
                (other.Amount, other.ProviderPayment, other.BankReference!.Length));
            // The callback has no hash: nothing of it is reported, but PayU's own list.
            Assert.False(reported.IsProven);
            Assert.Equal(other, Assert.Single((await QueryRefundAsync(payment)).OtherRefunds!.Value));

            await PayU.DialAsync("""{"server_error":1,"operations":["query"]}""");
            Assert.Contains(await ReadingsAsync(receiver), reading => reading is WebhookReading.Unavailable);
        }
        finally
        {
            await PayU.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task Tampered_webhooks_are_forged()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await PayU.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await PayU.DialAsync("""{"webhook_tampered":1}""");
            await PaidAsync();
            await Eventually.HoldsAsync(() => Task.FromResult(receiver.Requests.Count > 0), "the webhook arrives");
            Assert.All(Own(await ReadingsAsync(receiver)), reading => Assert.IsType<WebhookReading.Forged>(reading));
        }
        finally
        {
            await PayU.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task A_upi_id_is_verified()
    {
        var upi = (IUpiVerification)PayU.Connect();
        Assert.True(Assert.IsType<ProviderResult<UpiHolder>.Given>(
            await upi.VerifyUpiAsync("anything@payu", Rig.Credentials)).Value.Exists);
        Assert.False(Assert.IsType<ProviderResult<UpiHolder>.Given>(
            await upi.VerifyUpiAsync("invalid@payu", Rig.Credentials)).Value.Exists);
        await PayU.DialAsync("""{"server_error":1,"operations":["query"]}""");
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(
            await upi.VerifyUpiAsync("anything@payu", Rig.Credentials));
    }

    [Fact]
    public async Task A_card_is_kept_paid_with_and_deleted()
    {
        var connector = PayU.Connect();
        var first = Request(Rig.Method, Attempt) with
        {
            Instrument = ConnectorRig.TypedCard(saving: new(null)),
        };
        var user = Assert.IsType<ProviderResult<string>.Given>(
            await ((ICustomerAccounts)connector).OpenCustomerAsync(first.Customer, Rig.Credentials)).Value;
        await connector.ChargeAsync(first, Rig.Credentials);
        await CapturedAsync();
        var card = Assert.Single(await CardsAsync(connector, user));
        Assert.Equal(("1111", "visa", 4, 2031), (card.Last4, card.Network, card.ExpiryMonth, card.ExpiryYear));

        var second = first with
        {
            Attempt = NewAttempt(),
            Instrument = ConnectorRig.SavedCard(card.Token.Reveal()),
        };
        Assert.IsType<ProviderOutcome.Pending>(await connector.ChargeAsync(second, Rig.Credentials));
        await UntilAsync(
            () => connector.QueryChargeAsync(
                new ChargeQuery { Attempt = second.Attempt, Amount = second.Amount }, Rig.Credentials),
            outcome => outcome is ProviderOutcome.Succeeded,
            "the saved card is charged");

        for (var i = 0; i < 2; i++)
        {
            Assert.IsType<ProviderResult<bool>.Given>(
                await ((ISavedCards)connector).DeleteCardAsync(user, card.Reference, Rig.Credentials));
        }

        Assert.Empty(await CardsAsync(connector, user));
    }

    private async Task<ImmutableArray<ProviderCard>> CardsAsync(IConnector connector, string user) =>
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Given>(
            await ((ISavedCards)connector).ListCardsAsync(user, Rig.Credentials)).Value;

    private async Task<WebhookReading[]> ReadingsAsync(ScriptedServer receiver)
    {
        var connector = PayU.Connect();
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
