using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Grains.Payments;

/// <summary>Registers the payments capability.</summary>
public static class PaymentsRegistration
{
    /// <summary>Adds what payment grains need, and the sweeper. The payment store, merchants and connectors are added
    /// by their own.</summary>
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentOptions>().BindConfiguration("Payments").ValidateDataAnnotations().ValidateOnStart();
        services.AddPaymentRouting();
        services.AddSingleton<PaymentTokens>();
        services.AddSingleton<PaymentPopulation>();
        services.AddSingleton<InstrumentOpenings>();
        services.AddSingleton<PaymentEffects>();
        services.AddHostedService(provider => provider.GetRequiredService<PaymentEffects>());
        services.AddHostedService<PaymentSweeper>();
        return services;
    }
}
