using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>Where the kinds of operations differ. What is not said here is the same for all of them.</summary>
public sealed record OperationTraits
{
    private static readonly OperationTraits Charge = new()
    {
        QueriedAs = OperationKind.Charge,
        LongestRetry = TimeSpan.FromMinutes(1),
        AcceptedStep = TimeSpan.FromHours(1),
        WaitsForCustomer = true,
        // A security code may not be stored, so that a card's charge cannot be made again.
        NeedsSecret = attempt => attempt.Method.Kind == PaymentMethodKind.Card,
        IdempotencyWindow = attempt => attempt.IdempotencyWindow,
    };

    // A provider captures a payment once, so that a repeated send is harmless.
    private static readonly OperationTraits Capture = new()
    {
        QueriedAs = OperationKind.Charge,
        LongestRetry = TimeSpan.FromHours(1),
        AcceptedStep = TimeSpan.FromHours(1),
        Deadline = TimeSpan.FromDays(7),
    };

    // A repeated release is harmless, and an authorisation that is not released runs out.
    private static readonly OperationTraits Void = new()
    {
        QueriedAs = OperationKind.Charge,
        LongestRetry = TimeSpan.FromHours(1),
        AcceptedStep = TimeSpan.FromHours(1),
        Deadline = TimeSpan.FromDays(7),
    };

    // A refund's id is the provider's idempotency key. A bank may take days for what a provider accepted.
    private static readonly OperationTraits Refund = new()
    {
        QueriedAs = OperationKind.Refund,
        LongestRetry = TimeSpan.FromHours(1),
        AcceptedStep = TimeSpan.FromHours(6),
        Deadline = TimeSpan.FromDays(7),
        AcceptedDeadline = TimeSpan.FromDays(30),
    };

    /// <summary>The kind whose status query tells what became of it: providers have none for captures and voids, but
    /// say of the charge how far it is.</summary>
    public required OperationKind QueriedAs { get; init; }

    /// <summary>The longest pause before it is sent again after it could not be sent. A charge lasts for minutes, the
    /// others for days, and each try is an event.</summary>
    public required TimeSpan LongestRetry { get; init; }

    /// <summary>The pause between status queries of what the provider accepted, when the close ones are over.</summary>
    public required TimeSpan AcceptedStep { get; init; }

    /// <summary>How long it may stay unsent, and then fails, or stay unknown, and then ends otherwise. Null: a charge's
    /// is the payment's expiry.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How long the provider may work on what it accepted before an operator decides; null: as long as the
    /// payment lasts.</summary>
    public TimeSpan? AcceptedDeadline { get; init; }

    /// <summary>Whether a customer may be at work on what the provider accepted. It is sent only until the payment
    /// expires and only while no other attempt took its place, and there is less to learn of it meanwhile.</summary>
    public bool WaitsForCustomer { get; init; }

    /// <summary>Whether it is made of what may not be stored, so that it is sent once.</summary>
    public Func<AttemptState, bool> NeedsSecret { get; private init; } = static _ => false;

    /// <summary>How long after it was first sent the provider recognises it; null: always.</summary>
    public Func<AttemptState, TimeSpan?> IdempotencyWindow { get; private init; } = static _ => null;

    /// <summary>The traits of a kind.</summary>
    public static OperationTraits Of(OperationKind kind) => kind switch
    {
        OperationKind.Charge => Charge,
        OperationKind.Capture => Capture,
        OperationKind.Void => Void,
        OperationKind.Refund => Refund,
    };
}
