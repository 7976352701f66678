namespace PaymentCluster.Grains.Risk;

/// <summary>What attempts are counted by.</summary>
[GenerateSerializer, Alias("attempt-subject-kind")]
public enum AttemptSubjectKind
{
    /// <summary>The address of the payer's browser.</summary>
    Address = 1,

    /// <summary>The card.</summary>
    Card = 2,

    /// <summary>The customer.</summary>
    Customer = 3,

    /// <summary>The publishable key; client secrets and checkout pages of a merchant are one.</summary>
    Key = 4,
}

/// <summary>One address, card, customer or key of one merchant.</summary>
[GenerateSerializer, Immutable, Alias("attempt-subject")]
public sealed record AttemptSubject
{
    /// <summary>The merchant: what happens at one says nothing of the payers of another.</summary>
    [Id(0)]
    public required string Merchant { get; init; }

    /// <summary>Which.</summary>
    [Id(1)]
    public required AttemptSubjectKind Kind { get; init; }

    /// <summary>The address, card or customer as a hash; the key's id.</summary>
    [Id(2)]
    public required string Value { get; init; }
}

/// <summary>Why an attempt may not start now.</summary>
[GenerateSerializer, Immutable, Alias("attempt-restriction")]
public sealed record AttemptRestriction
{
    /// <summary>By what.</summary>
    [Id(0)]
    public required AttemptSubjectKind Kind { get; init; }

    /// <summary>Whether attempts are blocked, and not only slowed.</summary>
    [Id(1)]
    public required bool IsBlocked { get; init; }

    /// <summary>For how much longer.</summary>
    [Id(2)]
    public required TimeSpan RetryAfter { get; init; }
}
