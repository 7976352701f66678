using Microsoft.Extensions.Diagnostics.HealthChecks;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Health;

namespace PaymentCluster.Gateway.Api.Health;

/// <summary>Whether a silo responds, and its store takes writes.</summary>
internal sealed class SiloHealthCheck(IGrainFactory grains, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var check = grains.Grain<IHealthGrain>("gateway").Check();
            var reason = await check.WaitAsync(Timeout, time, cancellationToken);
            return reason is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(reason);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy("No silo responded in time.");
        }
        catch (Exception exception) when (
            ProblemExceptionHandler.IsTransient(exception) && !cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("No silo is available.");
        }
    }
}
