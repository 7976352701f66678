using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Providers;
using PaymentCluster.Grains.Risk;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Grains;

/// <summary>Registers the payment engine.</summary>
public static class EngineRegistration
{
    /// <summary>Adds payments, their routing, their providers' health, and the guard against card testing. The store,
    /// merchants and connectors have registrations of their own.</summary>
    public static IServiceCollection AddPaymentEngine(this IServiceCollection services) =>
        services.AddPayments().AddPaymentRouting().AddProviders().AddRisk();
}
