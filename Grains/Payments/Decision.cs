using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>What the rules say to a command. Exactly one of the nested kinds.</summary>
public abstract record Decision
{
    /// <summary>It happens: these events become durable, then these effects are started.</summary>
    /// <param name="Events">What happened, in order.</param>
    /// <param name="Effects">The calls to the provider once the events are durable. An effect without an event is a
    /// status query.</param>
    public sealed record Accepted(ImmutableArray<PaymentEvent> Events, ImmutableArray<PaymentEffect> Effects) : Decision
    {
        /// <summary>The refund that the command made or found; 0 if it is about none.</summary>
        public int Refund { get; init; }
    }

    /// <summary>It had happened before; the reply is the current state.</summary>
    /// <param name="Replayed">Whether the idempotency key was recognised.</param>
    /// <param name="Refund">The refund that it made then; 0 if it is about none.</param>
    public sealed record AlreadyApplied(bool Replayed = false, int Refund = 0) : Decision;

    /// <summary>It may not happen. Nothing changes.</summary>
    /// <param name="Refusal">Why.</param>
    public sealed record Rejected(Refusal Refusal) : Decision;
}

/// <summary>A call to a provider, outside the payment's turn. Each runs once at a time.</summary>
/// <param name="Operation">The operation.</param>
public abstract record PaymentEffect(OperationKey Operation)
{
    /// <summary>Its name, for logs and traces.</summary>
    public abstract string Name { get; }

    /// <summary>Send the operation.</summary>
    /// <param name="Operation">The operation.</param>
    /// <param name="Resend">Whether it may have been sent before.</param>
    public sealed record SendOperation(OperationKey Operation, bool Resend) : PaymentEffect(Operation)
    {
        /// <inheritdoc/>
        public override string Name => Operation.Kind switch
        {
            OperationKind.Charge => "SendCharge",
            OperationKind.Capture => "SendCapture",
            OperationKind.Void => "SendVoid",
            OperationKind.Refund => "SendRefund",
        };

        /// <inheritdoc/>
        public override string ToString() => $"{Name} {Operation.Number}";
    }

    /// <summary>Query what became of the operation.</summary>
    /// <param name="Operation">The operation, of a kind that has a status query
    /// (<see cref="OperationTraits.QueriedAs"/>).</param>
    /// <param name="IsLikely">Whether it has probably succeeded, so that it is queried before others.</param>
    /// <param name="IsHint">Whether the reason for it proves nothing: it is taken from the hints' part of the
    /// budget.</param>
    public sealed record QueryOperation(OperationKey Operation, bool IsLikely = false, bool IsHint = false)
        : PaymentEffect(Operation)
    {
        /// <inheritdoc/>
        public override string Name => Operation.Kind switch
        {
            OperationKind.Charge or OperationKind.Capture or OperationKind.Void => "QueryCharge",
            OperationKind.Refund => "QueryRefund",
        };

        /// <inheritdoc/>
        public override string ToString() => $"{Name} {Operation.Number}";
    }
}
