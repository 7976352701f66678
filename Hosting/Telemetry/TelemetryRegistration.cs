using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PaymentCluster.Hosting.Telemetry;

/// <summary>
/// Traces and metrics over OTLP: subscribes by name to what the framework, Orleans, the driver and this system publish.
/// The names are listed in docs/operating.md.
/// </summary>
internal static class TelemetryRegistration
{
    /// <summary>The OpenTelemetry specification's own variable; without it nothing is collected and nothing is
    /// sent.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Not System.Net.Http: a provider's call has a span of ours, which carries no address.
    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "Npgsql", "Microsoft.Orleans.*", "PaymentCluster.*"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql", "Microsoft.Orleans",
        "PaymentCluster.*",
    ];

    /// <summary>Adds the collection and the export, if a collector is named.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string process)
    {
        if (string.IsNullOrEmpty(builder.Configuration[EndpointVariable]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"paymentcluster-{process}", "paymentcluster"))
            .WithTracing(traces => traces.AddSource(Sources).AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter());
    }
}
