using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;

namespace PaymentCluster.Grains.Journal;

/// <summary>Registers the journal.</summary>
internal static class JournalRegistration
{
    /// <summary>Adds <see cref="IPaymentJournal"/>, <see cref="IWebhookInbox"/> and the store's clock, which payments
    /// are decided by.</summary>
    public static IServiceCollection AddJournal(
        this IServiceCollection services, IConfiguration configuration, string connectionString)
    {
        services.AddOptions<JournalOptions>()
            .Bind(configuration.GetSection("Journal"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddOptions<MerchantReadsOptions>()
            .Bind(configuration.GetSection("Reads"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<JournalMetrics>();
        services.AddSingleton(provider => new PaymentDatabase(
            connectionString, provider.GetRequiredService<IOptions<MerchantReadsOptions>>().Value));
        services.AddSingleton<MerchantReads>();
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
        return services;
    }
}
