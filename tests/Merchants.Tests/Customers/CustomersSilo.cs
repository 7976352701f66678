using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>One silo with customers for all tests of a class; each merchant has a provider of its own.</summary>
public class CustomersSilo : SharedSilo
{
    private readonly ConcurrentDictionary<string, KeepingConnector> _keepers = new();

    internal ManualTime Time { get; } = new();

    internal MemoryVault Vault { get; } = new();

    private protected virtual IConnector Connector =>
        PerMerchant.Connector<IKeepingConnector>(merchant => Keeper(merchant));

    /// <summary>Puts a customer, and their merchant if there is none yet.</summary>
    internal static async Task<ICustomerGrain> PutAsync(TestSilo silo, string merchant, string id = "asha")
    {
        if (await silo.Merchant(merchant).Get() is null)
        {
            await silo.PutMerchantAsync(merchant, "s");
            await AllowVaultAsync(silo, merchant);
        }

        var customer = silo.Customer(merchant, id);
        await customer.Put(new PutCustomer { Name = "Asha", Email = "asha@shop.example", Phone = "+919876543210" });
        return customer;
    }

    internal static Task AllowVaultAsync(TestSilo silo, string merchant) => silo.Merchant(merchant).Put(
        new PutMerchant { Name = "shop", UpiCollectAllowed = false, CardVault = true });

    /// <summary>A card that the vault may keep.</summary>
    internal static SaveCard Card(string number = "4111111111111111")
    {
        Assert.True(CardNumber.TryParse(number, out var parsed));
        return new SaveCard
        {
            Number = parsed,
            ExpiryMonth = 12,
            ExpiryYear = 2030,
            HolderName = "A Customer",
            Indian = false,
            ConsentText = "v1",
        };
    }

    /// <summary>A merchant's provider.</summary>
    internal KeepingConnector Keeper(string merchant, bool namesLast = false) =>
        _keepers.GetOrAdd(merchant, _ => new KeepingConnector { NamesLast = namesLast });

    private protected override void Configure(HostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton(Connector);
        builder.Services.AddSingleton<ICardVault>(Vault);
    }
}

/// <summary>The same, with providers whose wallet is linked by consent.</summary>
public sealed class ConsentSilo : CustomersSilo
{
    private readonly ConcurrentDictionary<string, ConsentingConnector> _consenters = new();

    private protected override IConnector Connector => PerMerchant.Connector<IConsentingConnector>(Consenter);

    /// <summary>A merchant's provider.</summary>
    internal ConsentingConnector Consenter(string merchant) =>
        _consenters.GetOrAdd(merchant, _ => new ConsentingConnector());
}
