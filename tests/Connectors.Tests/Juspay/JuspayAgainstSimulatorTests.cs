using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>Charges, captures and releases, with every dial.</summary>
public sealed class JuspayAgainstSimulatorTests(SimulatedJuspay juspay) : JuspaySimulation(juspay)
{
    [Theory]
    [InlineData(PaymentMethodKind.Netbanking, null, CustomerActionKind.Redirect)]
    [InlineData(PaymentMethodKind.Wallet, null, CustomerActionKind.Redirect)]
    [InlineData(PaymentMethodKind.Card, null, CustomerActionKind.Redirect)]
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
            Vpa = flow == UpiFlow.Collect ? "a@upi" : null,
            Bank = kind == PaymentMethodKind.Netbanking ? "HDFC" : null,
            Wallet = kind == PaymentMethodKind.Wallet ? "mobikwik" : null,
        }));
        Assert.Equal(action, pending.Action!.Kind);
        if (flow is UpiFlow.Intent or UpiFlow.Qr)
        {
            Assert.Equal(
                $"upi://pay?pa=simulator@juspay&pn=Demo%20Store%20%26%20Co&mc=5411&tid=JSP{pending.ProviderReference}&tr={pending.ProviderReference}&tn=Payment&am=123.45&cu=INR",
                pending.Action.Url);
        }

        var captured = await CapturedAsync();
        Assert.Equal(ConnectorRig.Rupees, captured.Amount);
        Assert.Matches("^[0-9]{12}$", captured.BankReference!);
        Assert.Equal(pending.ProviderReference, captured.ProviderReference);
        await OnePaidChargeAsync();
    }

    [Theory]
    [InlineData("JPY", 295), InlineData("KWD", 295_990), InlineData("USD", 2_000)]
    public async Task Cards_are_charged_in_other_currencies(string code, long amount)
    {
        var money = Money.Of(amount, Currency.Parse(code));
        Assert.IsType<ProviderOutcome.Pending>(
            await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Card }, amount: money));
        Assert.Equal(money, (await CapturedAsync()).Amount);
    }

    [Fact]
    public async Task Encrypted_calls_pay_and_refund_as_plain_ones_do()
    {
        var keys = new JuspaySealedRig().Credentials;
        var connector = Juspay.Connect();
        Assert.Equal(CredentialsCheck.Accepted, await connector.CheckAsync(keys));
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, credentials: keys));
        var query = new ChargeQuery { Attempt = Attempt, Amount = ConnectorRig.Rupees };
        var captured = (ProviderOutcome.Succeeded)await UntilAsync(
            () => connector.QueryChargeAsync(query, keys),
            outcome => outcome is ProviderOutcome.Succeeded,
            "the payment is captured");
        Assert.Equal(ConnectorRig.Rupees, captured.Amount);
        Assert.IsType<ProviderOutcome.NotFound>(
            await connector.QueryChargeAsync(query with { Attempt = NewAttempt() }, keys));
        var refund = new RefundRequest
        {
            Refund = RefundId,
            Attempt = Attempt,
            Amount = Part,
            ProviderReference = captured.ProviderReference!,
            Window = Window,
        };
        Assert.IsType<ProviderOutcome.Pending>(await connector.RefundAsync(refund, keys));
        Assert.IsNotType<ProviderOutcome.Declined>(await connector.RefundAsync(refund, keys));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task Credentials_are_checked()
    {
        Assert.Equal(CredentialsCheck.Accepted, await Juspay.Connect().CheckAsync(Rig.Credentials));
        Assert.Equal(
            CredentialsCheck.Refused, await Juspay.Connect().CheckAsync(JuspayRig.CredentialsOf("wrong", "p")));
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(Netbanking, credentials: JuspayRig.CredentialsOf("wrong", "p")));
        Assert.Equal(FailureCodes.CredentialsRefused, declined.Failure.Code);
        await Juspay.DialAsync("""{"server_error":1,"operations":["query"]}""");
        Assert.Equal(CredentialsCheck.NotChecked, await Juspay.Connect().CheckAsync(Rig.Credentials));
    }

    [Fact]
    public async Task What_is_held_is_captured_once()
    {
        var txn = await HeldAsync();
        for (var i = 0; i < 2; i++)
        {
            var captured = Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(txn));
            Assert.Equal((ChargeStage.Captured, ConnectorRig.Rupees), (captured.Stage, captured.Amount));
        }

        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task What_is_held_is_released_once_and_then_reads_as_voided()
    {
        var txn = await HeldAsync();
        Assert.IsType<ProviderOutcome.Pending>(await VoidAsync(txn));
        var voided = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "it is released");
        Assert.Equal(FailureCodes.Voided, voided.Failure.Code);
        Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(txn));
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(txn));
    }

    [Fact]
    public async Task What_was_captured_is_not_released()
    {
        var txn = await PaidAsync();
        Assert.IsType<ProviderOutcome.Declined>(await VoidAsync(txn));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_capture_of_what_no_one_authorised_is_not_a_success()
    {
        await Juspay.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Netbanking, capture: CaptureMode.Manual);
        Assert.IsType<ProviderOutcome.Pending>(await CaptureAsync(pending.ProviderReference!));
        await Juspay.DecideAsync(pending.ProviderReference!, "decline");
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(pending.ProviderReference!));
        Assert.IsType<ProviderOutcome.Declined>(await VoidAsync(pending.ProviderReference!));
    }

    [Theory]
    [InlineData("4000000000000002", "declined", FailureParty.Bank)]
    [InlineData("4000000000000127", "input_declined", FailureParty.Customer)]
    public async Task A_failing_card_is_declined_and_no_one_blames_juspay(
        string number, string code, FailureParty party)
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Card }, cardNumber: number);
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the card is declined");
        Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_failing_upi_payment_has_npcis_reason_and_one_that_may_turn_stays_open()
    {
        await ChargeAsync(
            new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = "failure.zm@upi" });
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "it is declined");
        Assert.Equal(("wrong_upi_pin", FailureParty.Customer), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_customer_who_declines_and_later_approves_has_paid()
    {
        await Juspay.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Netbanking);
        await Juspay.DecideAsync(pending.ProviderReference!, "decline");
        Assert.Equal("authentication_failed", Assert.IsType<ProviderOutcome.Declined>(await QueryAsync()).Failure.Code);
        await Juspay.DecideAsync(pending.ProviderReference!, "approve");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
    }

    [Theory, MemberData(nameof(Before))]
    public async Task A_payment_that_failed_before_it_was_looked_at_is_unknown_and_then_not_found(string dial)
    {
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.Equal(unknown.ProviderOrder, Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync()).ProviderOrder);
        await Juspay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_payment_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        await Juspay.DialAsync("{}");
        await CapturedAsync();
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_payment_that_is_taken_after_the_timeout_is_not_found_and_then_found()
    {
        await Juspay.DialAsync("""{"timeout_then_charge":1,"late_ms":8000,"hold_ms":5000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_payment_that_comes_late_on_a_paid_order_is_taken_once()
    {
        await Juspay.DialAsync("""{"timeout_then_charge":1,"late_ms":2000,"hold_ms":5000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        await Juspay.DialAsync("{}");
        // Too early: the visibility window is not over. What was sent first arrives at an order that is paid.
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_charge_whose_order_went_wrong_is_not_sent(string dial)
    {
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["order"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await Juspay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_charge_refused_for_haste_is_not_sent()
    {
        await Juspay.DialAsync("""{"rate_limited":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        await Juspay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_that_went_wrong_says_nothing(string dial)
    {
        await ChargeAsync(Netbanking);
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["query"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Fact]
    public async Task A_declined_payment_is_declined()
    {
        await Juspay.DialAsync("""{"decline":1}""");
        await ChargeAsync(Netbanking);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(QueryAsync, outcome => outcome is not ProviderOutcome.Pending, "the payment is decided"));
    }

    [Fact]
    public async Task Another_amount_is_reported_as_it_is()
    {
        await Juspay.DialAsync("""{"amount_mismatch":1}""");
        await ChargeAsync(Netbanking);
        Assert.Equal(Money.Of(12_445, Currency.Inr), (await CapturedAsync()).Amount);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_capture_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var txn = await HeldAsync();
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await CaptureAsync(txn));
        await Juspay.DialAsync("{}");
        await OnePaidChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_release_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var txn = await HeldAsync();
        await Juspay.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await VoidAsync(txn));
        await Juspay.DialAsync("{}");
        await UntilAsync(
            QueryAsync,
            outcome => outcome is ProviderOutcome.Declined { Failure.Code: FailureCodes.Voided },
            "it is released");
    }

    [Fact]
    public async Task In_a_storm_of_faults_every_attempt_is_charged_once()
    {
        await Juspay.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"server_error_after":0.1,
            "truncated":0.1,"garbage":0.1,"hold_ms":4000,"seed":7,"operations":["order","payment","query"]}
            """);
        var connector = Juspay.Connect(options => options.Timeout = TimeSpan.FromSeconds(2));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(attempt => PayAsync(connector, attempt)));
        foreach (var attempt in attempts)
        {
            Assert.True(
                Assert.Single(await Juspay.JournalAsync(attempt.ToString())).GetProperty("captured").GetBoolean(),
                $"{attempt} is captured");
        }
    }

    /// <summary>Acts as the engine does: resends what was not sent, queries unknown outcomes, and takes "not found" as
    /// final here at once, because no dial of this storm lets a call through late.</summary>
    private async Task PayAsync(IConnector connector, AttemptId attempt)
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
