using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>Charges, captures and releases, with every dial.</summary>
public sealed partial class PayUAgainstSimulatorTests(SimulatedPayU payu) : PayUSimulation(payu)
{
    [Theory]
    [InlineData(PaymentMethodKind.Card, null, CustomerActionKind.Page)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Intent, CustomerActionKind.UpiIntent)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Qr, CustomerActionKind.UpiQr)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Collect, CustomerActionKind.UpiApprove)]
    public async Task What_goes_from_the_server_is_taken_and_captured(
        PaymentMethodKind kind, UpiFlow? flow, CustomerActionKind action)
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(
            new PaymentMethod { Kind = kind, Flow = flow, Vpa = flow == UpiFlow.Collect ? "anything@payu" : null }));
        Assert.Equal(action, pending.Action!.Kind);

        var captured = await CapturedAsync();
        Assert.Equal((ConnectorRig.Rupees, pending.ProviderReference), (captured.Amount, captured.ProviderReference));
        Assert.Matches("^[0-9]{12}$", captured.BankReference);
    }

    [Theory]
    [InlineData(PaymentMethodKind.Netbanking), InlineData(PaymentMethodKind.Wallet)]
    public async Task What_the_customers_browser_posts_is_taken_and_captured(PaymentMethodKind kind)
    {
        var request = Request(
            new PaymentMethod
            {
                Kind = kind,
                Bank = kind == PaymentMethodKind.Netbanking ? "HDFC" : null,
                Wallet = kind == PaymentMethodKind.Wallet ? "phonepe" : null,
            },
            Attempt);
        var pending = Assert.IsType<ProviderOutcome.Pending>(
            await PayU.Connect().ChargeAsync(request, Rig.Credentials));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());

        var page = await PayU.PostAsync(pending.Action!.Url!, pending.Action.Fields!);
        Assert.Contains("Approve this payment", page, StringComparison.Ordinal);
        await OnePaidChargeAsync();
        // A second click comes too late.
        Assert.Contains(
            "E202", await PayU.PostAsync(pending.Action.Url!, pending.Action.Fields!), StringComparison.Ordinal);
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task The_banks_page_goes_on_by_itself_and_brings_the_customer_back()
    {
        await PayU.CustomerAsync(automatic: false);
        var pending = (ProviderOutcome.Pending)await ChargeAsync(Rig.Method);
        var url = Action().Match(pending.Action!.Html!).Groups["url"].Value;
        Assert.Contains("approve", await PayU.PostAsync(url, []), StringComparison.Ordinal);
        Assert.Contains(
            "https://engine.example/return",
            await PayU.PostAsync(url, [new("action", "approve")]),
            StringComparison.Ordinal);
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task What_is_authorised_by_hand_is_captured_once()
    {
        var payment = await AuthorisedAsync();
        for (var i = 0; i < 3; i++)
        {
            var captured = await CaptureAsync(payment);
            Assert.True(
                captured is ProviderOutcome.Pending or ProviderOutcome.Succeeded { Stage: ChargeStage.Captured },
                captured.ToString());
        }

        await OnePaidChargeAsync();
        Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(payment));
    }

    [Fact]
    public async Task A_capture_of_what_no_one_authorised_is_not_a_success()
    {
        await PayU.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Intent, CaptureMode.Manual);
        Assert.IsNotType<ProviderOutcome.Succeeded>(await CaptureAsync(pending.ProviderReference!));
        await PayU.DecideAsync(pending.ProviderReference!, "decline");
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(pending.ProviderReference!));
    }

    [Fact]
    public async Task What_is_released_is_voided_and_is_never_captured()
    {
        var payment = await AuthorisedAsync();
        Assert.IsType<ProviderOutcome.Pending>(await VoidAsync(payment));
        var voided = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the authorisation is released");
        Assert.Equal(FailureCodes.Voided, voided.Failure.Code);
        Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(payment));
        Assert.Equal(
            FailureCodes.Voided, Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(payment)).Failure.Code);
        var line = Assert.Single(await PayU.JournalAsync(Attempt.ToString()));
        Assert.Equal(
            ("cancelled", false), (line.GetProperty("status").GetString(), line.GetProperty("captured").GetBoolean()));
    }

    [Fact]
    public async Task What_was_captured_is_not_released()
    {
        var payment = await PaidAsync();
        Assert.Equal(
            "already_captured", Assert.IsType<ProviderOutcome.Declined>(await VoidAsync(payment)).Failure.Code);
        Assert.Equal(
            0, Assert.Single(await PayU.JournalAsync(Attempt.ToString())).GetProperty("amount_refunded").GetInt64());
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_release_whose_response_was_lost_is_unknown_and_then_voided(string dial)
    {
        var payment = await AuthorisedAsync();
        await PayU.DialAsync($$"""{"{{dial}}":1,"operations":["refund"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await VoidAsync(payment));
        await PayU.DialAsync("{}");
        await UntilAsync(
            QueryAsync,
            outcome => outcome is ProviderOutcome.Declined { Failure.Code: FailureCodes.Voided },
            "the authorisation is released");
        Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(payment));
    }

    [Theory]
    [InlineData("4000000000000002", "payu_e310", FailureParty.Bank)]
    [InlineData("4000000000009995", "insufficient_funds", FailureParty.Customer)]
    [InlineData("4000000000000127", "authentication_failed", FailureParty.Customer)]
    [InlineData("4000000000000119", "acquirer_unreachable", FailureParty.Provider)]
    public async Task A_failing_card_is_declined_with_whose_fault_it_is(string number, string code, FailureParty party)
    {
        await ChargeAsync(Rig.Method, cardNumber: number);
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the card is declined");
        Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_upi_payment_that_its_bank_declines_is_explained_by_npcis_code()
    {
        await ChargeAsync(Intent with { Flow = UpiFlow.Collect, Vpa = "failure@payu" });
        var declined = (ProviderOutcome.Declined)await UntilAsync(
            QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the payment is declined");
        Assert.Equal("insufficient_funds", declined.Failure.Code);
    }

    [Fact]
    public async Task Refused_credentials_are_the_merchants()
    {
        var wrong = PayURig.CredentialsOf(PayURig.Key, "wrong");
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Intent, credentials: wrong));
        Assert.Equal(FailureCodes.CredentialsRefused, declined.Failure.Code);
        Assert.Equal(CredentialsCheck.Refused, await PayU.Connect().CheckAsync(wrong));
        Assert.Equal(CredentialsCheck.Accepted, await PayU.Connect().CheckAsync(Rig.Credentials));
    }

    [Fact]
    public async Task A_refused_request_is_declined()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(Intent with { Flow = UpiFlow.Collect, Vpa = "nobody" }));
        Assert.Equal(("payu_e1101", FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Theory, MemberData(nameof(Before))]
    public async Task A_payment_that_failed_before_it_was_looked_at_is_unknown_and_then_not_found(string dial)
    {
        await PayU.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await PayU.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_payment_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        await PayU.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
        await PayU.DialAsync("{}");
        await CapturedAsync();
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Intent, resend: true));
        await OnePaidChargeAsync();
        // Even without a query first: the txnid is taken, and shows its owner.
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Intent));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_payment_that_is_taken_after_the_timeout_is_not_found_and_then_found()
    {
        await PayU.DialAsync("""{"timeout_then_charge":1,"late_ms":8000,"hold_ms":5000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_charge_refused_for_haste_is_not_sent()
    {
        await PayU.DialAsync("""{"rate_limited":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Intent));
        await PayU.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_that_went_wrong_says_nothing(string dial)
    {
        await ChargeAsync(Intent);
        await PayU.DialAsync($$"""{"{{dial}}":1,"operations":["query"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        // And nothing is sent again on the strength of it.
        var resent = await ChargeAsync(Intent, resend: true);
        Assert.True(resent is ProviderOutcome.NotSent or ProviderOutcome.Unknown, resent.ToString());
        await PayU.DialAsync("{}");
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_declined_payment_is_declined()
    {
        await PayU.DialAsync("""{"decline":1}""");
        await ChargeAsync(Intent);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(QueryAsync, outcome => outcome is not ProviderOutcome.Pending, "the payment is decided"));
    }

    [Fact]
    public async Task Another_amount_is_reported_as_it_is()
    {
        await PayU.DialAsync("""{"amount_mismatch":1}""");
        await ChargeAsync(Intent);
        Assert.NotEqual(ConnectorRig.Rupees, (await CapturedAsync()).Amount);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_capture_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var payment = await AuthorisedAsync();
        await PayU.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await CaptureAsync(payment));
        await PayU.DialAsync("{}");
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task In_a_storm_of_faults_every_attempt_is_charged_once()
    {
        await PayU.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"server_error_after":0.1,
            "truncated":0.1,"garbage":0.1,"hold_ms":4000,"seed":7,"operations":["payment","query"]}
            """);
        var connector = PayU.Connect(options => options.Timeout = TimeSpan.FromSeconds(2));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(attempt => PayAsync(connector, attempt)));
        foreach (var attempt in attempts)
        {
            Assert.True(
                Assert.Single(await PayU.JournalAsync(attempt.ToString())).GetProperty("captured").GetBoolean(),
                $"{attempt} is captured");
        }
    }

    /// <summary>Acts as the engine does: resends what was not sent, queries unknown outcomes, and takes "not found" as
    /// final here at once, because no dial of this storm lets a call through late.</summary>
    private async Task PayAsync(IConnector connector, AttemptId attempt)
    {
        var outcome = await connector.ChargeAsync(Request(Intent, attempt), Rig.Credentials);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured })
                {
                    return true;
                }

                outcome = outcome is ProviderOutcome.NotSent or ProviderOutcome.NotFound
                    ? await connector.ChargeAsync(Request(Intent, attempt) with { Resend = true }, Rig.Credentials)
                    : await connector.QueryChargeAsync(
                        new ChargeQuery { Attempt = attempt, Amount = ConnectorRig.Rupees }, Rig.Credentials);
                Assert.IsNotType<ProviderOutcome.Declined>(outcome);
                return false;
            },
            $"{attempt} is paid");
    }

    [GeneratedRegex("action=\"(?<url>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Action();
}
