using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Simulation.Tests.Providers;

/// <summary>How far the provider is with a charge or a refund.</summary>
internal enum Step
{
    /// <summary>It waits for the customer or the bank.</summary>
    Pending,

    /// <summary>A charge's money is reserved.</summary>
    Authorized,

    /// <summary>The money has moved.</summary>
    Done,

    /// <summary>No money moved, or the reservation was released or ran out.</summary>
    Failed,
}

/// <summary>A charge in the provider's own journal.</summary>
internal sealed class SimulatedCharge
{
    /// <summary>Our name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The merchant's account that it is in: nothing else of the merchant's knows of it.</summary>
    public required string Account { get; init; }

    /// <summary>The provider's name for it.</summary>
    public required string Reference { get; init; }

    /// <summary>What it is about, in minor units: not always the requested amount.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>Whether it is the requested amount.</summary>
    public required bool IsRequestedAmount { get; init; }

    /// <summary>Whether the provider captures it automatically.</summary>
    public required bool CapturesItself { get; init; }

    /// <summary>Whether the request arrived after the engine had promised that it would not: its webhooks do.</summary>
    public required bool IsLate { get; init; }

    /// <summary>From when on a status query finds it.</summary>
    public DateTimeOffset VisibleAt { get; set; }

    public Step Step { get; set; }

    public CustomerAction? Action { get; set; }

    /// <summary>Whether it failed because we released it.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Whose fault it is if it fails.</summary>
    public FailureParty Party { get; set; } = FailureParty.Customer;

    public long CapturedMinor { get; set; }

    /// <summary>Refunds of it, by their names.</summary>
    public List<SimulatedRefund> Refunds { get; } = [];
}

/// <summary>A refund in the provider's own journal.</summary>
internal sealed class SimulatedRefund
{
    /// <summary>Our name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The account of its charge.</summary>
    public required string Account { get; init; }

    /// <summary>The provider's name for it.</summary>
    public required string Reference { get; init; }

    public required long AmountMinor { get; init; }

    public Step Step { get; set; }
}

/// <summary>An event that the provider tells of: of an attempt or of a refund in one account.</summary>
internal sealed record SimulatedWebhook(
    string Provider, string EventId, string Account, AttemptId? Attempt, RefundId? Refund, ProviderOutcome Outcome);
