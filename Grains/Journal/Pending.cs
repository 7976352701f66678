namespace PaymentCluster.Grains.Journal;

/// <summary>A member of a group commit, and the result that its caller waits for.</summary>
/// <param name="member">What is to be made durable.</param>
internal sealed class Pending<TMember, TResult>(TMember member)
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What is to be made durable.</summary>
    public TMember Member { get; } = member;

    /// <summary>It was sent and the response was lost: it may be durable.</summary>
    public bool InDoubt { get; set; }
}
