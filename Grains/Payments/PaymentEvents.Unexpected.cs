using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

// Money that moved at a provider and that nothing of ours requested. A stored format, as in PaymentEvents.cs.

/// <summary>The provider reports money that was not requested and that no other event books. It is booked as
/// unclassified until an operator clears it.</summary>
public sealed record UnexpectedMoneyReported : PaymentEvent
{
    /// <summary>Its number within the payment, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The attempt that it is about.</summary>
    public required int Attempt { get; init; }

    /// <summary>The refund that it is about; 0 if none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Refund { get; init; }

    /// <summary>Which way it went.</summary>
    public required MoneyDirection Direction { get; init; }

    /// <summary>How much, in minor units of <see cref="Currency"/>.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The ISO 4217 code; it may be another currency than the payment's.</summary>
    public required string Currency { get; init; }

    /// <summary>The provider's id of it.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>What was reported, in one sentence for an operator.</summary>
    public required string Reason { get; init; }
}

/// <summary>An operator looked at unexpected money: from now on it is the merchant's.</summary>
public sealed record UnexpectedMoneyCleared : PaymentEvent
{
    /// <summary>Its number.</summary>
    public required int Number { get; init; }

    /// <summary>Who says so: the id of the API key. Builds before the audit trail stored a text of the
    /// caller's.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public required string Note { get; init; }
}

/// <summary>The provider reports a refund that was made there, and not by this engine. It counts like one of
/// ours.</summary>
public sealed record RefundFound : PaymentEvent
{
    /// <summary>The refund, from 1.</summary>
    public required int Refund { get; init; }

    /// <summary>The attempt that was refunded.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The provider's id of the refund.</summary>
    public required string ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }
}
