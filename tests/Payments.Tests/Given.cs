using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>Payments in every stage, made by the rules themselves: given / when / then.</summary>
internal sealed class Given
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    public static readonly Money Amount = Money.Of(50_000, Currency.Inr);
    public static readonly PaymentMethod Upi = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent };
    public static readonly PaymentMethod CardMethod = new()
    {
        Kind = PaymentMethodKind.Card, CardLast4 = "1111", CardNetwork = "visa",
    };
    public static readonly TimeSpan VisibilityWindow = TimeSpan.FromMinutes(1);
    public static readonly Failure Refused = new()
    {
        Code = "declined", Message = "No.", Party = FailureParty.Customer,
    };

    private static readonly Route Razorpay = new()
    {
        Provider = "razorpay", CapturesByItself = false, VisibilityWindow = VisibilityWindow,
        LateSuccess = TimeSpan.FromDays(3),
    };

    /// <summary>A provider that can all that a provider may be able to.</summary>
    public static readonly Route Payu = Razorpay with { Provider = "payu", CanVoid = true, CanCapturePart = true };

    private Given(PaymentState state, DateTimeOffset now) => (State, Now) = (state, now);

    /// <summary>Where an attempt could go on that failed; null if nowhere.</summary>
    public Route? Elsewhere { get; private init; }

    /// <summary>Whether the card is still in memory.</summary>
    public bool CardInMemory { get; private init; }

    public PaymentState State { get; private init; }

    public DateTimeOffset Now { get; private init; }

    public DecisionContext DecisionContext => TermsAt(Now);

    public static CardDetails Card
    {
        get
        {
            Assert.True(CardNumber.TryParse("4111111111111111", out var number));
            return new CardDetails
            {
                Number = number,
                ExpiryMonth = 12,
                ExpiryYear = 2030,
                SecurityCode = new Secret("123"),
                HolderName = "A B",
            };
        }
    }

    public static DecisionContext TermsAt(DateTimeOffset now) => new()
    {
        Now = now,
        SendWindow = TimeSpan.FromSeconds(20),
        ClockError = TimeSpan.FromSeconds(10),
        ExpiresIn = TimeSpan.FromMinutes(15),
        Route = Razorpay,
    };

    public static Instrument.UpiIntent UpiIntent { get; } = new();

    public static Instrument.TypedCard TypedCard => new() { Card = Card };

    public static StartPayment StartCommand(
        Instrument? instrument = null, CaptureMode capture = CaptureMode.Automatic) => new()
        {
            OrderId = "order_1",
            Amount = Amount,
            Instrument = instrument ?? UpiIntent,
            Capture = capture,
            Customer = new Customer { Id = "cust_1" },
            Metadata = ImmutableDictionary<string, string>.Empty,
        };

    public static Given Started(
        Instrument? instrument = null, CaptureMode capture = CaptureMode.Automatic, Route? route = null) => Fold(
            null,
            PaymentDecider.Decide(
                null, StartCommand(instrument, capture), TermsAt(Start) with { Route = route ?? Razorpay }),
            Start);

    public static Given Unconfirmed() =>
        Fold(null, PaymentDecider.Decide(null, StartCommand() with { Instrument = null }, TermsAt(Start)), Start);

    public static Given RequiresAction(Instrument? instrument = null) => Started(instrument).Report(PendingWithAction);

    public static Given Authorized() => Started(capture: CaptureMode.Manual).Report(AuthorizedOutcome());

    /// <summary>Authorised at a provider that can release it, or capture a part.</summary>
    public static Given Held() => Started(capture: CaptureMode.Manual, route: Payu).Report(AuthorizedOutcome());

    public static Given Capturing() => Authorized().When(new CapturePayment());

    public static Given Paid() => RequiresAction().Report(Captured());

    public static Given Failed() => Started().Report(new ProviderOutcome.Declined { Failure = Refused });

    public static Given Cancelled() => RequiresAction().When(new CancelPayment());

    public static Given Expired() =>
        RequiresAction().At(Start + TimeSpan.FromMinutes(16)).Report(PendingWithAction, ReportSource.Query);

    public static Given NeedsReview() =>
        Started().At(Start + TimeSpan.FromMinutes(16)).Report(
            new ProviderOutcome.Unknown { Reason = "No response." }, ReportSource.Query);

    public static ProviderOutcome PendingWithAction { get; } = new ProviderOutcome.Pending
    {
        Action = new CustomerAction { Kind = CustomerActionKind.UpiIntent, Url = "upi://pay?pa=a@b" },
        ProviderOrder = "order_A",
        ProviderReference = "pay_A",
    };

    public static ProviderOutcome.Succeeded Captured(Money? amount = null, long? feeMinor = 1180) => new()
    {
        Stage = ChargeStage.Captured,
        Amount = amount ?? Amount,
        Fee = feeMinor is { } fee ? Money.Of(fee, Currency.Inr) : null,
        ProviderReference = "pay_A",
        BankReference = "123456789012",
    };

    public static ProviderOutcome.Succeeded AuthorizedOutcome() =>
        Captured(feeMinor: null) with { Stage = ChargeStage.Authorized };

    public Given At(DateTimeOffset now) => new(State, now) { Elsewhere = Elsewhere, CardInMemory = CardInMemory };

    public Given After(TimeSpan time) => At(Now + time);

    /// <summary>Another provider would take the payment.</summary>
    public Given WithElsewhere(bool cardInMemory = false) =>
        new(State, Now) { Elsewhere = Payu, CardInMemory = cardInMemory };

    public Given Report(ProviderOutcome outcome, ReportSource source = ReportSource.Response, int attempt = 1) =>
        Report(OperationKey.Charge(attempt), outcome, source);

    public Given ReportRefund(ProviderOutcome outcome, int refund = 1) => Report(OperationKey.Refund(refund), outcome);

    public Given Report(
        OperationKey operation, ProviderOutcome outcome, ReportSource source = ReportSource.Response) =>
        Fold(State, Decide(About(operation, outcome, source)), Now);

    public static PaymentEffect SendsCharge(int attempt) =>
        new PaymentEffect.SendOperation(OperationKey.Charge(attempt), Resend: false);

    public static RecordOutcome About(
        OperationKey operation,
        ProviderOutcome outcome,
        ReportSource source = ReportSource.Response,
        int? send = null) => new() { Operation = operation, Outcome = outcome, Source = source, Send = send };

    public Given When(object command) => Fold(State, Decide(command), Now);

    public Decision Decide(object command) => command switch
    {
        StartPayment c => PaymentDecider.Decide(State, c, DecisionContext),
        ConfirmPayment c => PaymentDecider.Decide(State, c, DecisionContext),
        CapturePayment c => PaymentDecider.Decide(State, c, DecisionContext),
        CancelPayment c => PaymentDecider.Decide(State, c, DecisionContext),
        RefundPayment c => PaymentDecider.Decide(State, c, DecisionContext),
        RecordOutcome c =>
            PaymentDecider.Decide(State, c, DecisionContext with { Route = Elsewhere, CardInMemory = CardInMemory }),
        ResolvePayment c => PaymentDecider.Decide(State, c, DecisionContext),
        ResolveRefund c => PaymentDecider.Decide(State, c, DecisionContext),
        ResumePayment c => PaymentDecider.Decide(State, c, DecisionContext),
        QueryAttempt c => PaymentDecider.Decide(State, c, DecisionContext),
        HintAttempt c => PaymentDecider.Decide(State, c, DecisionContext),
        RecordProviderRefund c => PaymentDecider.Decide(State, c, DecisionContext),
        ClearUnexpectedMoney c => PaymentDecider.Decide(State, c, DecisionContext),
        _ => throw new ArgumentException($"{command.GetType().Name} is not a command.", nameof(command)),
    };

    /// <summary>The payment after a decision, where other providers would go on taking it.</summary>
    public Given After(Decision decision) =>
        new(Fold(State, decision, Now).State, Now) { Elsewhere = Elsewhere, CardInMemory = CardInMemory };

    public static Given Fold(PaymentState? state, Decision decision, DateTimeOffset now)
    {
        if (decision is Decision.Accepted accepted)
        {
            state = accepted.Events.Aggregate(state, PaymentState.Evolve);
        }

        return new Given((state ?? throw new InvalidOperationException($"{decision}")).CheckInvariants(), now);
    }
}
