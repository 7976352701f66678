using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Payments;

/// <summary>What the rules say to a command. Exactly one of the nested kinds.</summary>
public abstract record Decision
{
    /// <summary>It happens: these events become durable, then these effects are started.</summary>
    /// <param name="Events">What happened, in order.</param>
    /// <param name="Effects">What to ask of the provider once the events are durable. An effect without an event is a
    /// question.</param>
    public sealed record Accepted(ImmutableArray<PaymentEvent> Events, ImmutableArray<PaymentEffect> Effects) : Decision
    {
        /// <summary>The refund that the command made or found; 0 if it is about none.</summary>
        public int Refund { get; init; }
    }

    /// <summary>It had happened before; the answer is the state as it is.</summary>
    /// <param name="Replayed">Whether the client's own name for the request told so.</param>
    /// <param name="Refund">The refund that it made then; 0 if it is about none.</param>
    public sealed record AlreadyApplied(bool Replayed = false, int Refund = 0) : Decision;

    /// <summary>It may not happen. Nothing changes.</summary>
    /// <param name="Refusal">Why.</param>
    public sealed record Rejected(Refusal Refusal) : Decision;
}

/// <summary>Something to ask of a provider, outside the payment's turn. Each has a name, under which it runs once at a
/// time.</summary>
public abstract record PaymentEffect
{
    /// <summary>Send the attempt's charge.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Resend">Whether it may have been sent before.</param>
    public sealed record SendCharge(int Attempt, bool Resend) : PaymentEffect;

    /// <summary>Ask what became of the attempt.</summary>
    /// <param name="Attempt">The attempt.</param>
    public sealed record QueryCharge(int Attempt) : PaymentEffect;

    /// <summary>Send the capture of the attempt.</summary>
    /// <param name="Attempt">The attempt.</param>
    public sealed record SendCapture(int Attempt) : PaymentEffect;

    /// <summary>Send the release of the attempt's authorisation.</summary>
    /// <param name="Attempt">The attempt.</param>
    public sealed record SendVoid(int Attempt) : PaymentEffect;

    /// <summary>Send the refund.</summary>
    /// <param name="Refund">The refund.</param>
    public sealed record SendRefund(int Refund) : PaymentEffect;

    /// <summary>Ask what became of the refund.</summary>
    /// <param name="Refund">The refund.</param>
    public sealed record QueryRefund(int Refund) : PaymentEffect;
}
