using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// The events of a payment's refunds: a stored format like the others.

/// <summary>A refund is about to be sent to the provider.</summary>
public sealed record RefundRequested : PaymentEvent
{
    /// <summary>The refund, from 1.</summary>
    public required int Refund { get; init; }

    /// <summary>The attempt that is refunded.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the engine made it.</summary>
    public required bool Automatic { get; init; }

    /// <summary>The limits of the send.</summary>
    public required SendTerms Send { get; init; }
}

/// <summary>The refund is sent again under the same id, which the provider recognises.</summary>
public sealed record RefundResent : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>The new limits.</summary>
    public required SendTerms Send { get; init; }
}

/// <summary>The refund did not leave this machine.</summary>
public sealed record RefundNotSent : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>What stood in the way.</summary>
    public required string Reason { get; init; }

    /// <summary>When it is tried again.</summary>
    public required DateTimeOffset RetryAt { get; init; }
}

/// <summary>The refund may have arrived; a status query follows.</summary>
public sealed record RefundOutcomeUnknown : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>What was seen.</summary>
    public required string Reason { get; init; }
}

/// <summary>The provider took the refund and works on it.</summary>
public sealed record RefundAccepted : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>The provider's id of the refund.</summary>
    public string? ProviderReference { get; init; }
}

/// <summary>The refund was paid out.</summary>
public sealed record RefundSucceeded : PaymentEvent
{
    /// <summary>Whether a webhook said so; a status query confirms it later.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByWebhook { get; init; }

    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>How much, in minor units, where it is another amount than the requested one; null: that one.</summary>
    public long? AmountMinor { get; init; }

    /// <summary>The provider's id of the refund.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }
}

/// <summary>The provider refused the refund; its amount can be refunded again.</summary>
public sealed record RefundFailed : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>Why.</summary>
    public required Failure Failure { get; init; }
}

/// <summary>The refund's outcome stayed unknown, or the provider reported another amount; it keeps its amount
/// reserved.</summary>
public sealed record RefundReviewRequired : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>Why, in one sentence for an operator.</summary>
    public required string Reason { get; init; }

    /// <summary>What the provider reports as paid out, in minor units; null if it reports no money, or money in another
    /// currency.</summary>
    public long? ReportedMinor { get; init; }
}

/// <summary>An operator looked at the provider's books, and says what became of a refund.</summary>
public sealed record RefundReviewResolved : PaymentEvent
{
    /// <summary>The refund.</summary>
    public required int Refund { get; init; }

    /// <summary>Whether the refund was paid out.</summary>
    public required bool Paid { get; init; }

    /// <summary>Who says so: the id of the API key. Builds before the audit trail stored a text of the
    /// caller's.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public required string Note { get; init; }
}
