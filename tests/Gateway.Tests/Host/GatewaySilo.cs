using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>The one silo of this project, as it ships, on a database of its own; only the providers are scripted. Each
/// test has merchants of its own on it. It starts with the first test that needs it, and
/// <see cref="SharedSiloFramework"/> stops it after the last.</summary>
internal sealed class GatewaySilo : IAsyncDisposable
{
    private static readonly Lazy<Task<GatewaySilo>> s_running = new(StartAsync);

    private readonly IHost _host;
    private readonly TestDatabase _database;

    private GatewaySilo(IHost host, TestDatabase database) => (_host, _database) = (host, database);

    /// <summary>The address that providers send browsers back to.</summary>
    public static Uri PublicUrl { get; } = new("https://gateway.example");

    /// <summary>The provider of every merchant.</summary>
    public static ScriptedProvider Provider { get; } = new("scriptpay");

    /// <summary>How calls to <see cref="CountedProvider"/> went.</summary>
    public static ScriptedHealth CountedHealth { get; } = new();

    /// <summary>A provider of the tests that count how one has been doing, which is counted for all merchants
    /// alike.</summary>
    public static ScriptedProvider CountedProvider { get; } = new("countpay") { Health = CountedHealth };

    /// <summary>A provider that keeps cards and wallets, which are linked by a password, and knows UPI ids.</summary>
    public static KeepingConnector KeepingProvider { get; } = new("keeppay");

    /// <summary>A provider whose wallet is linked by consent on its page.</summary>
    public static ConsentingConnector ConsentingProvider { get; } = new();

    /// <summary>What the silo logged.</summary>
    public static ConcurrentQueue<string> Log { get; } = new();

    public static Task<GatewaySilo> Running => s_running.Value;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task StopAsync()
    {
        if (s_running.IsValueCreated)
        {
            await (await s_running.Value).DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _host.StopAsync();
            _host.Dispose();
        }
        finally
        {
            await _database.DisposeAsync();
        }
    }

    private static async Task<GatewaySilo> StartAsync()
    {
        var database = await TestDatabase.CreateAsync();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(HostProgram.Arguments([]));
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:PaymentCluster", database.AppConnectionString),
            new("ConnectionStrings:PaymentClusterVault", database.VaultConnectionString),
            new("Vault:MasterKey", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            new("Payments:PublicUrl", PublicUrl.AbsoluteUri),
            new("Silo:Port", $"{Ports.Free()}"),
            new("Silo:GatewayPort", $"{Ports.Free()}"),
        ]);
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddProvider(new LinesLogger(Log));
        builder.AddPaymentClusterSilo(SiloClustering.Alone);
        foreach (var provider in (IConnector[])[Provider, CountedProvider, KeepingProvider, ConsentingProvider])
        {
            builder.Services.AddSingleton(provider);
        }

        builder.Services.AddSingleton<IOutgoingGrainCallFilter, GatewayCallFilter>();
        var host = builder.Build();
        await host.Services.PreparePaymentClusterAsync();
        await host.StartAsync();
        return new GatewaySilo(host, database);
    }
}
