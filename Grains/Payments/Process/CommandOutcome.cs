using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What became of a command on a payment.</summary>
internal sealed record CommandOutcome
{
    /// <summary>Why not; null on success.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Whether the client's name for the request was recognised.</summary>
    public bool Replayed { get; init; }

    /// <summary>The refund that it is about; 0 if about none.</summary>
    public int Refund { get; init; }

    /// <summary>Whether it created the payment or started an attempt.</summary>
    public bool Started { get; init; }

    /// <summary>The payment that holds the order or the idempotency key already.</summary>
    public PaymentId? Elsewhere { get; init; }

    /// <summary>A refusal.</summary>
    public static CommandOutcome Refused(Refusal refusal) => new() { Refusal = refusal };
}
