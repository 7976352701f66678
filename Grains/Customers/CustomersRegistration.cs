using Microsoft.Extensions.DependencyInjection;

namespace PaymentCluster.Grains.Customers;

/// <summary>Registers the customers capability.</summary>
public static class CustomersRegistration
{
    /// <summary>Adds what customers' grains need. The documents' storage, merchants, connectors and the vault have
    /// registrations of their own.</summary>
    public static IServiceCollection AddCustomers(this IServiceCollection services)
    {
        services.AddOptions<CustomersOptions>()
            .BindConfiguration("Customers").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<MerchantProviders>();
        services.AddSingleton<CustomerServices>();
        return services;
    }
}
