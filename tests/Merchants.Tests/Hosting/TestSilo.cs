using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Storage;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Grains.Webhooks;
using PaymentCluster.Testing;

namespace PaymentCluster.Merchants.Tests.Hosting;

/// <summary>A silo with merchants and webhooks, composed as the hosts compose it.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    public const string Provider = "testpay";

    private readonly IHost _host;

    private TestSilo(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    public IServiceProvider Services => _host.Services;

    /// <summary>32 bytes that are all the same, as the vault's setting.</summary>
    public static string Key(byte value) =>
        Convert.ToBase64String(Enumerable.Repeat(value, MasterKeys.KeyLength).ToArray());

    /// <summary>Credentials for <see cref="TestConnector"/>.</summary>
    public static ImmutableDictionary<string, Secret> Credentials(string secret) => ImmutableDictionary<string, Secret>.Empty
        .Add("key_id", new Secret($"id-{secret}"))
        .Add("key_secret", new Secret($"key-{secret}"))
        .Add("webhook_secret", new Secret(secret));

    /// <summary>Starts a silo whose documents are in memory.</summary>
    public static Task<TestSilo> StartAsync(DocumentStore store, Action<HostApplicationBuilder>? configure = null) => StartAsync(builder =>
    {
        builder.Services.AddKeyedSingleton<IGrainStorage>(MerchantsRegistration.Storage, store);
        builder.Services.AddSingleton<IWebhookInbox, MemoryInbox>();
        configure?.Invoke(builder);
    });

    /// <summary>Starts a silo on PostgreSQL, with the application's rights.</summary>
    public static Task<TestSilo> StartAsync(TestDatabase database, Action<HostApplicationBuilder>? configure = null) => StartAsync(builder =>
    {
        builder.Configuration.AddInMemoryCollection(
            [
                new($"ConnectionStrings:{JournalRegistration.Application}", database.AppConnectionString),
                new($"ConnectionStrings:{VaultRegistration.Login}", database.VaultConnectionString + ";Pooling=false"),
            ]);
        builder.Services.AddPaymentStore(builder.Configuration);
        builder.UseOrleans(silo => silo.AddAdoNetGrainStorage(MerchantsRegistration.Storage, options =>
        {
            options.Invariant = "Npgsql";
            // Without a pool nothing holds on to a database that is about to be dropped.
            options.ConnectionString = database.AppConnectionString + ";Pooling=false";
            options.GrainStorageSerializer = new DocumentJsonSerializer();
        }));
        configure?.Invoke(builder);
    });

    public IMerchantGrain Merchant(string id) => Grains.GetGrain<IMerchantGrain>(id);

    public ICustomerGrain Customer(string merchant, string id) => Grains.GetGrain<ICustomerGrain>($"{merchant}/{id}");

    public Task<ApiKeyGrant?> ResolveAsync(Secret key) => Resolve(key.Reveal());

    /// <summary>A merchant with credentials at <see cref="Provider"/>, whose webhook secret is the given one.</summary>
    public async Task PutMerchantAsync(string id, string webhookSecret)
    {
        Assert.Null((await Merchant(id).Put(new PutMerchant { Name = id, UpiCollectAllowed = false })).Refusal);
        Assert.Null((await Merchant(id).PutCredentials(Provider, Credentials(webhookSecret))).Refusal);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<TestSilo> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("Vault:MasterKey", Key(1))]);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), Ports.Free()));
        builder.Services.AddSingleton<IConnector>(new TestConnector(Provider));
        builder.Services.AddSingleton<IConnector>(new TestConnector("otherpay"));
        configure(builder);
        builder.Services.AddMerchants().AddWebhooks();
        builder.Services.AddSingleton<ConnectorCatalogue>();
        builder.Services.AddVault();
        builder.Services.AddCustomers();
        var host = builder.Build();
        await host.StartAsync();
        return new TestSilo(host);
    }

    private Task<ApiKeyGrant?> Resolve(string key) =>
        Grains.GetGrain<IApiKeyGrain>($"key/{ApiKeyFormat.Hash(key)}").Resolve();
}
