using Microsoft.Extensions.DependencyInjection;

namespace PaymentCluster.Grains.Audit;

/// <summary>Registers the audit trail.</summary>
public static class AuditRegistration
{
    /// <summary>Adds the trail, and what keeps it. It needs the journal.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditReader>();
        services.AddSingleton<AuditWriter>();
        services.AddSingleton<IAuditTrail, AuditTrail>();
        services.AddHostedService<AuditKeeper>();
        return services;
    }
}
