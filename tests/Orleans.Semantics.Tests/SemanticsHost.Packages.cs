using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace PaymentCluster.Semantics.Tests;

/// <summary>A silo and a way to call it: here Orleans' own, with a client that is not part of the silo.</summary>
internal sealed class SemanticsHost : IAsyncDisposable
{
    public const string ServiceId = "semantics";
    private readonly InProcessTestCluster _cluster;

    private SemanticsHost(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<SemanticsHost> StartAsync(Action<ISiloBuilder>? configure = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = ServiceId;
        builder.ConfigureHost(host => host.Logging.SetMinimumLevel(LogLevel.None));
        builder.ConfigureSilo((_, silo) => configure?.Invoke(silo));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new SemanticsHost(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
