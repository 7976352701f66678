using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments;

/// <summary>Registers the payments capability.</summary>
public static class PaymentsRegistration
{
    private const int LeastPlaces = 1_000;

    /// <summary>Adds what payment grains need, and the sweeper. The payment store, routing, merchants and
    /// connectors have registrations of their own.</summary>
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentOptions>().BindConfiguration("Payments").ValidateDataAnnotations().ValidateOnStart();
        // Orleans remembers the place of a million grains, about 300 bytes each, and of a payment that has
        // left as well.
        services.AddOptions<GrainDirectoryOptions>().Configure<IOptions<PaymentOptions>>(
            (directory, payments) => directory.CacheSize = Math.Max(LeastPlaces, payments.Value.InMemory));
        services.TryAddPaymentClock();
        services.AddPorts();
        services.TryAddSingleton<PaymentTokens>();
        services.AddSingleton<OrderTokens>();
        services.AddSingleton<ActivePayments>();
        services.AddSingleton<InstrumentResolver>();
        services.AddSingleton<PaymentRoutes>();
        services.AddSingleton<PaymentReplies>();
        services.AddSingleton<ProviderRequests>();
        services.AddSingleton<ProviderOperations>();
        services.AddSingleton<PaymentServices>();
        services.AddSingleton<SweeperMetrics>();
        services.AddSingleton<DuePayments>();
        services.AddHostedService<OperationsDrain>();
        // Stops before it: what waits for a budget does not hold it up.
        services.AddHostedService<StatusQueryClock>();
        services.AddHostedService<PaymentSweeper>();
        return services;
    }

    private static void AddPorts(this IServiceCollection services)
    {
        services.TryAddSingleton<IPaymentCalls, GrainPaymentCalls>();
        services.AddSingleton<IPaymentInstruments, GrainInstruments>();
        services.AddMetrics();
        services.AddSingleton<PaymentListReader>();
        services.AddSingleton<StatusQueryShares>();
        services.AddSingleton<IStatusQueryBudget>(provider => provider.GetRequiredService<StatusQueryShares>());
        services.AddSingleton<IPaymentProviders, PaymentProviders>();
        services.AddSingleton<IOperationHost, ThreadPoolHost>();
        services.AddSingleton<ICommitObserver, PaymentTelemetry>();
    }
}
