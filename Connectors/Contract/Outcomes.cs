using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>Short ways to say what became of a call.</summary>
internal static class Outcomes
{
    public static ProviderOutcome.Declined Declined(Failure failure) => new() { Failure = failure };

    public static ProviderOutcome.NotSent NotSent(string reason) => new() { Reason = reason };

    public static ProviderOutcome.Unknown Unknown(string reason, string? order = null) =>
        new() { Reason = reason, ProviderOrder = order };

    /// <summary>The outcome of a charge or refund after a status query. A query that was not sent or was refused says
    /// nothing about it, so the outcome is unknown.</summary>
    public static ProviderOutcome OfQuery(ProviderOutcome outcome) =>
        outcome is ProviderOutcome.NotSent { Reason: var reason }
            ? new ProviderOutcome.Unknown
            {
                Reason = reason,
                ProviderOrder = outcome.ProviderOrder,
                ProviderReference = outcome.ProviderReference,
            }
            : outcome;
}
