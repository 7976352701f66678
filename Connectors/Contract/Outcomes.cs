using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>Short ways to say what became of a call.</summary>
internal static class Outcomes
{
    public static ProviderOutcome.Declined Declined(Failure failure) => new() { Failure = failure };

    public static ProviderOutcome.NotSent NotSent(string reason) => new() { Reason = reason };

    public static ProviderOutcome.Unknown Unknown(string reason, string? order = null) =>
        new() { Reason = reason, ProviderOrder = order };

    /// <summary>What is known of an effect after a question about it: that it could not be asked says nothing of the
    /// effect.</summary>
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
