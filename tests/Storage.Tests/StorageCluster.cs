using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Storage.Tests;

/// <summary>A silo on the database, and a client that is not part of it.</summary>
public sealed class StorageCluster : IAsyncDisposable
{
    /// <summary>A part of every document's key.</summary>
    public const string ServiceId = "storage-tests";

    private readonly InProcessTestCluster _cluster;

    private StorageCluster(InProcessTestCluster cluster) => _cluster = cluster;

    /// <summary>Its grains.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Starts a cluster.</summary>
    /// <param name="database">Where it keeps documents.</param>
    /// <param name="configure">What is different from the product's storage.</param>
    public static async Task<StorageCluster> StartAsync(
        Database database, Action<AdoNetGrainStorageOptions>? configure = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = ServiceId;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => host.Logging.SetMinimumLevel(LogLevel.None));
        builder.ConfigureSilo((_, silo) => silo.AddAdoNetGrainStorage("documents", options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = database.ConnectionString;
            options.GrainStorageSerializer = new DocumentJsonSerializer();
            configure?.Invoke(options);
        }));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new StorageCluster(cluster);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
