using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace PaymentCluster.Storage.Tests;

/// <summary>A silo on the database, and a client that is not part of it.</summary>
internal sealed class StorageCluster : IAsyncDisposable
{
    public const string ServiceId = "storage-tests";
    private readonly InProcessTestCluster _cluster;

    private StorageCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<StorageCluster> StartAsync(Action<ISiloBuilder>? configure = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = ServiceId;
        builder.ConfigureHost(host => host.Logging.SetMinimumLevel(LogLevel.None));
        builder.ConfigureSilo((_, silo) => configure?.Invoke(silo));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new StorageCluster(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
