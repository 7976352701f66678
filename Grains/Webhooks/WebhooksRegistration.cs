using Microsoft.Extensions.DependencyInjection;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>Registers what inbound webhooks need on a silo.</summary>
public static class WebhooksRegistration
{
    /// <summary>Adds inbound webhooks. They need merchants, connectors and an <see cref="IWebhookInbox"/>.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<WebhookMeter>();
        return services;
    }
}
