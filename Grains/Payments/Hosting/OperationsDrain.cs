using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>Lets what is under way come to its end when the silo stops, as long as the host waits.</summary>
/// <param name="operations">What is under way.</param>
public sealed class OperationsDrain(ProviderOperations operations) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await operations.Idle.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
