using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Alarms;
using PaymentCluster.Grains.Archives;
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Health;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Ledger;
using PaymentCluster.Grains.Lists;
using PaymentCluster.Grains.Retention;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Grains;

/// <summary>Registers the payment store: the journal and all that reads beside it.</summary>
public static class StoreRegistration
{
    /// <summary>The connection string of the application's login; needed.</summary>
    public const string Application = "PaymentCluster";

    /// <summary>Adds the store: the journal with its clock, the webhooks' inbox, its health, and the reads of the
    /// ledger and the lists.</summary>
    /// <exception cref="SchemaException">The connection string is missing.</exception>
    public static IServiceCollection AddPaymentStore(this IServiceCollection services, IConfiguration configuration)
    {
        var connectionString = configuration.GetConnectionString(Application);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new SchemaException(
                $"ConnectionStrings:{Application} is not set: it names the database that payments are kept in.");
        }

        services.AddJournal(configuration, connectionString);
        services.AddSingleton<LedgerStore>();
        services.AddAudit();
        services.AddSingleton<AlarmStore>();
        services.AddHostedService<AlarmMeter>();
        services.AddSingleton<PaymentListStore>();
        services.AddSingleton<TransactionStore>();
        services.AddSingleton<StoreHealth>();
        services.AddRetention(configuration);
        services.AddArchives(configuration);
        return services;
    }

    /// <summary>Checks the store. Hosts await it before they start anything.</summary>
    /// <exception cref="SchemaException">Payments may not be kept there; the message is for the operator.</exception>
    public static async Task PreparePaymentStoreAsync(
        this IServiceProvider services, CancellationToken cancellation = default)
    {
        await SchemaGuard.CheckAsync(services.GetRequiredService<PaymentDatabase>(), cancellation);
        // So that the first payment need not wait for it.
        await services.GetRequiredService<StoreClock>().ReadAsync(cancellation);
    }
}
