using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>How many status queries may still be sent to a merchant's account at a provider.</summary>
public interface IStatusQueryBudget
{
    /// <summary>Takes one query from the budget, and waits for it if others are before it. A call never leaves its
    /// silo.</summary>
    /// <param name="query">The query.</param>
    /// <param name="needless">Ends the wait: the outcome is known meanwhile.</param>
    /// <returns>Whether it is to be sent, or what a list said meanwhile. Where it is neither, too many wait already, or
    /// it is needless: the payment's schedule brings back what is still needed.</returns>
    ValueTask<QueryPermit> AcquireAsync(StatusQuery query, CancellationToken needless);
}

/// <summary>A status query that is to be sent.</summary>
/// <param name="Account">The account that the operation belongs to.</param>
/// <param name="Priority">Which queries go first; of one priority, the one whose operation is oldest.</param>
/// <param name="Charge">How a list of the provider's payments tells what the query would; null where it cannot.</param>
public sealed record StatusQuery(
    ProviderAccount Account, QueryPriority Priority, ListableCharge? Charge = null)
{
    /// <summary>When the operation began that it is about.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>Signals that the operation has probably succeeded, while the query waits: it becomes
    /// <see cref="QueryPriority.Likely"/>.</summary>
    public CancellationToken Likely { get; init; }

    /// <summary>Whether the reason for it proves nothing: such queries have a tenth of the budget, and none of them
    /// waits for more.</summary>
    public bool IsHint { get; init; }
}

/// <summary>A charge as it is looked for in a list of its provider's payments.</summary>
public sealed record ListableCharge
{
    /// <summary>The provider's id of its order, as the response to the charge had it: no other reference is
    /// compared.</summary>
    public required string ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment, if it was learnt.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>The earliest time at which the provider can have made it, by our clock.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The latest, likewise.</summary>
    public required DateTimeOffset To { get; init; }
}

/// <summary>What became of a wait for the budget.</summary>
/// <param name="IsGranted">Whether the query is to be sent.</param>
/// <param name="Listed">What a list of the provider's says of the charge, so that no query is needed; else
/// null.</param>
public readonly record struct QueryPermit(bool IsGranted, ListedOutcome? Listed = null)
{
    /// <summary>The query is to be sent.</summary>
    public static QueryPermit Granted { get; } = new(true);

    /// <summary>The query is left to its payment's schedule.</summary>
    public static QueryPermit Left { get; }
}

/// <summary>An outcome that was read in a list.</summary>
/// <param name="Outcome">The outcome, as a status query would have it.</param>
/// <param name="QueriedAt">When the list was requested, by the clock that payments are decided by.</param>
public sealed record ListedOutcome(ProviderOutcome Outcome, DateTimeOffset QueriedAt);

/// <summary>Which status queries go first.</summary>
public enum QueryPriority
{
    /// <summary>The customer returned from the provider's page, or the provider said that something happened: probably
    /// paid, and the customer waits to see it.</summary>
    Likely = 1,

    /// <summary>The outcome is unknown: money may have moved.</summary>
    Unknown = 2,

    /// <summary>The provider works on it, or a customer does.</summary>
    Accepted = 3,

    /// <summary>The outcome is known, and is only confirmed.</summary>
    Confirmation = 4,
}
