using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Hosting.Logs;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Hosting.Telemetry;

namespace PaymentCluster.Hosting;

/// <summary>What every process of the system does to be observed.</summary>
public static class ObservabilityRegistration
{
    /// <summary>
    /// Logs to standard output, its own version first, and traces and metrics to a collector if one is configured.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="process">What this process is called in logs, traces and metrics: <c>gateway</c>, <c>silo</c>,
    /// <c>standalone</c>.</param>
    public static IHostApplicationBuilder AddObservability(this IHostApplicationBuilder builder, string process)
    {
        builder.AddLogs(process);
        builder.AddTelemetry(process);
        builder.Services.AddHostedService<VersionLog>();
        return builder;
    }
}
