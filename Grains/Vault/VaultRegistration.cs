using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace PaymentCluster.Grains.Vault;

/// <summary>Registers the vault.</summary>
public static class VaultRegistration
{
    /// <summary>The connection string of the vault's own login; without it there is no vault, and no card's number is
    /// kept.</summary>
    public const string Login = "PaymentClusterVault";

    /// <summary>Adds <see cref="ICardVault"/> and the rotation of its keys. The master keys come with the
    /// merchants.</summary>
    public static IServiceCollection AddVault(this IServiceCollection services)
    {
        services.AddSingleton(provider => new VaultDatabase(
            provider.GetRequiredService<IConfiguration>().GetConnectionString(Login)));
        services.AddSingleton<VaultCipher>();
        services.AddSingleton<CardVault>();
        services.TryAddSingleton<ICardVault>(provider => provider.GetRequiredService<CardVault>());
        services.AddSingleton<IVaultRotation, VaultRotation>();
        return services;
    }
}
