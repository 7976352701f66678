namespace PaymentCluster.Grains.Journal;

/// <summary>Something that waits to be made durable together with others, and the answer that its caller waits
/// for.</summary>
/// <param name="member">What is to be made durable.</param>
internal sealed class Pending<TMember, TResult>(TMember member)
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What is to be made durable.</summary>
    public TMember Member { get; } = member;

    /// <summary>It was sent, and the answer got lost: it may be durable already.</summary>
    public bool InDoubt { get; set; }
}
