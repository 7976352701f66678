using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentCluster.Hosting.Telemetry;

/// <summary>Traces and metrics over OTLP.</summary>
internal static class TelemetryRegistration
{
    /// <summary>The OpenTelemetry specification's own variable; without it nothing is collected and nothing is
    /// sent.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IHostApplicationBuilder builder, string process)
    {
        if (!string.IsNullOrEmpty(builder.Configuration[EndpointVariable]))
            builder.Services.AddHostedService(_ => new TelemetryExport(process));
    }
}
