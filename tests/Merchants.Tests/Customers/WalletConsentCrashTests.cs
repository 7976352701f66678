using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Testing.Silos;
using Decision = PaymentCluster.Testing.Silos.ConsentingConnector.Decision;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>Wallets that are linked by consent, when the silo is gone in between.</summary>
public sealed class WalletConsentCrashTests
{
    private const string Wallet = ConsentingConnector.Wallet;

    private static readonly LinkWallet Link = new() { Wallet = Wallet, ReturnUrl = "https://shop.example/wallet" };

    private readonly DocumentStore _store = new();
    private readonly ConsentingConnector _provider = new();

    [Fact]
    public async Task A_link_that_was_made_and_not_stored_is_found_again()
    {
        await using (var silo = await StartAsync())
        {
            var asha = await CustomersSilo.PutAsync(silo, "shop");
            await asha.LinkWallet(Link);
            _provider.Pages["page_1"] = Decision.Agreed;
            _store.BreaksAt = _store.Writes + 1;
            await Assert.ThrowsAnyAsync<Exception>(() => asha.WalletReturned(Wallet, NonceOf("page_1")));
            Assert.Single(_provider.Links);
        }

        await using var next = await StartAsync();
        Assert.True((await next.Customer("shop", "asha").ReadWallet(Wallet)).Value!.Linked);
        Assert.Single(_provider.Links);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public async Task What_became_of_a_page_that_was_given_up_is_given_up_as_well(bool? agreed)
    {
        await using (var silo = await StartAsync())
        {
            var asha = await CustomersSilo.PutAsync(silo, "shop");
            await asha.LinkWallet(Link);
            _provider.Pages["page_1"] = agreed is null
                ? Decision.Open
                : agreed.Value ? Decision.Agreed : Decision.Declined;
            if (agreed is true)
            {
                // The provider makes the link, and the document is never written.
                _store.BreaksAt = _store.Writes + 1;
                await Assert.ThrowsAnyAsync<Exception>(() => asha.WalletReturned(Wallet, NonceOf("page_1")));
                Assert.Single(_provider.Links);
            }
        }

        await using var next = await StartAsync();
        Assert.Empty((await next.Customer("shop", "asha").UnlinkWallet(Wallet)).Value!.Wallets);
        Assert.Empty(_provider.Links);
    }

    private string NonceOf(string page) => _provider.Callbacks[page].Segments[^1];

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(_store, builder =>
    {
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton<IConnector>(_provider);
    });
}
