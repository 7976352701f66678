using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Ledger;
using PaymentCluster.Grains.Lists;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Grains.Journal;

/// <summary>Registers the payment store.</summary>
public static class JournalRegistration
{
    /// <summary>The connection string of the application's login; needed.</summary>
    public const string Application = "PaymentCluster";

    /// <summary>The connection string of the owner's login; with it the schema is migrated at start, without it only
    /// checked.</summary>
    public const string Owner = "PaymentClusterOwner";

    /// <summary>Adds the store: <see cref="IPaymentJournal"/>, <see cref="IWebhookInbox"/>, what the ledger and the
    /// lists read, and its clock, which payments are decided by.</summary>
    /// <exception cref="SchemaException">The connection string is missing.</exception>
    public static IServiceCollection AddPaymentStore(this IServiceCollection services, IConfiguration configuration)
    {
        var connectionString = configuration.GetConnectionString(Application);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new SchemaException(
                $"ConnectionStrings:{Application} is not set: it names the database that payments are kept in.");
        }

        services.AddOptions<JournalOptions>()
            .Bind(configuration.GetSection("Journal"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<JournalMetrics>();
        services.AddSingleton(_ => new PaymentDatabase(connectionString));
        // Orleans and the gateway follow the system's clock; payments, and what providers compare with their own time,
        // the store's.
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new StoreClock(
            MachineClock.Of(configuration), provider.GetRequiredService<PaymentDatabase>()));
        services.AddKeyedSingleton<TimeProvider>(
            ConnectorsRegistration.Clock, (provider, _) => provider.GetRequiredService<StoreClock>());
        services.AddHostedService<StoreClockKeeper>();
        services.AddSingleton<IPaymentClock>(provider => provider.GetRequiredService<StoreClock>());
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<IPaymentJournal>(provider => provider.GetRequiredService<PaymentStore>());
        services.AddSingleton<InboxStore>();
        services.TryAddSingleton<IWebhookInbox>(provider => provider.GetRequiredService<InboxStore>());
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<PaymentListStore>();
        services.AddSingleton<TransactionStore>();
        return services;
    }

    /// <summary>Migrates the store if the owner's login is configured, then checks it. Hosts await it before they start
    /// anything.</summary>
    /// <exception cref="SchemaException">Payments may not be kept there; the message is for the operator.</exception>
    public static async Task PreparePaymentStoreAsync(
        this IServiceProvider services, CancellationToken cancellation = default)
    {
        var owner = services.GetRequiredService<IConfiguration>().GetConnectionString(Owner);
        if (!string.IsNullOrWhiteSpace(owner))
        {
            await SchemaMigrator.MigrateAsync(owner, cancellation);
        }

        await SchemaGuard.CheckAsync(services.GetRequiredService<PaymentDatabase>(), cancellation);
        // So that the first payment need not wait for it.
        await services.GetRequiredService<StoreClock>().ReadAsync(cancellation);
    }
}
