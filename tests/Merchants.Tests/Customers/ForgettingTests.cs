using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>What is deleted here is deleted at its provider next. Whatever comes between, it is gone in the end, and
/// nothing is deleted that was saved again.</summary>
public sealed class ForgettingTests
{
    private static readonly InstrumentChoice Paytm = new() { Wallet = "paytm" };

    private readonly DocumentStore _store = new();
    private readonly ManualTime _time = new();
    private readonly KeepingConnector _provider = new() { NamesLast = true };
    private readonly MemoryVault _vault = new();

    [Fact]
    public async Task A_deletion_that_is_asked_for_again_is_finished_before_it_is_answered()
    {
        await using var silo = await StartAsync();
        var asha = await PutAsync(silo);
        var card = (await asha.SaveCard(Card())).Value!;
        await LinkAsync(asha);
        (_vault.IsAway, _provider.IsAway) = (true, true);
        await asha.DeleteCard(card.Token);
        await asha.UnlinkWallet("paytm");
        Assert.NotEmpty(_vault.Cards);
        Assert.NotEmpty(_provider.Wallets);

        (_vault.IsAway, _provider.IsAway) = (false, false);
        Assert.Equal(ErrorCode.InstrumentNotFound, (await asha.DeleteCard(card.Token)).Refusal!.Code);
        Assert.Empty(_vault.Cards);
        Assert.Equal(ErrorCode.InstrumentNotFound, (await asha.UnlinkWallet("paytm")).Refusal!.Code);
        Assert.Empty(_provider.Wallets);
    }

    [Fact]
    public async Task A_card_that_is_saved_anew_is_not_forgotten_with_the_one_before()
    {
        await using var silo = await StartAsync();
        var asha = await PutAsync(silo);
        var before = (await asha.SaveCard(Card())).Value!;
        _vault.IsAway = true;
        await asha.DeleteCard(before.Token);
        Assert.Equal(ErrorCode.Unavailable, (await asha.SaveCard(Card())).Refusal!.Code);

        _vault.IsAway = false;
        var after = (await asha.SaveCard(Card())).Value!;
        _time.Advance(TimeSpan.FromMinutes(1));
        await asha.ListCards();
        Assert.NotEqual(before.Token, after.Token);
        Assert.Equal($"shop/{after.Token}", Assert.Single(_vault.Cards).Key);
    }

    [Fact]
    public async Task A_wallet_that_is_linked_anew_is_not_given_up_with_the_link_before()
    {
        await using var silo = await StartAsync();
        var asha = await PutAsync(silo);
        await LinkAsync(asha);
        _provider.IsAway = true;
        await asha.UnlinkWallet("paytm");
        Assert.Equal(ErrorCode.Unavailable, (await asha.LinkWallet(new LinkWallet { Wallet = "paytm" })).Refusal!.Code);

        _provider.IsAway = false;
        await LinkAsync(asha);
        _time.Advance(TimeSpan.FromMinutes(1));
        await asha.ListCards();
        Assert.Single(_provider.Wallets);
        Assert.NotNull((await asha.OpenInstrument(Paytm)).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_that_was_made_and_never_stored_goes_with_the_wallet_that_waits_for_it(bool erases)
    {
        await using (var silo = await StartAsync())
        {
            var asha = await PutAsync(silo);
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

    [Fact]
    public async Task Who_comes_back_keeps_what_was_agreed_to_anew_when_the_provider_forgets_the_rest()
    {
        await using var silo = await StartAsync();
        var asha = await PutAsync(silo);
        await AgreeAsync(asha);
        _provider.Cards["cst_asha"] = [KeepingConnector.Card("ref_1", "4242"), KeepingConnector.Card("ref_2", "9999")];
        await asha.ListCards();
        _provider.IsAway = true;
        Assert.Equal(ErrorCode.Unavailable, (await asha.Erase()).Refusal!.Code);
        await PutAsync(silo);
        await AgreeAsync(asha);

        _provider.IsAway = false;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("4242", Assert.Single((await asha.ListCards()).Value!.Cards).Last4);
        Assert.Equal("ref_1", Assert.Single(_provider.Cards["cst_asha"]).Reference);
    }

    [Fact]
    public async Task A_wallet_that_was_read_before_an_erasure_does_not_overwrite_the_one_after_it()
    {
        await using var silo = await StartAsync();
        var asha = await PutAsync(silo);
        await asha.SaveUpi("asha@bank");
        var read = (await asha.GetWallet())!.Version;
        await asha.Erase();
        await PutAsync(silo);
        await asha.SaveUpi("asha@bank");

        var late = await asha.PutWallet(
            new PutWallet { ExpectedVersion = read, Preferences = new WalletPreferences { UpiApp = "old" } });

        Assert.Equal(ErrorCode.VersionConflict, late.Refusal!.Code);
    }

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(_store, builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton<IConnector>(_provider);
        builder.Services.AddSingleton<ICardVault>(_vault);
    });

    private static async Task<ICustomerGrain> PutAsync(TestSilo silo)
    {
        if (await silo.Merchant("shop").Get() is null)
        {
            await silo.PutMerchantAsync("shop", "s");
            await silo.Merchant("shop")
                .Put(new PutMerchant { Name = "shop", UpiCollectAllowed = false, CardVault = true });
        }

        var customer = silo.Customer("shop", "asha");
        await customer.Put(new PutCustomer { Name = "Asha", Phone = "+919876543210" });
        return customer;
    }

    private static async Task LinkAsync(ICustomerGrain customer)
    {
        await customer.LinkWallet(new LinkWallet { Wallet = "paytm" });
        Assert.True((await customer.ConfirmWallet("paytm", new Secret(KeepingConnector.Password))).Value!.Linked);
    }

    private static Task AgreeAsync(ICustomerGrain customer) => customer.AgreeToCard(
        new AgreeToCard { Last4 = "4242", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" });

    private static SaveCard Card()
    {
        Assert.True(CardNumber.TryParse("4111111111111111", out var number));
        return new SaveCard
        {
            Number = number,
            ExpiryMonth = 12,
            ExpiryYear = 2030,
            HolderName = "A Customer",
            Indian = false,
            ConsentText = "v1",
        };
    }
}
