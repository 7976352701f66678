using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors.AmazonPay;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Juspay;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Razorpay;

namespace PaymentCluster.Connectors;

/// <summary>Registers the connectors.</summary>
public static class ConnectorsRegistration
{
    /// <summary>The key of the <see cref="TimeProvider"/> that connectors read the time from, which their requests
    /// state and providers compare with their own. Without one it is the host's.</summary>
    public const string Clock = "providers";

    /// <summary>Adds every connector, one line each, and the <see cref="ConnectorCatalogue"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The root; each connector reads its section under <c>Connectors</c>.</param>
    public static IServiceCollection AddConnectors(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Connectors");
        services.AddConnector<AmazonPayConnector, AmazonPayOptions>(section.GetSection("AmazonPay"));
        services.AddConnector<JuspayConnector, JuspayOptions>(section.GetSection("Juspay"));
        services.AddConnector<PaytmConnector, PaytmOptions>(section.GetSection("Paytm"));
        services.AddConnector<PayUConnector, PayUOptions>(section.GetSection("PayU"));
        services.AddConnector<RazorpayConnector, RazorpayOptions>(section.GetSection("Razorpay"));

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ConnectorCatalogue>();
        return services;
    }

    private static TimeProvider ClockOf(IServiceProvider provider) =>
        provider.GetKeyedService<TimeProvider>(Clock) ?? provider.GetRequiredService<TimeProvider>();

    private static void AddConnector<TConnector, TOptions>(
        this IServiceCollection services, IConfigurationSection section)
        where TConnector : class, IConnector
        where TOptions : ProviderHttpOptions
    {
        services.AddOptions<TOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IConnector>(provider =>
            ActivatorUtilities.CreateInstance<TConnector>(provider, ClockOf(provider)));
    }
}
