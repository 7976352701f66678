using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentCluster.Grains.Retention;

/// <summary>Registers the store's upkeep.</summary>
internal static class RetentionRegistration
{
    /// <summary>Adds <see cref="StoreUpkeep"/>.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RetentionOptions>()
            .Bind(configuration.GetSection("Retention"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<RetentionMetrics>();
        services.AddHostedService<StoreUpkeep>();
        return services;
    }
}
