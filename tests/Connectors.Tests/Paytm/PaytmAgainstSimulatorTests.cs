using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Charges, captures and releases, with every dial.</summary>
public sealed class PaytmAgainstSimulatorTests(SimulatedPaytm paytm) : PaytmSimulation(paytm)
{
    [Theory]
    [InlineData(PaymentMethodKind.Netbanking, null, CustomerActionKind.Form)]
    [InlineData(PaymentMethodKind.Card, null, CustomerActionKind.Form)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Intent, CustomerActionKind.UpiIntent)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Qr, CustomerActionKind.UpiQr)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Collect, CustomerActionKind.UpiApprove)]
    public async Task Every_method_is_taken_and_captured(
        PaymentMethodKind kind, UpiFlow? flow, CustomerActionKind action)
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(new PaymentMethod
        {
            Kind = kind,
            Flow = flow,
            Vpa = flow == UpiFlow.Collect ? "success@paytm" : null,
            Bank = kind == PaymentMethodKind.Netbanking ? "HDFC" : null,
        }));
        Assert.Equal(action, pending.Action!.Kind);

        var captured = await CapturedAsync();
        Assert.Equal(ConnectorRig.Rupees, captured.Amount);
        Assert.Equal(12, captured.BankReference!.Length);
        Assert.True(pending.ProviderReference is null || pending.ProviderReference == captured.ProviderReference);
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_linked_wallet_pays_at_once()
    {
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(
            await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "paytm" }));
        Assert.Equal(ConnectorRig.Rupees, paid.Amount);
    }

    [Fact]
    public async Task A_wallet_without_enough_money_declines()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(
            new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "paytm" },
            amount: Money.Of(2_000_000, Currency.Inr)));
        Assert.Equal("insufficient_wallet_balance", declined.Failure.Code);
    }

    [Fact]
    public async Task A_debit_card_is_distinguished_from_a_credit_card_by_a_query()
    {
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Card, cardNumber: "6527658900000007"));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task What_is_blocked_is_captured_once()
    {
        var block = await BlockedAsync();
        for (var i = 0; i < 2; i++)
        {
            var captured = Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(block));
            Assert.Equal((ChargeStage.Captured, ConnectorRig.Rupees), (captured.Stage, captured.Amount));
        }

        await OnePaidChargeAsync();
        Assert.IsType<ProviderOutcome.Declined>(await VoidAsync(block));
    }

    [Fact]
    public async Task Less_than_what_is_blocked_can_be_captured_and_refunded()
    {
        var captured = Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(await BlockedAsync(), Part));
        Assert.Equal(Part, captured.Amount);
        Assert.Equal(captured, await CapturedAsync());
        Assert.IsType<ProviderOutcome.Pending>(await RefundAsync(captured.ProviderReference!));
    }

    [Fact]
    public async Task What_is_blocked_is_released_and_then_reads_as_voided()
    {
        var block = await BlockedAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(block));
        }

        Assert.Equal(FailureCodes.Voided, Assert.IsType<ProviderOutcome.Declined>(await QueryAsync()).Failure.Code);
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(block));
        Assert.False(Assert.Single(await Paytm.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());
    }

    [Theory]
    [InlineData("4000000000000002", "bank_declined", FailureParty.Bank)]
    [InlineData("4000000000009995", FailureCodes.Declined, FailureParty.Customer)]
    public async Task A_failing_card_is_declined(string number, string code, FailureParty party)
    {
        await ChargeAsync(Card, cardNumber: number);
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the card is declined");
        Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_customer_who_declines_and_later_approves_has_paid()
    {
        await Paytm.CustomerAsync(automatic: false);
        await ChargeAsync(Netbanking);
        await Paytm.DecideAsync(Attempt.ToString(), "decline");
        Assert.IsType<ProviderOutcome.Declined>(await QueryAsync());
        await Paytm.DecideAsync(Attempt.ToString(), "approve");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
    }

    [Fact]
    public async Task Credentials_are_accepted_or_the_merchants_to_mend()
    {
        var wrong = PaytmRig.CredentialsOf("AnotherKey123456");
        Assert.Equal(CredentialsCheck.Accepted, await Paytm.Connect().CheckAsync(Rig.Credentials));
        Assert.Equal(CredentialsCheck.Refused, await Paytm.Connect().CheckAsync(wrong));
        Assert.Equal(
            CredentialsCheck.Refused, await Paytm.Connect().CheckAsync(PaytmRig.CredentialsOf(PaytmRig.Key, "NOBODY")));
        Assert.Equal(
            FailureCodes.CredentialsRefused,
            Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Netbanking, credentials: wrong)).Failure.Code);
    }

    [Fact]
    public async Task A_refused_request_is_declined()
    {
        Assert.Equal("vpa_invalid", Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(new PaymentMethod
            {
                Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = "invalid@paytm",
            })).Failure.Code);
        Assert.Equal(FailureParty.Merchant, Assert.IsType<ProviderOutcome.Declined>(
            await Paytm.Connect()
                .ChargeAsync(Request(Netbanking with { Bank = "NONE" }, NewAttempt()), Rig.Credentials)).Failure.Party);
        Assert.Equal("amount_above_limit", Assert.IsType<ProviderOutcome.Declined>(
            await Paytm.Connect().ChargeAsync(
                Request(Netbanking, NewAttempt()) with { Amount = Money.Of(100_000_001, Currency.Inr) },
                Rig.Credentials)).Failure.Code);
    }

    [Theory]
    [InlineData("success@paytm", true), InlineData("invalid@paytm", false)]
    public async Task Upi_ids_are_verified(string vpa, bool exists) => Assert.Equal(
        exists,
        Assert.IsType<ProviderResult<UpiHolder>.Given>(
            await Paytm.Connect().VerifyUpiAsync(vpa, Rig.Credentials)).Value.Exists);

    [Theory, MemberData(nameof(Before))]
    public async Task A_payment_that_failed_before_it_was_looked_at_is_unknown_and_then_not_found(string dial)
    {
        await Paytm.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());

        await Paytm.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_payment_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        await Paytm.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        await Paytm.DialAsync("{}");
        await CapturedAsync();

        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Netbanking, resend: true));
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Netbanking));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_payment_that_is_taken_after_the_timeout_is_not_found_and_then_found()
    {
        await Paytm.DialAsync("""{"timeout_then_charge":1,"late_ms":2500,"hold_ms":5000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_charge_refused_for_haste_is_not_sent()
    {
        await Paytm.DialAsync("""{"rate_limited":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        await Paytm.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_charge_whose_order_went_wrong_is_not_sent(string dial)
    {
        await Paytm.DialAsync($$"""{"{{dial}}":1,"operations":["order"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await Paytm.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_that_went_wrong_says_nothing(string dial)
    {
        await ChargeAsync(Netbanking);
        await Paytm.DialAsync($$"""{"{{dial}}":1,"operations":["query"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking, resend: true));
    }

    [Fact]
    public async Task A_declined_payment_is_declined()
    {
        await Paytm.DialAsync("""{"decline":1}""");
        await ChargeAsync(Netbanking);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(QueryAsync, outcome => outcome is not ProviderOutcome.Pending, "the payment is decided"));
    }

    [Fact]
    public async Task Another_amount_is_reported_as_it_is()
    {
        await Paytm.DialAsync("""{"amount_mismatch":1}""");
        await ChargeAsync(Netbanking);
        Assert.NotEqual(ConnectorRig.Rupees, (await CapturedAsync()).Amount);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_capture_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var block = await BlockedAsync();
        await Paytm.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await CaptureAsync(block));
        await Paytm.DialAsync("{}");
        await CapturedAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_release_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var block = await BlockedAsync();
        await Paytm.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await VoidAsync(block));
        await Paytm.DialAsync("{}");
        Assert.Equal(FailureCodes.Voided, Assert.IsType<ProviderOutcome.Declined>(await QueryAsync()).Failure.Code);
    }

    [Fact]
    public async Task In_a_storm_of_faults_every_attempt_is_charged_once()
    {
        await Paytm.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"server_error_after":0.1,
            "truncated":0.1,"garbage":0.1,"hold_ms":4000,"seed":7,"operations":["order","payment","query"]}
            """);
        var connector = Paytm.Connect(options => options.Timeout = TimeSpan.FromSeconds(2));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(attempt => PayAsync(connector, attempt)));
        foreach (var attempt in attempts)
        {
            Assert.True(
                Assert.Single(await Paytm.JournalAsync(attempt.ToString())).GetProperty("captured").GetBoolean(),
                $"{attempt} is captured");
        }
    }

    /// <summary>Acts as the engine does: resends what was not sent, queries unknown outcomes, and takes "not found" as
    /// final here at once, because no dial of this storm lets a call through late.</summary>
    private async Task PayAsync(PaytmConnector connector, AttemptId attempt)
    {
        var outcome = await connector.ChargeAsync(Request(Netbanking, attempt), Rig.Credentials);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured })
                {
                    return true;
                }

                outcome = outcome is ProviderOutcome.NotSent or ProviderOutcome.NotFound
                    ? await connector.ChargeAsync(Request(Netbanking, attempt) with { Resend = true }, Rig.Credentials)
                    : await connector.QueryChargeAsync(
                        new ChargeQuery { Attempt = attempt, Amount = ConnectorRig.Rupees }, Rig.Credentials);
                Assert.IsNotType<ProviderOutcome.Declined>(outcome);
                return false;
            },
            $"{attempt} is paid");
    }
}
