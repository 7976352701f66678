using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing.Silos;
using Decision = PaymentCluster.Testing.Silos.ConsentingConnector.Decision;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>Wallets that are linked by the customer's consent on the provider's page.</summary>
public sealed class WalletConsentTests : IClassFixture<ConsentSilo>
{
    private const string Wallet = ConsentingConnector.Wallet;

    private static readonly LinkWallet Link = new() { Wallet = Wallet, ReturnUrl = "https://shop.example/wallet" };

    private readonly string _shop = SharedSilo.NewMerchant("shop");
    private readonly ConsentSilo _shared;
    private readonly ConsentingConnector _provider;

    public WalletConsentTests(ConsentSilo shared) => (_shared, _provider) = (shared, shared.Consenter(_shop));

    private TestSilo Silo => _shared.Silo;

    [Fact]
    public async Task A_wallet_is_linked_when_the_customer_returns_from_having_agreed()
    {
        var asha = await PutAsync();
        var waiting = (await asha.LinkWallet(Link)).Value!;
        Assert.Equal((false, "https://agree.example/page_1"), (waiting.Linked, waiting.ConsentUrl));
        Assert.Equal(ErrorCode.InvalidField, (await asha.ConfirmWallet(Wallet, new Secret("123456"))).Refusal!.Code);
        Assert.Equal(
            ErrorCode.InstrumentNotFound,
            (await asha.FindInstrument(new InstrumentChoice { Wallet = Wallet })).Refusal!.Code);

        _provider.Pages["page_1"] = Decision.Agreed;
        var returned = (await asha.WalletReturned(Wallet, NonceOf("page_1")))!;
        Assert.Equal((WalletLinkStatus.Linked, Link.ReturnUrl), (returned.Status, returned.ReturnUrl));
        var linked = (await asha.LinkWallet(Link)).Value!;
        Assert.Equal((true, null), (linked.Linked, linked.ConsentUrl));
        var found = (await asha.FindInstrument(new InstrumentChoice { Wallet = Wallet })).Value!;
        Assert.Equal("link_of_page_1", found.Link);
        Assert.Equal(
            "token-canary-link_of_page_1",
            (await asha.OpenInstrument(new InstrumentChoice { Wallet = Wallet })).Value!.ProviderToken!.Reveal());
        Assert.DoesNotContain("token-canary", _shared.Store.Text($"{_shop}/"), StringComparison.Ordinal);
        // The page again, and once more.
        Assert.Equal(WalletLinkStatus.Linked, (await asha.WalletReturned(Wallet, NonceOf("page_1")))!.Status);

        Assert.Empty((await asha.UnlinkWallet(Wallet)).Value!.Wallets);
        Assert.Empty(_provider.Links);
    }

    [Fact]
    public async Task A_browser_that_never_returns_loses_nothing()
    {
        var asha = await PutAsync();
        await asha.LinkWallet(Link);
        Assert.False((await asha.ReadWallet(Wallet)).Value!.Linked);
        _provider.Pages["page_1"] = Decision.Agreed;
        _provider.IsAway = true;
        Assert.Equal(ErrorCode.Unavailable, (await asha.ReadWallet(Wallet)).Refusal!.Code);
        Assert.Equal(WalletLinkStatus.Pending, (await asha.WalletReturned(Wallet, NonceOf("page_1")))!.Status);
        _provider.IsAway = false;
        Assert.True((await asha.ReadWallet(Wallet)).Value!.Linked);
    }

    [Fact]
    public async Task Who_declined_is_queried_again()
    {
        var asha = await PutAsync();
        await asha.LinkWallet(Link);
        _provider.Pages["page_1"] = Decision.Declined;
        Assert.Equal(WalletLinkStatus.Declined, (await asha.WalletReturned(Wallet, NonceOf("page_1")))!.Status);
        Assert.Empty((await asha.GetWallet())!.Wallets);
        Assert.Equal("https://agree.example/page_2", (await asha.LinkWallet(Link)).Value!.ConsentUrl);
    }

    [Fact]
    public async Task A_second_click_leads_to_the_same_page_and_an_old_page_to_a_new_one()
    {
        var asha = await PutAsync();
        await asha.LinkWallet(Link);
        Assert.Equal("https://agree.example/page_1", (await asha.LinkWallet(Link)).Value!.ConsentUrl);
        Assert.Equal(
            "https://agree.example/page_2",
            (await asha.LinkWallet(Link with { ReturnUrl = "https://shop.example/other" })).Value!.ConsentUrl);
        _shared.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(
            "https://agree.example/page_3",
            (await asha.LinkWallet(Link with { ReturnUrl = "https://shop.example/other" })).Value!.ConsentUrl);
    }

    [Fact]
    public async Task No_one_returns_who_was_not_sent()
    {
        var asha = await PutAsync();
        await asha.LinkWallet(Link);
        _provider.Pages["page_1"] = Decision.Agreed;
        Assert.Null(await asha.WalletReturned(Wallet, "guess"));
        Assert.Null(await asha.WalletReturned("other", NonceOf("page_1")));
        Assert.Null(await Silo.Customer(_shop, "bala").WalletReturned(Wallet, NonceOf("page_1")));
        Assert.Empty(_provider.Links);
        Assert.Equal(ErrorCode.NoProvider, (await asha.LinkWallet(new LinkWallet { Wallet = "other" })).Refusal!.Code);
    }

    private string NonceOf(string page) => _provider.Callbacks[page].Segments[^1];

    private async Task<ICustomerGrain> PutAsync()
    {
        await Silo.PutMerchantAsync(_shop, "s");
        var customer = Silo.Customer(_shop, "asha");
        await customer.Put(new PutCustomer { Name = "Asha" });
        return customer;
    }
}
