using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Merchants;

/// <summary>Registers what merchants need on a silo.</summary>
public static class MerchantsRegistration
{
    /// <summary>The name of the grain storage that documents are kept in.</summary>
    public const string Storage = "documents";

    /// <summary>
    /// Adds merchants: their grains' services, <see cref="MerchantDirectory"/> and the vault's keys (section
    /// <c>Vault</c>). A host without usable keys does not start.
    /// </summary>
    public static IServiceCollection AddMerchants(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddPaymentClock();
        services.TryAddSingleton<ISecretSource, SystemSecretSource>();
        services.AddOptions<VaultOptions>()
            .Configure<IConfiguration>((options, configuration) =>
                options.Read(configuration.GetSection(VaultOptions.Section)))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<VaultOptions>, VaultOptionsValidation>();
        services.AddOptions<MerchantsOptions>()
            .BindConfiguration("Merchants").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MerchantDirectoryOptions>()
            .BindConfiguration("MerchantDirectory").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => MasterKeys.TryLoad(
            provider.GetRequiredService<IOptions<VaultOptions>>().Value, out var keys, out var problem)
            ? keys
            : throw new InvalidOperationException(problem));
        services.AddSingleton<CredentialCipher>();
        services.AddSingleton<MerchantDirectory>();
        services.AddSingleton<MerchantServices>();
        services.AddSingleton<IMerchantProfiles>(provider => provider.GetRequiredService<MerchantDirectory>());
        return services;
    }
}
