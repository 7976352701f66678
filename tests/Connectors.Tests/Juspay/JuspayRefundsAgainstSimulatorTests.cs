using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>Refunds, webhooks, and what Juspay keeps for customers.</summary>
public sealed class JuspayRefundsAgainstSimulatorTests(SimulatedJuspay juspay) : JuspaySimulation(juspay)
{
    [Fact]
    public async Task A_refund_is_pending_and_then_paid_out_once_however_often_it_is_requested()
    {
        var txn = await PaidAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await RefundAsync(txn) is ProviderOutcome.Pending or ProviderOutcome.Succeeded);
        }

        var refunded = (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryRefundAsync(txn), outcome => outcome is ProviderOutcome.Succeeded, "the refund is paid out");
        Assert.Equal((Part, ChargeStage.Captured), (refunded.Amount, refunded.Stage));
        Assert.Equal(23, refunded.BankReference!.Length);
        Assert.Single(await Juspay.JournalAsync(refunded.ProviderReference!));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryRefundAsync(txn, number: 2));
    }

    [Fact]
    public async Task A_second_refund_of_one_amount_comes_later()
    {
        var txn = await PaidAsync();
        await RefundAsync(txn);
        Assert.IsType<ProviderOutcome.NotSent>(await RefundAsync(txn, number: 2));
        Assert.IsType<ProviderOutcome.Pending>(await RefundAsync(txn, number: 3, Money.Of(5_001, Currency.Inr)));
        await UntilAsync(
            () => RefundAsync(txn, number: 2), outcome => outcome is not ProviderOutcome.NotSent, "Juspay takes it");
    }

    [Fact]
    public async Task A_refund_of_more_than_is_left_is_refused()
    {
        var txn = await PaidAsync();
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await RefundAsync(txn, amount: Money.Of(12_346, Currency.Inr)));
        Assert.Equal(
            (FailureCodes.RequestRefused, FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_failed_refund_is_declined()
    {
        var txn = await PaidAsync();
        await Juspay.DialAsync("""{"refund_failed":1}""");
        await RefundAsync(txn);
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            () => QueryRefundAsync(txn), outcome => outcome is ProviderOutcome.Declined, "the refund fails");
        Assert.Equal("refund_failed", declined.Failure.Code);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_refund_whose_response_was_lost_is_unknown_and_made_once(string dial)
    {
        var txn = await PaidAsync();
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["refund"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await RefundAsync(txn));
        await Juspay.DialAsync("{}");
        Assert.True(await RefundAsync(txn) is ProviderOutcome.Pending or ProviderOutcome.Succeeded);
        Assert.Single(await Juspay.JournalAsync((await QueryRefundAsync(txn)).ProviderReference!));
    }

    [Theory]
    [MemberData(nameof(Before)), InlineData("rate_limited")]
    public async Task A_refund_that_was_not_looked_at_is_not_found(string dial)
    {
        var txn = await PaidAsync();
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["refund"]}""");
        Assert.True(await RefundAsync(txn) is ProviderOutcome.Unknown or ProviderOutcome.NotSent);
        Assert.IsType<ProviderOutcome.NotFound>(await QueryRefundAsync(txn));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"webhook_duplicate":1}""")]
    [InlineData("""{"webhook_late":1,"webhook_late_ms":200}""")]
    [InlineData("""{"webhook_tampered":1}""")]
    public async Task A_webhook_that_others_could_change_is_a_hint_whatever_it_says(string dials)
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Juspay.AddAccountAsync(receiver.Url);
        try
        {
            await Juspay.DialAsync(dials);
            await PaidAsync();
            await Eventually.HoldsAsync(
                async () => (await ReadingsAsync(receiver)).Any(reading =>
                    reading is WebhookReading.About about && about.Attempt == Attempt),
                "the webhook arrives");
            Assert.All(await ReadingsAsync(receiver), reading => Assert.IsType<WebhookReading.About>(reading));
        }
        finally
        {
            await Juspay.AddAccountAsync(null);
        }
    }

    [Fact]
    public async Task A_refund_made_in_the_dashboard_is_reported_by_its_webhook_and_with_ours()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Juspay.AddAccountAsync(receiver.Url);
        try
        {
            var txn = await PaidAsync();
            await RefundAsync(txn);
            await Juspay.RefundInDashboardAsync(txn, 2_000);
            ProviderRefund? other = null;
            await Eventually.HoldsAsync(
                async () => (other = (await ReadingsAsync(receiver, isSecure: true))
                    .OfType<WebhookReading.OfProviderRefunds>()
                    .LastOrDefault(reading => reading.Attempt == Attempt)?.Refunds.Single()) is not null,
                "the dashboard's refund is reported, and ours is not");
            Assert.Equal((Money.Of(2_000, Currency.Inr), txn), (other!.Amount, other.ProviderPayment));
            Assert.Single(await Juspay.JournalAsync(other.ProviderReference));
            Assert.Equal(other, Assert.Single((await QueryRefundAsync(txn)).OtherRefunds!.Value));
            // What is left is less than this, so that it is refused.
            var declined = await RefundAsync(txn, number: 2, Money.Of(9_000, Currency.Inr));
            Assert.IsType<ProviderOutcome.Declined>(declined);
            Assert.Equal(other, Assert.Single(declined.OtherRefunds!.Value));
        }
        finally
        {
            await Juspay.AddAccountAsync(null);
        }
    }

    [Fact]
    public async Task A_webhook_over_tls_says_what_was_paid()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await Juspay.AddAccountAsync(receiver.Url);
        try
        {
            await PaidAsync();
            await Eventually.HoldsAsync(
                async () => (await ReadingsAsync(receiver, isSecure: true)).Any(reading =>
                    reading is WebhookReading.OfCharge { Outcome: ProviderOutcome.Succeeded success } charge
                        && charge.Attempt == Attempt
                        && success is { Stage: ChargeStage.Captured, ProviderOrder: null }
                        && success.Amount == Rig.Amount),
                "the webhook of the captured payment arrives");
        }
        finally
        {
            await Juspay.AddAccountAsync(null);
        }
    }

    [Fact]
    public async Task A_customer_keeps_a_card_pays_with_it_and_deletes_it()
    {
        var customer = new Customer
        {
            Id = $"user-{Attempt.Payment}", Name = "Asha B C", Email = "a@b.example", Phone = "+919876543210",
        };
        var connector = Juspay.Connect();
        var opened = Assert.IsType<ProviderResult<string>.Given>(
            await connector.OpenCustomerAsync(customer, Rig.Credentials)).Value;
        Assert.Equal(
            opened,
            Assert.IsType<ProviderResult<string>.Given>(
                await connector.OpenCustomerAsync(customer, Rig.Credentials)).Value);

        await ChargeAsync(Rig.Method, with: request => request with
        {
            Customer = customer,
            Instrument = ConnectorRig.TypedCard(saving: new(null)),
        });
        await CapturedAsync();
        var card = Assert.Single(Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Given>(
            await connector.ListCardsAsync(opened, Rig.Credentials)).Value);
        Assert.Equal(("1111", "visa", 4, 2_031), (card.Last4, card.Network, card.ExpiryMonth, card.ExpiryYear));

        var next = Request(Rig.Method, NewAttempt()) with
        {
            Customer = customer,
            Instrument = ConnectorRig.SavedCard(card.Token.Reveal(), "123"),
        };
        Assert.IsType<ProviderOutcome.Pending>(await connector.ChargeAsync(next, Rig.Credentials));

        for (var i = 0; i < 2; i++)
        {
            Assert.True(Assert.IsType<ProviderResult<bool>.Given>(
                await connector.DeleteCardAsync(opened, card.Reference, Rig.Credentials)).Value);
        }

        var gone = Assert.IsType<ProviderOutcome.Declined>(
            await connector.ChargeAsync(next with { Attempt = NewAttempt() }, Rig.Credentials));
        Assert.Equal(("expired", FailureParty.Customer), (gone.Failure.Code, gone.Failure.Party));
    }

    [Fact]
    public async Task A_wallet_is_linked_read_debited_and_unlinked()
    {
        var customer = new Customer { Id = "7", Phone = "+919876543210" };
        var connector = Juspay.Connect();
        var opened = Assert.IsType<ProviderResult<string>.Given>(
            await connector.OpenCustomerAsync(customer, Rig.Credentials)).Value;
        var request = new WalletRequest { Wallet = "mobikwik", Customer = customer, ProviderCustomer = opened };
        var reference = Assert.IsType<ProviderResult<string>.Given>(
            await connector.RequestWalletLinkAsync(request, Rig.Credentials)).Value;
        Assert.IsType<ProviderResult<ProviderWallet>.Refused>(
            await connector.ConfirmWalletLinkAsync(request, reference, new Secret("000000"), Rig.Credentials));
        var linked = Assert.IsType<ProviderResult<ProviderWallet>.Given>(
            await connector.ConfirmWalletLinkAsync(request, reference, new Secret("123456"), Rig.Credentials)).Value;
        Assert.Equal((true, Money.Of(100_000, Currency.Inr)), (linked.Linked, linked.Balance!.Value));

        // A token is good for one payment: the link's own is nothing to keep.
        Assert.Null(linked.Token);
        var method = new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "mobikwik" };
        foreach (var balance in (long[])[100_000, 87_655])
        {
            var read = Assert.IsType<ProviderResult<ProviderWallet>.Given>(
                await connector.ReadWalletAsync(request, reference, Rig.Credentials)).Value;
            Assert.Equal(Money.Of(balance, Currency.Inr), read.Balance);
            var paid = Assert.IsType<ProviderOutcome.Succeeded>(
                await ChargeAsync(method, with: charge => charge with
                {
                    Instrument = new ChargeInstrument.LinkedWallet("mobikwik", read.Token!),
                }));
            Assert.Equal(ChargeStage.Captured, paid.Stage);
        }

        foreach (var known in (string[])[reference, reference, "wlt_nobody"])
        {
            Assert.True(Assert.IsType<ProviderResult<bool>.Given>(
                await connector.UnlinkWalletAsync(request, known, Rig.Credentials)).Value);
        }

        Assert.IsType<ProviderResult<ProviderWallet>.Refused>(
            await connector.ReadWalletAsync(request, "wlt_nobody", Rig.Credentials));
    }

    [Theory]
    [InlineData("a@upi", true, "Simulated Customer"), InlineData("invalid@upi", false, null)]
    public async Task A_upi_id_is_verified(string vpa, bool exists, string? name)
    {
        var holder = Assert.IsType<ProviderResult<UpiHolder>.Given>(
            await Juspay.Connect().VerifyUpiAsync(vpa, Rig.Credentials)).Value;
        Assert.Equal((exists, name), (holder.Exists, holder.Name));
        await Juspay.DialAsync("""{"server_error":1,"operations":["query"]}""");
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(
            await Juspay.Connect().VerifyUpiAsync(vpa, Rig.Credentials));
    }

    private async Task<WebhookReading[]> ReadingsAsync(ScriptedServer receiver, bool isSecure = false)
    {
        var connector = Juspay.Connect();
        var readings = new List<WebhookReading>();
        foreach (var request in receiver.Requests)
        {
            var webhook = new InboundWebhook
            {
                Headers = request.Headers.ToImmutableDictionary(
                    header => header.Key.ToLowerInvariant(), header => header.Value),
                Body = request.Body,
                IsSecure = isSecure,
            };
            readings.Add(await connector.ReadWebhookAsync(webhook, Rig.Credentials));
        }

        return [.. readings];
    }
}
