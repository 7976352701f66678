using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Risk;

/// <summary>Registers the risk capability.</summary>
public static class RiskRegistration
{
    /// <summary>Adds the guard against card testing.</summary>
    public static IServiceCollection AddRisk(this IServiceCollection services)
    {
        services.AddOptions<AttemptGuardOptions>()
            .BindConfiguration(AttemptGuardOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<AttemptAlarms>();
        services.AddSingleton<IAttemptGuard, AttemptGuard>();
        return services;
    }
}
