using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>What a customer's grain finds when its silo is gone and another one goes on.</summary>
public sealed class CustomerCrashTests
{
    private readonly DocumentStore _store = new();
    private readonly ManualTime _time = new();
    private readonly KeepingConnector _provider = new();
    private readonly MemoryVault _vault = new();

    [Fact]
    public async Task A_providers_customer_is_made_once_whatever_races()
    {
        await using var silo = await StartAsync();
        var asha = await CustomersSilo.PutAsync(silo, "shop");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            (Task)asha.LinkWallet(new LinkWallet { Wallet = $"wallet{number}" })));
        Assert.Single(_provider.Calls, call => call == "open asha");
        await using var next = await StartAsync();
        await next.Customer("shop", "asha").LinkWallet(new LinkWallet { Wallet = "another" });
        Assert.Single(_provider.Calls, call => call == "open asha");
    }

    [Fact]
    public async Task A_wallets_token_does_not_open_for_another_customer()
    {
        await using (var silo = await StartAsync())
        {
            var asha = await CustomersSilo.PutAsync(silo, "shop");
            await asha.LinkWallet(new LinkWallet { Wallet = "paytm" });
            await asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password));
            var bala = await CustomersSilo.PutAsync(silo, "shop", "bala");
            await bala.LinkWallet(new LinkWallet { Wallet = "paytm" });
            await bala.ConfirmWallet("paytm", new Secret(KeepingConnector.Password));
        }

        var stolen = "";
        _store.Change("customer", "shop/asha", text => stolen = text);
        _store.Change("customer", "shop/bala", _ => stolen);
        await using var next = await StartAsync();
        Assert.Equal(
            ErrorCode.InstrumentUnusable,
            (await next.Customer("shop", "bala")
                .OpenInstrument(new InstrumentChoice { Wallet = "paytm" })).Refusal!.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_store_breaks_down_nothing_is_offered_that_is_not_kept(bool losesResponse)
    {
        for (var breaks = 1; breaks <= 9; breaks++)
        {
            var run = new CustomerCrashTests();
            await run.BreakAsync(breaks, losesResponse);
        }
    }

    private async Task BreakAsync(int breaks, bool losesResponse)
    {
        await using (var silo = await StartAsync())
        {
            await silo.PutMerchantAsync("shop", "s");
            await CustomersSilo.AllowVaultAsync(silo, "shop");
            _store.LosesResponse = losesResponse;
            _store.BreaksAt = _store.Writes + breaks;
            var asha = silo.Customer("shop", "asha");
            Func<Task>[] steps =
            [
                () => asha.Put(new PutCustomer { Name = "Asha" }),
                () => asha.SaveCard(CustomersSilo.Card()),
                () => asha.LinkWallet(new LinkWallet { Wallet = "paytm" }),
                () => asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password)),
                () => asha.PutWallet(
                    new PutWallet { Preferences = new WalletPreferences { DefaultInstrument = "wallet:paytm" } }),
                async () => await asha.DeleteCard((await asha.GetWallet())!.Cards[0].Token),
                () => asha.UnlinkWallet("paytm"),
            ];
            foreach (var step in steps)
            {
                try
                {
                    await step();
                }
                catch (Exception broken) when (broken is OrleansException { InnerException: IOException }
                    or NullReferenceException or IndexOutOfRangeException)
                {
                    // As if the process had died here.
                }
            }
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        await using var next = await StartAsync();
        var survivor = next.Customer("shop", "asha");
        if (await survivor.GetWallet() is { } wallet)
        {
            foreach (var card in wallet.Cards)
            {
                var opened = (await survivor.OpenInstrument(new InstrumentChoice { CardToken = card.Token })).Value!;
                Assert.True(
                    _vault.Cards.ContainsKey($"shop/{opened.VaultToken}"), $"write {breaks}: {card.Token} is not kept");
            }

            foreach (var linked in wallet.Wallets.Where(linked => linked.Linked))
            {
                Assert.NotNull((await survivor.OpenInstrument(new InstrumentChoice { Wallet = linked.Wallet })).Value);
            }

            Assert.True(
                wallet.Preferences.DefaultInstrument is null || wallet.Wallets.Any(linked => linked.Linked),
                $"write {breaks}");
        }

        // And whatever was left anywhere goes with the customer.
        await survivor.Put(new PutCustomer { Name = "Asha" });
        await Eventually.HoldsAsync(
            async () => await survivor.Erase() is { Refusal: null },
            $"write {breaks}: the customer is erased everywhere");
        Assert.Empty(_vault.Cards);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_that_was_made_and_never_stored_goes_with_the_wallet_that_waits_for_it(bool erases)
    {
        await using (var silo = await StartAsync())
        {
            var asha = await CustomersSilo.PutAsync(silo, "shop");
            _provider.NamesLast = true;
            await asha.LinkWallet(new LinkWallet { Wallet = "paytm" });
            _store.BreaksAt = _store.Writes + 1;
            await Assert.ThrowsAnyAsync<Exception>(() =>
                asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password)));
            Assert.Single(_provider.Wallets);
        }

        await using var next = await StartAsync();
        var survivor = next.Customer("shop", "asha");
        if (erases)
        {
            Assert.Null((await survivor.Erase()).Refusal);
        }
        else
        {
            Assert.Null((await survivor.UnlinkWallet("paytm")).Refusal);
        }

        Assert.Empty(_provider.Wallets);
    }

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(_store, builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton<IConnector>(_provider);
        builder.Services.AddSingleton<ICardVault>(_vault);
    });
}
