using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>Registers what inbound webhooks need on a silo.</summary>
public static class WebhooksRegistration
{
    /// <summary>Adds inbound webhooks. They need merchants, connectors and the journal.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<WebhookMeter>();
        services.TryAddSingleton<IWebhookInbox>(provider => provider.GetRequiredService<InboxStore>());
        return services;
    }
}
