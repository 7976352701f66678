using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Routing;

/// <summary>Registers routing.</summary>
public static class RoutingRegistration
{
    /// <summary>Adds what finds a payment's provider. Connectors are added by their own.</summary>
    public static IServiceCollection AddPaymentRouting(this IServiceCollection services)
    {
        services.AddOptions<RoutingOptions>()
            .BindConfiguration("Routing")
            .ValidateDataAnnotations()
            .Validate(
                options => options.DownWindow <= options.ScoreWindow,
                "Routing: DownWindow is at most ScoreWindow.")
            .ValidateOnStart();
        services.AddSingleton<ProviderScores>();
        services.AddSingleton<PaymentRouter>();
        services.AddSingleton<IPaymentRouter>(provider => provider.GetRequiredService<PaymentRouter>());
        services.TryAddSingleton<IPastPayments, PastPayments>();
        return services;
    }
}
