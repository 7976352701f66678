using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>Charges and captures, with every dial.</summary>
public sealed class RazorpayAgainstSimulatorTests(SimulatedRazorpay razorpay) : RazorpaySimulation(razorpay)
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
            Vpa = flow == UpiFlow.Collect ? "success@razorpay" : null,
            Bank = kind == PaymentMethodKind.Netbanking ? "HDFC" : null,
            Wallet = kind == PaymentMethodKind.Wallet ? "mobikwik" : null,
        }));
        Assert.Equal(action, pending.Action!.Kind);

        var captured = await CapturedAsync(pending.ProviderOrder, pending.ProviderReference);
        Assert.Equal(ConnectorRig.Rupees, captured.Amount);
        Assert.True(captured.Fee!.Value.AmountMinor > 0);
        Assert.NotEmpty(captured.BankReference!);
        Assert.Equal(pending.ProviderReference, captured.ProviderReference);
        Assert.Equal(captured.ProviderReference, (await QueryAsync()).ProviderReference);
    }

    [Theory]
    [InlineData("JPY", 295), InlineData("KWD", 295_990), InlineData("USD", 2_000)]
    public async Task Cards_are_charged_in_other_currencies(string code, long amount)
    {
        var money = Money.Of(amount, Currency.Parse(code));
        var pending = Assert.IsType<ProviderOutcome.Pending>(
            await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Card }, amount: money));
        Assert.Equal(money, (await CapturedAsync(pending.ProviderOrder, null)).Amount);
    }

    [Fact]
    public async Task What_is_authorised_by_hand_is_captured_once()
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(
            await ChargeAsync(Netbanking, capture: CaptureMode.Manual));
        await UntilAsync(
            QueryAsync,
            outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized },
            "the payment is authorised");
        for (var i = 0; i < 2; i++)
        {
            var captured = Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(pending.ProviderReference!));
            Assert.Equal((ChargeStage.Captured, ConnectorRig.Rupees), (captured.Stage, captured.Amount));
        }

        Assert.True(
            Assert.Single(await Razorpay.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());
    }

    [Fact]
    public async Task A_capture_of_what_no_one_authorised_is_not_a_success()
    {
        await Razorpay.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Netbanking, capture: CaptureMode.Manual);
        Assert.IsNotType<ProviderOutcome.Succeeded>(await CaptureAsync(pending.ProviderReference!));
        await Razorpay.DecideAsync(pending.ProviderReference!, "decline");
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(pending.ProviderReference!));
    }

    [Fact]
    public async Task A_failing_card_is_declined_by_the_bank()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Card }, cardNumber: "4100280000060003");
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the card is declined");
        Assert.Equal(("card_declined", FailureParty.Bank), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_customer_who_declines_and_later_approves_has_paid()
    {
        await Razorpay.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Netbanking);
        await Razorpay.DecideAsync(pending.ProviderReference!, "decline");
        Assert.Equal("payment_cancelled", Assert.IsType<ProviderOutcome.Declined>(await QueryAsync()).Failure.Code);
        await Razorpay.DecideAsync(pending.ProviderReference!, "approve");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
    }

    [Fact]
    public async Task Refused_credentials_are_the_merchants()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(Netbanking, credentials: RazorpayRig.CredentialsOf(RazorpayRig.KeyId, "wrong", "w")));
        Assert.Equal(FailureCodes.CredentialsRefused, declined.Failure.Code);
        Assert.Equal(CredentialsCheck.Accepted, await Razorpay.Connect().CheckAsync(Rig.Credentials));
        Assert.Equal(
            CredentialsCheck.Refused,
            await Razorpay.Connect().CheckAsync(RazorpayRig.CredentialsOf(RazorpayRig.KeyId, "wrong", "w")));
    }

    [Fact]
    public async Task A_refused_request_is_declined()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(Netbanking, amount: Money.Of(99, Currency.Inr)));
        Assert.Equal(FailureParty.Merchant, declined.Failure.Party);
        Assert.Equal(
            "input_validation_failed",
            Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Netbanking with { Bank = "NONE" })).Failure.Code);
    }

    [Theory, MemberData(nameof(Before))]
    public async Task A_payment_that_failed_before_it_was_looked_at_is_unknown_and_then_not_found(string dial)
    {
        await Razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        var notFound = Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync(unknown.ProviderOrder, null));
        Assert.Equal(unknown.ProviderOrder, notFound.ProviderOrder);

        await Razorpay.DialAsync("{}");
        Assert.Equal(
            unknown.ProviderOrder,
            Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true)).ProviderOrder);
        await OnePaidChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_payment_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        await Razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.NotNull(unknown.ProviderOrder);
        await Razorpay.DialAsync("{}");
        await CapturedAsync(unknown.ProviderOrder, null);

        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_payment_that_is_taken_after_the_timeout_is_not_found_and_then_found()
    {
        await Razorpay.DialAsync(
            """{"timeout_then_charge":1,"late_ms":8000,"hold_ms":5000,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync(unknown.ProviderOrder, null));
        await CapturedAsync(unknown.ProviderOrder, null);
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_charge_refused_for_haste_is_not_sent()
    {
        await Razorpay.DialAsync("""{"rate_limited":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        await Razorpay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_charge_whose_order_went_wrong_is_not_sent(string dial)
    {
        await Razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["order"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await Razorpay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_that_went_wrong_says_nothing(string dial)
    {
        var pending = await ChargeAsync(Netbanking);
        await Razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["query"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(pending.ProviderOrder, pending.ProviderReference));
    }

    [Fact]
    public async Task A_declined_payment_is_declined()
    {
        await Razorpay.DialAsync("""{"decline":1}""");
        await ChargeAsync(Netbanking);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(QueryAsync, outcome => outcome is not ProviderOutcome.Pending, "the payment is decided"));
    }

    [Fact]
    public async Task Another_amount_is_reported_as_it_is()
    {
        await Razorpay.DialAsync("""{"amount_mismatch":1}""");
        var pending = await ChargeAsync(Netbanking);
        Assert.NotEqual(ConnectorRig.Rupees, (await CapturedAsync(pending.ProviderOrder, null)).Amount);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_capture_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var pending = await ChargeAsync(Netbanking, capture: CaptureMode.Manual);
        await UntilAsync(QueryAsync, outcome => outcome is ProviderOutcome.Succeeded, "the payment is authorised");
        await Razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await CaptureAsync(pending.ProviderReference!));
        await Razorpay.DialAsync("{}");
        await CapturedAsync(pending.ProviderOrder, pending.ProviderReference);
    }

    [Fact]
    public async Task In_a_storm_of_faults_everyAttempt_is_charged_once()
    {
        await Razorpay.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"server_error_after":0.1,
            "truncated":0.1,"garbage":0.1,"hold_ms":4000,"seed":7,"operations":["order","payment","query"]}
            """);
        var connector = Razorpay.Connect(options => options.Timeout = TimeSpan.FromSeconds(2));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(attempt => PayAsync(connector, attempt)));
        foreach (var attempt in attempts)
        {
            Assert.True(
                Assert.Single(await Razorpay.JournalAsync(attempt.ToString())).GetProperty("captured").GetBoolean(),
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
                        new ChargeQuery
                        {
                            Attempt = attempt, Amount = ConnectorRig.Rupees, ProviderOrder = outcome.ProviderOrder,
                        },
                        Rig.Credentials);
                Assert.IsNotType<ProviderOutcome.Declined>(outcome);
                return false;
            },
            $"{attempt} is paid");
    }
}
