using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>Money that a provider reported and that was not requested.</summary>
public sealed record UnexpectedMoney
{
    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The attempt that it is about.</summary>
    public required int Attempt { get; init; }

    /// <summary>The refund that it is about; 0 if none.</summary>
    public int Refund { get; init; }

    /// <summary>Which way it went.</summary>
    public required MoneyDirection Direction { get; init; }

    /// <summary>How much; it may be another currency than the payment's.</summary>
    public required Money Amount { get; init; }

    /// <summary>The provider's id of it.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>What was reported, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was reported.</summary>
    public required DateTimeOffset ReportedAt { get; init; }

    /// <summary>Whether an operator has looked at it.</summary>
    public bool IsCleared { get; init; }
}
