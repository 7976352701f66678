using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>Connector and simulator are two independent readings of the same documents; here they meet, with every dial.</summary>
public sealed class RazorpayAgainstSimulatorTests(SimulatedRazorpay razorpay) : IClassFixture<SimulatedRazorpay>, IAsyncLifetime
{
    private static readonly PaymentMethod Netbanking = new() { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" };

    private readonly RazorpayRig _rig = new();
    private readonly AttemptId _attempt = NewAttempt();

    // Faults that strike before Razorpay has looked at a call, and after it has acted on it.
    public static TheoryData<string> Before { get; } = ["server_error", "reset"];

    public static TheoryData<string> After { get; } = ["charge_then_timeout", "server_error_after", "reset_after", "truncated", "garbage"];

    public async Task InitializeAsync()
    {
        await razorpay.DialAsync("{}");
        await razorpay.CustomerAsync(automatic: true);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(PaymentMethodKind.Netbanking, null, CustomerActionKind.Redirect), InlineData(PaymentMethodKind.Wallet, null, CustomerActionKind.Redirect)]
    [InlineData(PaymentMethodKind.Card, null, CustomerActionKind.Redirect), InlineData(PaymentMethodKind.Upi, UpiFlow.Intent, CustomerActionKind.UpiIntent)]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Qr, CustomerActionKind.UpiQr), InlineData(PaymentMethodKind.Upi, UpiFlow.Collect, CustomerActionKind.UpiApprove)]
    public async Task Every_method_is_taken_and_captured(PaymentMethodKind kind, UpiFlow? flow, CustomerActionKind action)
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
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Card }, amount: money));
        Assert.Equal(money, (await CapturedAsync(pending.ProviderOrder, null)).Amount);
    }

    [Fact]
    public async Task What_is_authorised_by_hand_is_captured_once()
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, capture: CaptureMode.Manual));
        await UntilAsync(QueryAsync, outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }, "the payment is authorised");
        for (var i = 0; i < 2; i++)
        {
            var captured = Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(pending.ProviderReference!));
            Assert.Equal((ChargeStage.Captured, ConnectorRig.Rupees), (captured.Stage, captured.Amount));
        }

        Assert.True(Assert.Single(await razorpay.JournalAsync(_attempt.ToString())).GetProperty("captured").GetBoolean());
    }

    [Fact]
    public async Task A_capture_of_what_nobody_authorised_is_not_a_success()
    {
        await razorpay.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Netbanking, capture: CaptureMode.Manual);
        Assert.IsNotType<ProviderOutcome.Succeeded>(await CaptureAsync(pending.ProviderReference!));
        await razorpay.DecideAsync(pending.ProviderReference!, "decline");
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(pending.ProviderReference!));
    }

    [Fact]
    public async Task A_failing_card_is_declined_by_the_bank()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Card }, cardNumber: "4100280000060003");
        var declined = (ProviderOutcome.Declined)await UntilAsync(QueryAsync, outcome => outcome is ProviderOutcome.Declined, "the card is declined");
        Assert.Equal(("card_declined", FailureParty.Bank), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_customer_who_declines_and_later_approves_has_paid()
    {
        await razorpay.CustomerAsync(automatic: false);
        var pending = await ChargeAsync(Netbanking);
        await razorpay.DecideAsync(pending.ProviderReference!, "decline");
        Assert.Equal("payment_cancelled", Assert.IsType<ProviderOutcome.Declined>(await QueryAsync()).Failure.Code);
        await razorpay.DecideAsync(pending.ProviderReference!, "approve");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
    }

    [Fact]
    public async Task Refused_credentials_are_the_merchants()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(Netbanking, credentials: RazorpayRig.CredentialsOf(RazorpayRig.KeyId, "wrong", "w")));
        Assert.Equal(FailureCodes.CredentialsRefused, declined.Failure.Code);
    }

    [Fact]
    public async Task A_refused_request_is_declined()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Netbanking, amount: Money.Of(99, Currency.Inr)));
        Assert.Equal(FailureParty.Merchant, declined.Failure.Party);
        Assert.Equal(
            "input_validation_failed",
            Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Netbanking with { Bank = "NONE" })).Failure.Code);
    }

    [Theory, MemberData(nameof(Before))]
    public async Task A_payment_that_failed_before_it_was_looked_at_is_unknown_and_then_not_found(string dial)
    {
        await razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        var notFound = Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync(unknown.ProviderOrder, null));
        Assert.Equal(unknown.ProviderOrder, notFound.ProviderOrder);

        await razorpay.DialAsync("{}");
        Assert.Equal(unknown.ProviderOrder, Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true)).ProviderOrder);
        await OnePaidChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_payment_whose_answer_was_lost_is_unknown_and_then_found(string dial)
    {
        await razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.NotNull(unknown.ProviderOrder);
        await razorpay.DialAsync("{}");
        await CapturedAsync(unknown.ProviderOrder, null);

        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_payment_that_is_taken_after_the_timeout_is_not_found_and_then_found()
    {
        await razorpay.DialAsync("""{"timeout_then_charge":1,"late_ms":2500,"hold_ms":5000,"operations":["payment"]}""");
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync(unknown.ProviderOrder, null));
        await CapturedAsync(unknown.ProviderOrder, null);
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task A_charge_refused_for_haste_is_not_sent()
    {
        await razorpay.DialAsync("""{"rate_limited":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        await razorpay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_charge_whose_order_went_wrong_is_not_sent(string dial)
    {
        await razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["order"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Netbanking));
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
        await razorpay.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking, resend: true));
        await OnePaidChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_question_that_went_wrong_says_nothing(string dial)
    {
        var pending = await ChargeAsync(Netbanking);
        await razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["query"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(pending.ProviderOrder, pending.ProviderReference));
    }

    [Fact]
    public async Task A_declined_payment_is_declined()
    {
        await razorpay.DialAsync("""{"decline":1}""");
        await ChargeAsync(Netbanking);
        Assert.IsType<ProviderOutcome.Declined>(await UntilAsync(QueryAsync, outcome => outcome is not ProviderOutcome.Pending, "the payment is decided"));
    }

    [Fact]
    public async Task Another_amount_is_told_as_it_is()
    {
        await razorpay.DialAsync("""{"amount_mismatch":1}""");
        var pending = await ChargeAsync(Netbanking);
        Assert.NotEqual(ConnectorRig.Rupees, (await CapturedAsync(pending.ProviderOrder, null)).Amount);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_capture_whose_answer_was_lost_is_unknown_and_then_found(string dial)
    {
        var pending = await ChargeAsync(Netbanking, capture: CaptureMode.Manual);
        await UntilAsync(QueryAsync, outcome => outcome is ProviderOutcome.Succeeded, "the payment is authorised");
        await razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await CaptureAsync(pending.ProviderReference!));
        await razorpay.DialAsync("{}");
        await CapturedAsync(pending.ProviderOrder, pending.ProviderReference);
    }

    [Theory]
    [InlineData(null), MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_refund_is_made_once_however_often_it_is_sent(string? dial)
    {
        var payment = await PaidAsync();
        await razorpay.DialAsync(dial is null ? "{}" : $$"""{"{{dial}}":1,"operations":["refund"]}""");
        var first = await RefundAsync(payment);
        Assert.IsType(dial switch { null => typeof(ProviderOutcome.Pending), "rate_limited" => typeof(ProviderOutcome.NotSent), _ => typeof(ProviderOutcome.Unknown) }, first);
        await razorpay.DialAsync("{}");
        for (var i = 0; i < 2; i++)
        {
            var again = await RefundAsync(payment);
            Assert.True(again is ProviderOutcome.Pending or ProviderOutcome.Succeeded, again.ToString());
        }

        var done = (ProviderOutcome.Succeeded)await UntilAsync(() => QueryRefundAsync(payment), outcome => outcome is ProviderOutcome.Succeeded, "the refund is done");
        Assert.Equal((Part, 23), (done.Amount, done.BankReference!.Length));
        Assert.Equal(done, await QueryRefundAsync(payment, done.ProviderReference));
        Assert.Single(await razorpay.JournalAsync(RefundId.ToString()));
    }

    [Fact]
    public async Task A_refund_that_was_never_asked_for_is_not_found() =>
        Assert.IsType<ProviderOutcome.NotFound>(await QueryRefundAsync(await PaidAsync()));

    [Fact]
    public async Task A_refund_that_fails_is_declined()
    {
        var payment = await PaidAsync();
        await razorpay.DialAsync("""{"refund_failed":1}""");
        await RefundAsync(payment);
        Assert.IsType<ProviderOutcome.Declined>(
            await UntilAsync(() => QueryRefundAsync(payment), outcome => outcome is not ProviderOutcome.Pending, "the refund is decided"));
    }

    [Fact]
    public async Task A_refund_of_more_than_was_paid_is_declined()
    {
        var outcome = await razorpay.Connect().RefundAsync(RefundOf(await PaidAsync()) with { Amount = Money.Of(99_999, Currency.Inr) }, _rig.Credentials);
        Assert.Equal(FailureParty.Merchant, Assert.IsType<ProviderOutcome.Declined>(outcome).Failure.Party);
    }

    [Fact]
    public async Task Webhooks_tell_what_questions_tell()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await razorpay.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await razorpay.DialAsync("""{"webhook_duplicate":1}""");
            var payment = await PaidAsync();
            await RefundAsync(payment);
            await UntilReadAsync(receiver, reading => reading is WebhookReading.OfRefund { Outcome: ProviderOutcome.Succeeded });

            var all = Readings(receiver);
            Assert.All(all, reading => Assert.True(reading is WebhookReading.OfCharge or WebhookReading.OfRefund, reading.ToString()));
            var captured = all.OfType<WebhookReading.OfCharge>().First(reading => reading.Outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured });
            Assert.Equal(_attempt, captured.Attempt);
            Assert.Equal(await QueryAsync(), captured.Outcome);
            var refunded = all.OfType<WebhookReading.OfRefund>().First(reading => reading.Outcome is ProviderOutcome.Succeeded);
            Assert.Equal(RefundId, refunded.Refund);
            Assert.Equal(await QueryRefundAsync(payment), refunded.Outcome);
        }
        finally
        {
            await razorpay.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task Tampered_webhooks_are_forged()
    {
        await using var receiver = await ScriptedServer.StartAsync();
        await razorpay.AddAccountAsync(new Uri(receiver.Url, "/hook"));
        try
        {
            await razorpay.DialAsync("""{"webhook_tampered":1}""");
            await PaidAsync();
            await UntilReadAsync(receiver, reading => reading is WebhookReading.Forged);
            Assert.All(Readings(receiver), reading => Assert.IsType<WebhookReading.Forged>(reading));
        }
        finally
        {
            await razorpay.AddAccountAsync(webhookUrl: null);
        }
    }

    [Fact]
    public async Task In_a_storm_of_faults_every_attempt_is_charged_once()
    {
        await razorpay.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"server_error_after":0.1,
            "truncated":0.1,"garbage":0.1,"hold_ms":2000,"seed":7,"operations":["order","payment","query"]}
            """);
        var connector = razorpay.Connect(options => options.Timeout = TimeSpan.FromMilliseconds(500));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(attempt => PayAsync(connector, attempt)));
        foreach (var attempt in attempts)
        {
            Assert.True(Assert.Single(await razorpay.JournalAsync(attempt.ToString())).GetProperty("captured").GetBoolean(), $"{attempt} is captured");
        }
    }

    private static Money Part => Money.Of(5_000, Currency.Inr);

    private RefundId RefundId => new() { Payment = _attempt.Payment, Number = 1 };

    private static AttemptId NewAttempt() => new() { Payment = PaymentId.New(TimeProvider.System), Number = 1 };

    /// <summary>What the engine does: sends again what was not sent, asks for what is unknown, and believes "not found" here at once, because
    /// no dial of this storm lets a call through late.</summary>
    private async Task PayAsync(IConnector connector, AttemptId attempt)
    {
        var outcome = await connector.ChargeAsync(Request(Netbanking, attempt), _rig.Credentials);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured })
                {
                    return true;
                }

                outcome = outcome is ProviderOutcome.NotSent or ProviderOutcome.NotFound
                    ? await connector.ChargeAsync(Request(Netbanking, attempt) with { Resend = true }, _rig.Credentials)
                    : await connector.QueryChargeAsync(
                        new ChargeQuery { Attempt = attempt, Amount = ConnectorRig.Rupees, ProviderOrder = outcome.ProviderOrder }, _rig.Credentials);
                Assert.IsNotType<ProviderOutcome.Declined>(outcome);
                return false;
            },
            $"{attempt} is paid");
    }

    private static ChargeRequest Request(PaymentMethod method, AttemptId attempt)
    {
        var time = TimeProvider.System;
        var request = ConnectorRig.ChargeOf(time, SendWindow.Open(time, TimeSpan.FromMinutes(1))) with { Attempt = attempt, Method = method };
        return method.Kind == PaymentMethodKind.Card ? request : request with { Card = null };
    }

    private Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method, CaptureMode capture = CaptureMode.Automatic, bool resend = false, Money? amount = null,
        string? cardNumber = null, ProviderCredentials? credentials = null)
    {
        var request = Request(method, _attempt) with { Capture = capture, Resend = resend, Amount = amount ?? ConnectorRig.Rupees };
        if (cardNumber is not null && CardNumber.TryParse(cardNumber, out var number))
        {
            var card = request.Card!;
            request = request with
            {
                Card = new CardDetails
                {
                    Number = number,
                    ExpiryMonth = card.ExpiryMonth,
                    ExpiryYear = card.ExpiryYear,
                    SecurityCode = card.SecurityCode,
                    HolderName = card.HolderName,
                },
            };
        }

        return razorpay.Connect().ChargeAsync(request, credentials ?? _rig.Credentials);
    }

    private Task<ProviderOutcome> QueryAsync() => QueryAsync(null, null);

    private Task<ProviderOutcome> QueryAsync(string? order, string? payment) => razorpay.Connect().QueryChargeAsync(
        new ChargeQuery { Attempt = _attempt, Amount = ConnectorRig.Rupees, ProviderOrder = order, ProviderReference = payment }, _rig.Credentials);

    private Task<ProviderOutcome> CaptureAsync(string payment) => razorpay.Connect().CaptureAsync(
        new CaptureRequest
        {
            Attempt = _attempt,
            Amount = ConnectorRig.Rupees,
            ProviderReference = payment,
            Window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1)),
        },
        _rig.Credentials);

    private RefundRequest RefundOf(string payment) => new()
    {
        Refund = RefundId,
        Amount = Part,
        ProviderReference = payment,
        Reason = "returned",
        Window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1)),
    };

    private Task<ProviderOutcome> RefundAsync(string payment) => razorpay.Connect().RefundAsync(RefundOf(payment), _rig.Credentials);

    private Task<ProviderOutcome> QueryRefundAsync(string payment, string? refund = null) => razorpay.Connect().QueryRefundAsync(
        new RefundQuery { Refund = RefundId, Amount = Part, ProviderReference = payment, ProviderRefund = refund }, _rig.Credentials);

    private async Task<string> PaidAsync()
    {
        var pending = await ChargeAsync(Netbanking);
        return (await CapturedAsync(pending.ProviderOrder, pending.ProviderReference)).ProviderReference!;
    }

    private async Task<ProviderOutcome.Succeeded> CapturedAsync(string? order, string? payment) => (ProviderOutcome.Succeeded)await UntilAsync(
        () => QueryAsync(order, payment), outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured }, "the payment is captured");

    private async Task OnePaidChargeAsync()
    {
        await CapturedAsync(null, null);
        Assert.True(Assert.Single(await razorpay.JournalAsync(_attempt.ToString())).GetProperty("captured").GetBoolean());
    }

    private static async Task<ProviderOutcome> UntilAsync(Func<Task<ProviderOutcome>> ask, Func<ProviderOutcome, bool> holds, string what)
    {
        ProviderOutcome? last = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await ask();
                return holds(last);
            },
            what);
        return last!;
    }

    private Task UntilReadAsync(ScriptedServer receiver, Func<WebhookReading, bool> holds) =>
        Eventually.HoldsAsync(() => Task.FromResult(Readings(receiver).Any(holds)), "the webhook arrives");

    private WebhookReading[] Readings(ScriptedServer receiver)
    {
        var connector = razorpay.Connect();
        return
        [
            .. receiver.Requests.Select(request => connector.ReadWebhook(
                new InboundWebhook
                {
                    Headers = request.Headers.ToImmutableDictionary(header => header.Key.ToLowerInvariant(), header => header.Value),
                    Body = request.Body,
                },
                _rig.Credentials)),
        ];
    }
}
