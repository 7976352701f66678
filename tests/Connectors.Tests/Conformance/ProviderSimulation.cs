using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>One sale at a simulator: connector and simulator are two independent readings of the same documents; here
/// they meet.</summary>
public abstract class ProviderSimulation<TSimulated>(TSimulated provider) : IClassFixture<TSimulated>, IAsyncLifetime
    where TSimulated : SimulatedProvider
{
    /// <summary>Faults that strike before the provider has looked at a call.</summary>
    public static TheoryData<string> Before { get; } = ["server_error", "reset"];

    /// <summary>Faults that strike after the provider has acted on a call.</summary>
    public static TheoryData<string> After { get; } =
        ["charge_then_timeout", "server_error_after", "reset_after", "truncated", "garbage"];

    /// <summary>The sale's attempt.</summary>
    protected AttemptId Attempt { get; } = NewAttempt();

    /// <summary>Its refund.</summary>
    protected RefundId RefundId => new() { Payment = Attempt.Payment, Number = 1 };

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await provider.DialAsync("{}");
        await provider.CustomerAsync(automatic: true);
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>An attempt of another payment.</summary>
    protected static AttemptId NewAttempt() => new() { Payment = PaymentId.New(TimeProvider.System), Number = 1 };

    /// <summary>Queries until the outcome is the one that is waited for.</summary>
    protected static async Task<ProviderOutcome> UntilAsync(
        Func<Task<ProviderOutcome>> query, Func<ProviderOutcome, bool> holds, string what)
    {
        ProviderOutcome? last = null;
        await Eventually.HoldsAsync(async () => holds(last = await query()), () => $"{what}; the last outcome: {last}");
        return last!;
    }

    /// <summary>Readings of this test's webhooks: one of an earlier test may arrive late at the account that all
    /// share.</summary>
    protected IEnumerable<WebhookReading> Own(IEnumerable<WebhookReading> readings) => readings.Where(
        reading => reading switch
        {
            WebhookReading.OfCharge { Attempt: var attempt } => attempt == Attempt,
            WebhookReading.OfProviderRefunds { Attempt: var attempt } => attempt == Attempt,
            WebhookReading.About { Attempt: var attempt } => attempt == Attempt,
            _ => true,
        });
}
