using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
#if FAULT_POINTS
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments.Process;
#endif

namespace PaymentCluster.Grains.Faults;

/// <summary>Puts the fault points around the ports, in a Debug build in which some are armed.</summary>
public static class FaultsRegistration
{
    /// <summary>Arms the points that the configuration names (<see cref="FaultPoint"/>). Comes last: it wraps what is
    /// registered.</summary>
    /// <exception cref="FormatException"><c>Faults:Points</c> cannot be read.</exception>
    public static IServiceCollection AddFaultPoints(this IServiceCollection services, IConfiguration configuration)
    {
        FaultPoint.Arm(configuration);
#if FAULT_POINTS
        if (FaultPoint.IsArmed)
        {
            services.Wrap<IPaymentJournal>(journal => new FaultyJournal(journal));
            services.Wrap<IPaymentProviders>(providers => new FaultyProviders(providers));
            services.Wrap<IWebhookInbox>(inbox => new FaultyInbox(inbox));
            services.Wrap<ICommitObserver>(observer => new FaultyObserver(observer));
            services.Wrap<IAuditTrail>(trail => new FaultyTrail(trail));
        }
#endif
        return services;
    }

#if FAULT_POINTS
    private static void Wrap<T>(this IServiceCollection services, Func<T, T> around)
        where T : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(T));
        services.Remove(inner);
        services.AddSingleton(provider => around(
            (T)(inner.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!))));
    }
#endif
}
