using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>Which way money went. Numbers are stored and never reused.</summary>
public enum MoneyDirection
{
    /// <summary>From a customer to the provider.</summary>
    Received = 1,

    /// <summary>From the provider to a customer.</summary>
    PaidOut = 2,
}

/// <summary>Money that a provider reported and that was not requested.</summary>
[GenerateSerializer, Immutable, Alias("unexpected-money")]
public sealed record UnexpectedMoneyView
{
    /// <summary>Its number within the payment, from 1.</summary>
    [Id(0)]
    public required int Number { get; init; }

    /// <summary>The attempt that it is about.</summary>
    [Id(1)]
    public required AttemptId Attempt { get; init; }

    /// <summary>Which way it went.</summary>
    [Id(2)]
    public required MoneyDirection Direction { get; init; }

    /// <summary>How much; it may be another currency than the payment's.</summary>
    [Id(3)]
    public required Money Amount { get; init; }

    /// <summary>The provider's id of it.</summary>
    [Id(4)]
    public string? ProviderReference { get; init; }

    /// <summary>What was reported, in one sentence.</summary>
    [Id(5)]
    public required string Reason { get; init; }

    /// <summary>When it was reported.</summary>
    [Id(6)]
    public required DateTimeOffset ReportedAt { get; init; }

    /// <summary>Whether an operator has looked at it.</summary>
    [Id(7)]
    public required bool IsCleared { get; init; }
}
