using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>How far an operation got.</summary>
public enum OperationPhase
{
    /// <summary>The intent is durable; whether it was sent is not known yet.</summary>
    Sending = 1,

    /// <summary>It provably was not sent and waits for its retry.</summary>
    NotSent = 2,

    /// <summary>It may have arrived.</summary>
    Unknown = 3,

    /// <summary>The provider works on it, or waits for the customer.</summary>
    Accepted = 4,

    /// <summary>The provider has done it.</summary>
    Done = 5,

    /// <summary>It came to nothing.</summary>
    Failed = 6,
}

/// <summary>One request with an effect at a provider, sent or about to be. Charges, captures, voids and refunds live
/// the same life; <see cref="OperationTraits"/> says where they differ.</summary>
public sealed record ProviderOperation
{
    /// <summary>Which.</summary>
    public required OperationKey Key { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The limits of its latest send.</summary>
    public required SendTerms Send { get; init; }

    /// <summary>How often it was sent, or about to be.</summary>
    public int Sends { get; init; } = 1;

    /// <summary>How far it got.</summary>
    public required OperationPhase Phase { get; init; }

    /// <summary>When what was not sent is tried again; null from the next send on.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>When it was first intended.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When something last happened to it.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Where its kind differs from the others.</summary>
    public OperationTraits Traits => OperationTraits.Of(Key.Kind);

    /// <summary>Whether its outcome is not known.</summary>
    public bool IsOpen => Phase is OperationPhase.Sending or OperationPhase.NotSent or OperationPhase.Unknown
        or OperationPhase.Accepted;

    /// <summary>Whether it may be at the provider without our knowing.</summary>
    public bool MayHaveArrived => Phase is OperationPhase.Sending or OperationPhase.Unknown;

    /// <summary>Whether a report is about a send before the latest, of which it says nothing.</summary>
    /// <param name="send">The number of the send that the report is about; null: all of them.</param>
    public bool IsOfEarlierSend(int? send) => send < Sends;

    /// <summary>The operation once it is about to be sent for the first time.</summary>
    public static ProviderOperation Started(OperationKey key, long amountMinor, SendTerms send, DateTimeOffset at) =>
        new()
        {
            Key = key,
            AmountMinor = amountMinor,
            Send = send,
            Phase = OperationPhase.Sending,
            StartedAt = at,
            ChangedAt = at,
        };

    /// <summary>The operation once it is about to be sent again. After a failure it starts over, but goes on counting
    /// its sends: a report of an earlier one is still recognised.</summary>
    public ProviderOperation SentAgain(long amountMinor, SendTerms send, DateTimeOffset at) => this with
    {
        AmountMinor = amountMinor,
        Send = send,
        Sends = Sends + 1,
        Phase = OperationPhase.Sending,
        RetryAt = null,
        StartedAt = IsOpen ? StartedAt : at,
        ChangedAt = at,
    };

    /// <summary>The operation once it provably was not sent.</summary>
    public ProviderOperation NotSent(DateTimeOffset retryAt, DateTimeOffset at) =>
        this with { Phase = OperationPhase.NotSent, RetryAt = retryAt, ChangedAt = at };

    /// <summary>The operation in another phase.</summary>
    public ProviderOperation In(OperationPhase phase, DateTimeOffset at) =>
        this with { Phase = phase, ChangedAt = at };
}
