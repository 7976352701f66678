using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Storage;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Grains.Webhooks;

namespace PaymentCluster.Testing.Silos;

/// <summary>A silo with merchants, customers and webhooks, composed as the hosts compose it. It takes no ports: calls
/// travel in memory.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    public const string Provider = "testpay";

    // A part of the stored key of every document: silos that follow each other on one database share it.
    private const string ServiceId = "test";

    private readonly InProcessTestCluster _cluster;

    private TestSilo(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainFactory Grains => Services.GetRequiredService<IClusterClient>();

    public IServiceProvider Services => _cluster.Silos[0].ServiceProvider;

    /// <summary>32 bytes that are all the same, as the vault's setting.</summary>
    public static string Key(byte value) =>
        Convert.ToBase64String(Enumerable.Repeat(value, MasterKeys.KeyLength).ToArray());

    /// <summary>Credentials for <see cref="TestConnector"/>.</summary>
    public static ImmutableDictionary<string, Secret> Credentials(string secret) =>
        ImmutableDictionary<string, Secret>.Empty
            .Add("key_id", new Secret("the-account"))
            .Add("key_secret", new Secret($"key-{secret}"))
            .Add("webhook_secret", new Secret(secret));

    /// <summary>Credentials of another account.</summary>
    public static ImmutableDictionary<string, Secret> OtherAccount(string secret) =>
        Credentials(secret).SetItem("key_id", new Secret("the-other-account"));

    /// <summary>Starts a silo whose documents are in memory.</summary>
    public static Task<TestSilo> StartAsync(DocumentStore store, Action<HostApplicationBuilder>? configure = null) =>
        StartAsync(builder =>
        {
            builder.Services.AddKeyedSingleton<IGrainStorage>(MerchantsRegistration.Storage, store);
            builder.Services.AddSingleton<IWebhookInbox, MemoryInbox>();
            builder.Services.AddSingleton<IAuditTrail>(store.Trail);
            configure?.Invoke(builder);
        });

    /// <summary>Starts a silo on PostgreSQL, with the application's rights.</summary>
    public static Task<TestSilo> StartAsync(TestDatabase database, Action<HostApplicationBuilder>? configure = null) =>
        StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(
                [
                    new($"ConnectionStrings:{StoreRegistration.Application}", database.AppConnectionString),
                    new(
                        $"ConnectionStrings:{VaultRegistration.Login}",
                        database.VaultConnectionString + ";Pooling=false"),
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

    public IApiKeyGrain Key(Secret? key) =>
        Grains.GetGrain<IApiKeyGrain>(ApiKeyFormat.GrainKey(ApiKeyFormat.Hash(key!.Reveal())));

    public async Task<ApiKeyGrant?> ResolveAsync(Secret? key) => (await Key(key).LookUp())?.Grant;

    /// <summary>A merchant with credentials at <see cref="Provider"/>, whose webhook secret is the given one.</summary>
    public async Task PutMerchantAsync(string id, string webhookSecret)
    {
        Assert.Null((await Merchant(id).Put(new PutMerchant { Name = id, UpiCollectAllowed = false })).Refusal);
        Assert.Null((await Merchant(id).PutCredentials(Provider, Credentials(webhookSecret))).Refusal);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private static async Task<TestSilo> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = ServiceId;
        builder.Options.ConfigureFileLogging = false;
        // The silo's own client is enough, and starts with it.
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSiloHost((_, host) => Compose((HostApplicationBuilder)host, configure));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestSilo(cluster);
    }

    private static void Compose(HostApplicationBuilder builder, Action<HostApplicationBuilder> configure)
    {
        builder.Configuration.AddInMemoryCollection([new("Vault:MasterKey", Key(1))]);
        // Services start in the order in which they were added, and grains come first.
        builder.UseOrleans(_ => { });
        builder.Services.AddSingleton<IConnector>(new TestConnector(Provider));
        builder.Services.AddSingleton<IConnector>(new TestConnector("otherpay"));
        configure(builder);
        builder.Services.AddMerchants().AddWebhooks();
        builder.Services.AddSingleton<ConnectorCatalogue>();
        builder.Services.TryAddSingleton<IStatusQueryBudget, UnlimitedBudget>();
        builder.Services.AddVault();
        builder.Services.AddCustomers();
    }
}
