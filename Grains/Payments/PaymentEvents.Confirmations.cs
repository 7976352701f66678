namespace PaymentCluster.Grains.Payments;

// What is found out later about a booked capture or refund. A stored format, as in PaymentEvents.cs.

/// <summary>A status query agreed with the webhook that a capture was booked by, or an operator did.</summary>
public sealed record CaptureConfirmed : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }
}

/// <summary>An operator found that a booked capture never was: its transfers are posted the other way round.</summary>
public sealed record CaptureReversed : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The fee that was booked with it, in minor units; null if there was none.</summary>
    public long? FeeMinor { get; init; }
}

/// <summary>A status query agreed with the webhook that a refund was booked by, or an operator did.</summary>
public sealed record RefundConfirmed : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>The provider's id of the refund.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }
}

/// <summary>An operator found that a booked refund was never paid out: its transfer is posted the other way
/// round.</summary>
public sealed record RefundReversed : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>How much was booked, in minor units; null in events of earlier builds: the requested amount.</summary>
    public long? AmountMinor { get; init; }
}
