using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>What is deleted here is deleted at its provider next. Whatever comes between, it is gone in the end, and
/// nothing is deleted that was saved again.</summary>
public sealed class DeletionTests : IClassFixture<CustomersSilo>
{
    private static readonly InstrumentChoice Paytm = new() { Wallet = "paytm" };

    private readonly string _shop = SharedSilo.NewMerchant("shop");
    private readonly CustomersSilo _shared;
    private readonly KeepingConnector _provider;

    public DeletionTests(CustomersSilo shared) =>
        (_shared, _provider) = (shared, shared.Keeper(_shop, namesLast: true));

    private TestSilo Silo => _shared.Silo;

    private IEnumerable<string> VaultKeys =>
        _shared.Vault.Cards.Keys.Where(key => key.StartsWith($"{_shop}/", StringComparison.Ordinal));

    [Fact]
    public async Task A_deletion_that_is_requested_again_is_finished_before_its_reply()
    {
        var asha = await PutAsync();
        var card = (await asha.SaveCard(Card())).Value!;
        await LinkAsync(asha);
        (_shared.Vault.IsAway, _provider.IsAway) = (true, true);
        await asha.DeleteCard(card.Token);
        await asha.UnlinkWallet("paytm");
        Assert.NotEmpty(VaultKeys);
        Assert.NotEmpty(_provider.Wallets);

        (_shared.Vault.IsAway, _provider.IsAway) = (false, false);
        Assert.Equal(ErrorCode.InstrumentNotFound, (await asha.DeleteCard(card.Token)).Refusal!.Code);
        Assert.Empty(VaultKeys);
        Assert.Equal(ErrorCode.InstrumentNotFound, (await asha.UnlinkWallet("paytm")).Refusal!.Code);
        Assert.Empty(_provider.Wallets);
    }

    [Fact]
    public async Task A_card_that_is_saved_again_is_not_deleted_with_the_one_before()
    {
        var asha = await PutAsync();
        var before = (await asha.SaveCard(Card())).Value!;
        _shared.Vault.IsAway = true;
        await asha.DeleteCard(before.Token);
        Assert.Equal(ErrorCode.Unavailable, (await asha.SaveCard(Card())).Refusal!.Code);

        _shared.Vault.IsAway = false;
        var after = (await asha.SaveCard(Card())).Value!;
        _shared.Time.Advance(TimeSpan.FromMinutes(1));
        await asha.ListCards();
        Assert.NotEqual(before.Token, after.Token);
        Assert.Equal($"{_shop}/{after.Token}", Assert.Single(VaultKeys));
    }

    [Fact]
    public async Task A_wallet_that_is_linked_again_is_not_given_up_with_the_link_before()
    {
        var asha = await PutAsync();
        await LinkAsync(asha);
        _provider.IsAway = true;
        await asha.UnlinkWallet("paytm");
        Assert.Equal(ErrorCode.Unavailable, (await asha.LinkWallet(new LinkWallet { Wallet = "paytm" })).Refusal!.Code);

        _provider.IsAway = false;
        await LinkAsync(asha);
        _shared.Time.Advance(TimeSpan.FromMinutes(1));
        await asha.ListCards();
        Assert.Single(_provider.Wallets);
        Assert.NotNull((await asha.OpenInstrument(Paytm)).Value);
    }

    [Fact]
    public async Task Who_returns_keeps_what_was_agreed_to_again_when_the_provider_deletes_the_rest()
    {
        var asha = await PutAsync();
        await AgreeAsync(asha);
        _provider.Cards["cst_asha"] = [KeepingConnector.Card("ref_1", "4242"), KeepingConnector.Card("ref_2", "9999")];
        await asha.ListCards();
        _provider.IsAway = true;
        Assert.Equal(ErrorCode.Unavailable, (await asha.Erase()).Refusal!.Code);
        await PutAsync();
        await AgreeAsync(asha);

        _provider.IsAway = false;
        _shared.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("4242", Assert.Single((await asha.ListCards()).Value!.Cards).Last4);
        Assert.Equal("ref_1", Assert.Single(_provider.Cards["cst_asha"]).Reference);
    }

    [Fact]
    public async Task A_wallet_that_was_read_before_an_erasure_does_not_overwrite_the_one_after_it()
    {
        var asha = await PutAsync();
        await asha.SaveUpi("asha@bank");
        var read = (await asha.GetWallet())!.Version;
        await asha.Erase();
        await PutAsync();
        await asha.SaveUpi("asha@bank");

        var late = await asha.PutWallet(
            new PutWallet { ExpectedVersion = read, Preferences = new WalletPreferences { UpiApp = "old" } });

        Assert.Equal(ErrorCode.VersionConflict, late.Refusal!.Code);
    }

    private Task<ICustomerGrain> PutAsync() => CustomersSilo.PutAsync(Silo, _shop);

    private static async Task LinkAsync(ICustomerGrain customer)
    {
        await customer.LinkWallet(new LinkWallet { Wallet = "paytm" });
        Assert.True((await customer.ConfirmWallet("paytm", new Secret(KeepingConnector.Password))).Value!.Linked);
    }

    private static Task AgreeAsync(ICustomerGrain customer) => customer.AgreeToCard(
        new AgreeToCard { Last4 = "4242", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" });

    private static SaveCard Card() => CustomersSilo.Card();
}
