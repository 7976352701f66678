using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Wallets that are linked by the buyer's consent, and their charges, with every dial.</summary>
public sealed class AmazonPayWalletsAgainstSimulatorTests(SimulatedAmazonPay amazon) : AmazonPaySimulation(amazon)
{
    [Fact]
    public async Task A_wallet_is_linked_once_the_buyer_agreed_and_a_repeated_request_returns_the_same_link()
    {
        await Amazon.CustomerAsync(automatic: false);
        var page = await PageAsync();
        Assert.Equal((page, false, null), Read(await CompleteLinkAsync(page)));
        await Amazon.DecideAsync(page, "approve");

        var linked = Linked(await CompleteLinkAsync(page));

        Assert.Equal(linked.Reference, linked.Token!.Reveal());
        Assert.NotEqual(page, linked.Reference);
        Assert.Equal(linked.Reference, Linked(await CompleteLinkAsync(page)).Reference);
        Assert.Equal((linked.Reference, true, null), Read(await ReadAsync(linked.Reference)));
    }

    [Fact]
    public async Task Completions_at_once_make_one_link()
    {
        await Amazon.CustomerAsync(automatic: false);
        var page = await PageAsync();
        await Amazon.DecideAsync(page, "approve");
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CompleteLinkAsync(page)));
        Assert.Single(responses.Select(response => Linked(response).Reference).Distinct());
    }

    [Fact]
    public async Task A_buyer_who_does_not_agree_is_refused_and_may_be_queried_again()
    {
        await Amazon.CustomerAsync(automatic: false);
        var page = await PageAsync();
        await Amazon.DecideAsync(page, "decline");
        var refused = Assert.IsType<ProviderResult<ProviderWallet>.Refused>(await CompleteLinkAsync(page));
        Assert.Equal(("buyer_canceled", FailureParty.Customer), (refused.Failure.Code, refused.Failure.Party));

        await Amazon.CustomerAsync(automatic: true);
        Assert.NotEmpty(await LinkAsync());
    }

    [Fact]
    public async Task A_repeated_request_with_the_same_address_leads_to_the_same_page_and_with_another_one_to_another()
    {
        var (first, second) = (NewCallback(), NewCallback());
        var page = await PageAsync(first);
        Assert.Equal(page, await PageAsync(first));
        Assert.NotEqual(page, await PageAsync(second));
    }

    [Theory]
    [InlineData(CaptureMode.Automatic, ChargeStage.Captured), InlineData(CaptureMode.Manual, ChargeStage.Authorized)]
    public async Task A_linked_wallet_is_charged_without_a_page(CaptureMode capture, ChargeStage stage)
    {
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await ChargeWalletAsync(await LinkAsync(), capture));
        Assert.Equal((stage, AmazonPayRig.Euros, null), (paid.Stage, paid.Amount, paid.ProviderOrder));
        Assert.Equal(
            stage, Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(null, paid.ProviderReference)).Stage);
        await OneChargeAsync(captured: stage == ChargeStage.Captured);
    }

    [Fact]
    public async Task What_is_authorised_is_captured_and_refunded_or_released()
    {
        var link = await LinkAsync();
        var charge = (await ChargeWalletAsync(link, CaptureMode.Manual)).ProviderReference!;
        Assert.Equal(ChargeStage.Captured, Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(charge)).Stage);
        var refund = Assert.IsType<ProviderOutcome.Pending>(await RefundAsync(charge)).ProviderReference;
        await UntilAsync(
            () => QueryRefundAsync(charge, refund),
            outcome => outcome is ProviderOutcome.Succeeded,
            "the refund is paid out");
        await OneChargeAsync();
    }

    [Fact]
    public async Task What_is_authorised_is_released()
    {
        var charge = (await ChargeWalletAsync(await LinkAsync(), CaptureMode.Manual)).ProviderReference!;
        Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(charge));
        await OneChargeAsync(captured: false);
    }

    [Fact]
    public async Task A_bank_that_declines_is_reported()
    {
        var link = await LinkAsync();
        await Amazon.DialAsync("""{"decline":1}""");
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeWalletAsync(link));
        Assert.Equal(("soft_declined", FailureParty.Bank), (declined.Failure.Code, declined.Failure.Party));
        Assert.IsType<ProviderOutcome.Declined>(await QueryWalletAsync(link));
        await NoChargeAsync();
    }

    [Fact]
    public async Task Another_amount_is_reported_as_it_is()
    {
        var link = await LinkAsync();
        await Amazon.DialAsync("""{"amount_mismatch":1}""");
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await ChargeWalletAsync(link));
        Assert.NotEqual(AmazonPayRig.Euros, paid.Amount);
    }

    [Fact]
    public async Task Another_currency_than_the_merchants_is_refused()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeWalletAsync(await LinkAsync(), amount: Money.Of(1_400, Currency.Parse("CHF"))));
        Assert.Equal(("currency_mismatch", FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task An_unlinked_wallet_is_not_charged_and_can_be_linked_again()
    {
        var link = await LinkAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(new ProviderResult<bool>.Given(true), await UnlinkAsync(link));
        }

        foreach (var outcome in (ProviderOutcome[])[await ChargeWalletAsync(link), await QueryWalletAsync(link)])
        {
            var declined = Assert.IsType<ProviderOutcome.Declined>(outcome);
            Assert.Equal(
                ("invalid_charge_permission_status", FailureParty.Customer),
                (declined.Failure.Code, declined.Failure.Party));
        }

        await NoChargeAsync();
        Assert.Equal((link, false, null), Read(await ReadAsync(link)));
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeWalletAsync(await LinkAsync()));
    }

    [Fact]
    public async Task A_wallet_that_the_buyer_gave_up_at_Amazon_is_not_linked()
    {
        var link = await LinkAsync();
        await Amazon.DecideAsync(link, "decline");
        Assert.Equal((link, false, null), Read(await ReadAsync(link)));
        Assert.Equal(new ProviderResult<bool>.Given(true), await UnlinkAsync(link));
        Assert.IsType<ProviderOutcome.Declined>(await ChargeWalletAsync(link));
    }

    [Fact]
    public async Task A_link_that_Amazon_does_not_know_is_none()
    {
        Assert.Equal(("C02-0000000-0000000", false, null), Read(await ReadAsync("C02-0000000-0000000")));
        Assert.Equal(new ProviderResult<bool>.Given(true), await UnlinkAsync("C02-0000000-0000000"));
        var over = Assert.IsType<ProviderResult<ProviderWallet>.Refused>(await CompleteLinkAsync("00000000-0000"));
        Assert.Equal("expired", over.Failure.Code);
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("timeout_then_charge")]
    public async Task A_charge_whose_response_was_lost_is_unknown_and_the_query_leaves_one(string dial)
    {
        var link = await LinkAsync();
        await Amazon.DialAsync($$"""{"{{dial}}":1,"late_ms":2000,"hold_ms":4000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeWalletAsync(link));
        await Amazon.DialAsync("{}");

        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await QueryWalletAsync(link));
        Assert.Equal((ChargeStage.Captured, AmazonPayRig.Euros), (paid.Stage, paid.Amount));
        var later = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => QueryWalletAsync(link)));
        Assert.All(later, outcome => Assert.Equal(paid.ProviderReference, outcome.ProviderReference));
        await OneChargeAsync();
    }

    [Fact]
    public async Task A_charge_that_arrives_after_the_query_is_the_one_that_the_query_made()
    {
        var (link, marker) = (await LinkAsync(), NewAttempt());
        await Amazon.DialAsync("""{"timeout_then_charge":1,"late_ms":8000,"hold_ms":4000,"operations":["payment"]}""");
        var sent = await Task.WhenAll(
            ChargeWalletAsync(link),
            Amazon.Connect().ChargeAsync(WalletCharge(link) with { Attempt = marker }, Rig.Credentials));
        Assert.All(sent, outcome => Assert.IsType<ProviderOutcome.Unknown>(outcome));
        await Amazon.DialAsync("{}");
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await QueryWalletAsync(link));

        await Eventually.HoldsAsync(
            async () => (await Amazon.JournalAsync(marker.ToString())).Count == 1,
            "what was sent at the same time arrives");
        await OneChargeAsync();
        Assert.Equal(paid.ProviderReference, (await QueryWalletAsync(link)).ProviderReference);
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_whose_response_was_lost_says_nothing_and_the_next_one_leaves_one(string dial)
    {
        var link = await LinkAsync();
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryWalletAsync(link));
        await Amazon.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryWalletAsync(link));
        await OneChargeAsync();
    }

    [Fact]
    public async Task Queries_at_once_leave_one_charge()
    {
        var link = await LinkAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => QueryWalletAsync(link)));
        Assert.Single(
            outcomes.Select(outcome => Assert.IsType<ProviderOutcome.Succeeded>(outcome).ProviderReference).Distinct());
        await OneChargeAsync();
    }

    [Fact]
    public async Task A_query_for_a_payment_that_does_not_wait_never_makes_a_charge()
    {
        var link = await LinkAsync();
        for (var i = 0; i < 3; i++)
        {
            var unknown = Assert.IsType<ProviderOutcome.Unknown>(await QueryWalletAsync(link, completes: false));
            Assert.Contains("finds the charge only by its own request", unknown.Reason, StringComparison.Ordinal);
        }

        await NoChargeAsync();
    }

    [Theory]
    [InlineData(CaptureMode.Manual, 1_400), InlineData(CaptureMode.Automatic, 1_500)]
    public async Task A_query_about_another_charge_than_was_made_is_unknown(CaptureMode capture, long minor)
    {
        var link = await LinkAsync();
        await ChargeWalletAsync(link);
        Assert.IsType<ProviderOutcome.Unknown>(
            await QueryWalletAsync(link, capture: capture, amount: Money.Of(minor, Currency.Parse("EUR"))));
        await OneChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After))]
    [InlineData("rate_limited"), InlineData("timeout_then_charge")]
    public async Task A_page_or_an_unlinking_that_went_wrong_is_requested_again(string dial)
    {
        var link = await LinkAsync();
        var callback = NewCallback();
        await Amazon.DialAsync($$"""{"{{dial}}":1,"late_ms":100,"hold_ms":4000,"operations":["order"]}""");
        Assert.IsType<ProviderResult<WalletConsent>.Unavailable>(await RequestPageAsync(callback));
        Assert.IsType<ProviderResult<bool>.Unavailable>(await UnlinkAsync(link));
        await Amazon.DialAsync("{}");
        Assert.Equal(await PageAsync(callback), await PageAsync(callback));
        Assert.Equal(new ProviderResult<bool>.Given(true), await UnlinkAsync(link));
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After))]
    public async Task A_completion_that_went_wrong_is_made_again_and_returns_one_link(string dial)
    {
        await Amazon.CustomerAsync(automatic: false);
        var page = await PageAsync();
        await Amazon.DecideAsync(page, "approve");
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["payment"]}""");
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteLinkAsync(page));
        await Amazon.DialAsync("{}");
        var link = Linked(await CompleteLinkAsync(page)).Reference;
        Assert.Equal(link, Linked(await CompleteLinkAsync(page)).Reference);
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["query"]}""");
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteLinkAsync(page));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await ReadAsync(link));
    }

    [Fact]
    public async Task In_a_storm_of_faults_every_attempt_is_charged_once()
    {
        var link = await LinkAsync();
        await Amazon.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"timeout_then_charge":0.05,
            "server_error_after":0.1,"truncated":0.1,"garbage":0.1,"late_ms":300,"hold_ms":4000,"seed":11,"operations":["payment","query"]}
            """);
        var connector = Amazon.Connect(options => options.Timeout = TimeSpan.FromSeconds(2));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(async attempt =>
        {
            ProviderOutcome outcome = new ProviderOutcome.NotSent { Reason = "" };
            await Eventually.HoldsAsync(
                async () =>
                {
                    outcome = outcome is ProviderOutcome.NotSent
                        ? await connector.ChargeAsync(
                            WalletCharge(link) with { Attempt = attempt, Resend = true }, Rig.Credentials)
                        : await connector.QueryChargeAsync(
                            WalletQuery(link) with { Attempt = attempt }, Rig.Credentials);
                    Assert.IsNotType<ProviderOutcome.Declined>(outcome);
                    return outcome is ProviderOutcome.Succeeded;
                },
                $"{attempt} is paid");
        }));
        foreach (var attempt in attempts)
        {
            Assert.Single(await Amazon.JournalAsync(attempt.ToString()));
        }
    }

    private static ProviderWallet Linked(ProviderResult<ProviderWallet> response)
    {
        var wallet = Assert.IsType<ProviderResult<ProviderWallet>.Given>(response).Value;
        Assert.True(wallet.Linked);
        return wallet;
    }

    private static (string Reference, bool Linked, Money? Balance) Read(ProviderResult<ProviderWallet> response)
    {
        var wallet = Assert.IsType<ProviderResult<ProviderWallet>.Given>(response).Value;
        return (wallet.Reference, wallet.Linked, wallet.Balance);
    }

    private Task<ProviderResult<ProviderWallet>> ReadAsync(string link) =>
        Wallets().ReadWalletAsync(Asha, link, Rig.Credentials);

    private Task<ProviderResult<bool>> UnlinkAsync(string link) =>
        Wallets().UnlinkWalletAsync(Asha, link, Rig.Credentials);
}
