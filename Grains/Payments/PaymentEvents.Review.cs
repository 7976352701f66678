namespace PaymentCluster.Grains.Payments;

// Payments that need an operator. A stored format, as PaymentEvents.cs says.

/// <summary>The outcome stayed unknown to the deadline, or the provider reported another amount.</summary>
public sealed record ReviewRequired : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>What the provider reports as captured, in minor units; null if it reports no money, or money in another
    /// currency.</summary>
    public long? ReportedMinor { get; init; }

    /// <summary>Why, in one sentence for an operator.</summary>
    public required string Reason { get; init; }
}

/// <summary>An operator looked at the provider's books, and says what became of an attempt.</summary>
public sealed record ReviewResolved : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Whether it was paid.</summary>
    public required bool Paid { get; init; }

    /// <summary>Who says so: the id of the API key. Builds before the audit trail stored a text of the
    /// caller's.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public required string Note { get; init; }
}
