using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentCluster.Hosting.Logs;

namespace PaymentCluster.Hosting.Startup;

/// <summary>Logs which version starts: the nearest tag of its commit and the commit itself.</summary>
internal sealed partial class VersionLog(ILogger<VersionLog> logger) : IHostedService
{
    private static readonly string Version =
        typeof(VersionLog).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "0.0.0";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogStarting(Version);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(HostLogEvents.ProcessStarting, LogLevel.Information, "PaymentCluster {Version} starting")]
    private partial void LogStarting(string version);
}
