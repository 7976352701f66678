using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace PaymentCluster.Grains.Providers;

/// <summary>Registers what the grain of a merchant's providers needs.</summary>
public static class ProvidersRegistration
{
    /// <summary>Adds the query of open payments and how far behind status queries are. The store and routing have
    /// registrations of their own.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services.TryAddSingleton<IOpenPaymentsQuery, OpenPaymentsQuery>();
        services.AddGrainService<StatusQueryLagService>();
        services.TryAddSingleton<IStatusQueryLags, StatusQueryLags>();
        return services;
    }
}
