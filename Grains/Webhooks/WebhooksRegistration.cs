using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>Registers what inbound webhooks need on a silo.</summary>
public static class WebhooksRegistration
{
    /// <summary>Adds inbound webhooks. They need merchants, connectors and the journal.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddPaymentClock();
        services.TryAddSingleton<ConnectorCatalogue>();
        services.TryAddSingleton<IPaymentCalls, GrainPaymentCalls>();
        services.TryAddSingleton<PaymentTokens>();
        services.AddSingleton<WebhookMeter>();
        services.AddSingleton<WebhookHints>();
        services.AddSingleton<WebhookIntake>();
        return services;
    }
}
