using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

public sealed class CustomerGrainTests : IClassFixture<CustomersSilo>
{
    private readonly string _shop = SharedSilo.NewMerchant("shop");
    private readonly CustomersSilo _shared;
    private readonly KeepingConnector _provider;

    public CustomerGrainTests(CustomersSilo shared) => (_shared, _provider) = (shared, shared.Keeper(_shop));

    private TestSilo Silo => _shared.Silo;

    private IEnumerable<string> VaultKeys =>
        _shared.Vault.Cards.Keys.Where(key => key.StartsWith($"{_shop}/", StringComparison.Ordinal));

    [Fact]
    public async Task A_customer_is_put_read_and_changed()
    {
        var asha = Silo.Customer(_shop, "asha");
        Assert.Null(await asha.Get());
        Assert.Null(await asha.GetWallet());
        Assert.Equal(ErrorCode.CustomerNotFound, (await asha.SaveUpi("asha@bank")).Refusal!.Code);
        Assert.Equal("Asha", (await asha.Put(new PutCustomer { Name = "Asha" })).Value!.Name);
        Assert.Equal("Asha R", (await asha.Put(new PutCustomer { Name = "Asha R" })).Value!.Name);
        Assert.Null(await Silo.Customer("other", "asha").Get());
    }

    [Fact]
    public async Task Of_two_edits_of_one_version_one_is_refused_and_nothing_is_lost()
    {
        var asha = await PutAsync();
        var version = (await asha.GetWallet())!.Version;
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => asha.PutWallet(
            new PutWallet
            {
                ExpectedVersion = version, Preferences = new WalletPreferences { UpiApp = $"app{number}" },
            })));
        var winner = Assert.Single(replies, reply => reply.Value is not null).Value!;
        Assert.All(
            replies.Where(reply => reply.Refusal is not null),
            reply => Assert.Equal(ErrorCode.VersionConflict, reply.Refusal!.Code));
        Assert.Equal(winner.Preferences.UpiApp, (await asha.GetWallet())!.Preferences.UpiApp);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => (Task)asha.SaveUpi($"asha{number}@bank")));
        Assert.Equal(6, (await asha.GetWallet())!.UpiIds.Length);
    }

    [Fact]
    public async Task The_same_card_again_returns_the_one_that_is_there()
    {
        var asha = await PutAsync();
        var first = (await asha.SaveCard(Card())).Value!;
        var again = (await asha.SaveCard(Card())).Value!;
        Assert.Equal(first, again);
        Assert.Single((await asha.GetWallet())!.Cards);
        var renewed = (await asha.SaveCard(Card() with { ExpiryYear = 2031 })).Value!;
        Assert.Equal((first.Token, 2031), (renewed.Token, renewed.ExpiryYear));
        Assert.Single((await asha.GetWallet())!.Cards);
        CardTraces.NoneIn(_shared.Store.Text($"{_shop}/"), "4111111111111111");
    }

    [Fact]
    public async Task A_card_that_may_not_be_kept_is_refused_and_goes_nowhere()
    {
        var asha = await PutAsync();
        Assert.Equal(ErrorCode.CardNotKept, (await asha.SaveCard(Card() with { Indian = true })).Refusal!.Code);
        Assert.Equal(
            ErrorCode.CardNotKept,
            (await asha.SaveCard(Card("6073849700004947") with { Indian = false })).Refusal!.Code);
        Assert.Equal(ErrorCode.CardInvalid, (await asha.SaveCard(Card() with { ExpiryYear = 2020 })).Refusal!.Code);
        await Silo.Merchant(_shop)
            .Put(new PutMerchant { Name = "shop", UpiCollectAllowed = false, CardVault = false });
        Assert.Equal(ErrorCode.CardNotKept, (await asha.SaveCard(Card())).Refusal!.Code);
        Assert.Empty(VaultKeys);
    }

    [Fact]
    public async Task A_customer_is_made_at_a_provider_once_and_no_one_where_no_one_can_be()
    {
        var asha = await PutAsync();
        Assert.Null(await Silo.Customer(_shop, "nobody").OpenAccount(TestSilo.Provider));
        _provider.IsAway = true;
        Assert.Null(await asha.OpenAccount(TestSilo.Provider));
        _provider.IsAway = false;
        Assert.Null(await asha.OpenAccount("nopay"));
        _provider.Calls.Clear();
        Assert.Equal("cst_asha", await asha.OpenAccount(TestSilo.Provider));
        Assert.Equal("cst_asha", await asha.OpenAccount(TestSilo.Provider));
        Assert.Equal(["open asha"], _provider.Calls);
    }

    [Fact]
    public async Task A_card_that_a_provider_keeps_comes_to_light_and_is_paid_with_by_its_present_token()
    {
        var asha = await PutAsync();
        await asha.AgreeToCard(
            new AgreeToCard { Last4 = "4242", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" });
        Assert.Empty((await asha.ListCards()).Value!.Cards);
        _provider.Cards["cst_asha"] = [KeepingConnector.Card("ref_1", "4242"), KeepingConnector.Card("ref_2", "9999")];
        var card = Assert.Single((await asha.ListCards()).Value!.Cards);
        Assert.Equal((TestSilo.Provider, "v1"), (card.Provider, card.ConsentText));

        var choice = new InstrumentChoice { CardToken = card.Token };
        var found = (await asha.FindInstrument(choice)).Value!;
        Assert.Equal((TestSilo.Provider, false, card.Token), (found.Provider, found.InVault, found.Method.Saved));
        Assert.Equal("provider-token-canary", (await asha.OpenInstrument(choice)).Value!.ProviderToken!.Reveal());
        Assert.DoesNotContain("provider-token-canary", _shared.Store.Text($"{_shop}/"), StringComparison.Ordinal);

        var other = await PutAsync("bala");
        Assert.Equal(ErrorCode.InstrumentNotFound, (await other.FindInstrument(choice)).Refusal!.Code);
        Assert.Equal(ErrorCode.InstrumentNotFound, (await other.OpenInstrument(choice)).Refusal!.Code);

        Assert.Empty((await asha.DeleteCard(card.Token)).Value!.Cards);
        Assert.Equal("ref_2", Assert.Single(_provider.Cards["cst_asha"]).Reference);
    }

    [Fact]
    public async Task What_is_deleted_here_is_deleted_there_when_the_provider_is_back()
    {
        var asha = await PutAsync();
        await asha.AgreeToCard(
            new AgreeToCard { Last4 = "4242", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" });
        _provider.Cards["cst_asha"] = [KeepingConnector.Card("ref_1", "4242")];
        var card = Assert.Single((await asha.ListCards()).Value!.Cards);
        _provider.IsAway = true;
        Assert.Empty((await asha.DeleteCard(card.Token)).Value!.Cards);
        Assert.Equal(
            ErrorCode.InstrumentNotFound,
            (await asha.FindInstrument(new InstrumentChoice { CardToken = card.Token })).Refusal!.Code);
        Assert.Single(_provider.Cards["cst_asha"]);
        _provider.IsAway = false;
        _shared.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty((await asha.ListCards()).Value!.Cards);
        Assert.Empty(_provider.Cards["cst_asha"]);
    }

    [Fact]
    public async Task A_wallet_is_linked_by_its_password_read_and_given_up()
    {
        var asha = await PutAsync();
        Assert.False((await asha.LinkWallet(new LinkWallet { Wallet = "paytm" })).Value!.Linked);
        Assert.Equal(
            ErrorCode.ProviderRefused, (await asha.ConfirmWallet("paytm", new Secret("000000"))).Refusal!.Code);
        var choice = new InstrumentChoice { Wallet = "paytm" };
        Assert.Equal(ErrorCode.InstrumentNotFound, (await asha.FindInstrument(choice)).Refusal!.Code);
        Assert.True((await asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password))).Value!.Linked);
        Assert.Equal(700, (await asha.ReadWallet("paytm")).Value!.Balance!.Value.AmountMinor);
        Assert.Equal("wallet-token-canary-state_1", (await asha.OpenInstrument(choice)).Value!.ProviderToken!.Reveal());
        Assert.DoesNotContain("wallet-token-canary", _shared.Store.Text($"{_shop}/"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            await asha.Instruments(Money.Of(701, Currency.Inr)), view => view is { Id: "wallet:paytm", Usable: true });
        Assert.Empty((await asha.UnlinkWallet("paytm")).Value!.Wallets);
        Assert.Empty(_provider.Wallets);
    }

    [Fact]
    public async Task A_wallet_whose_tokens_are_good_for_one_payment_is_read_for_each()
    {
        _provider.TokensLast = false;
        var asha = await PutAsync();
        await asha.LinkWallet(new LinkWallet { Wallet = "paytm" });
        Assert.True((await asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password))).Value!.Linked);
        foreach (var token in (string[])["wallet-token-canary-1", "wallet-token-canary-2"])
        {
            var opened = await asha.OpenInstrument(new InstrumentChoice { Wallet = "paytm" });
            Assert.Equal(token, opened.Value!.ProviderToken!.Reveal());
        }

        Assert.DoesNotContain("wallet-token-canary", _shared.Store.Text($"{_shop}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upi_ids_are_queried_once_and_not_as_a_directory()
    {
        var asha = await PutAsync();
        for (var number = 0; number < 10; number++)
        {
            Assert.True((await asha.ValidateUpi($"asha{number}@bank")).Value!.Valid);
            Assert.Equal("ASHA", (await asha.ValidateUpi($"asha{number}@bank")).Value!.Name);
        }

        Assert.Equal(10, _provider.Calls.Count(call => call.StartsWith("verify", StringComparison.Ordinal)));
        Assert.Equal(ErrorCode.RateLimited, (await asha.ValidateUpi("more@bank")).Refusal!.Code);
        Assert.True((await asha.ValidateUpi("asha3@bank")).Value!.Valid);
        Assert.True((await (await PutAsync("bala")).ValidateUpi("more@bank")).Value!.Valid);
        _shared.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.False((await asha.ValidateUpi("nobody@bank")).Value!.Valid);
    }

    [Fact]
    public async Task The_payer_of_one_payment_checks_UPI_ids_within_limits_of_its_own()
    {
        await PutAsync();
        var check = Silo.Grains.GetGrain<IUpiCheckGrain>($"{_shop}/pay_1");
        for (var number = 0; number < 10; number++)
        {
            Assert.Equal("ASHA", (await check.Check($"asha{number}@bank")).Value!.Name);
        }

        Assert.Equal(ErrorCode.RateLimited, (await check.Check("more@bank")).Refusal!.Code);
        Assert.True((await Silo.Grains.GetGrain<IUpiCheckGrain>($"{_shop}/pay_2").Check("more@bank")).Value!.Valid);
        _provider.IsAway = true;
        Assert.Equal(
            ErrorCode.Unavailable,
            (await Silo.Grains.GetGrain<IUpiCheckGrain>($"{_shop}/pay_3").Check("a@bank")).Refusal!.Code);
        Assert.Equal(
            ErrorCode.NoProvider,
            (await Silo.Grains.GetGrain<IUpiCheckGrain>("nobody/pay_1").Check("a@bank")).Refusal!.Code);
    }

    [Fact]
    public async Task Erasing_goes_on_until_nothing_is_left_anywhere()
    {
        var asha = await PutAsync();
        await asha.SaveCard(Card());
        await asha.SaveUpi("asha@bank");
        await asha.LinkWallet(new LinkWallet { Wallet = "paytm" });
        await asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password));
        _provider.Cards["cst_asha"] = [KeepingConnector.Card("ref_1", "4242")];
        _provider.IsAway = true;
        Assert.Equal(ErrorCode.Unavailable, (await asha.Erase()).Refusal!.Code);
        Assert.Null((await asha.Get())!.Name);
        Assert.Null(await asha.GetWallet());
        Assert.Empty(VaultKeys);
        Assert.NotEmpty(_provider.Cards["cst_asha"]);
        _provider.IsAway = false;
        Assert.NotNull((await asha.Erase()).Value!.ErasedAt);
        Assert.Empty(_provider.Cards["cst_asha"]);
        Assert.Empty(_provider.Wallets);
        foreach (var word in (string[])["Asha", "example", "98765", "asha@bank", "1111"])
        {
            Assert.DoesNotContain(word, _shared.Store.Text($"{_shop}/"), StringComparison.Ordinal);
        }

        Assert.Equal("Asha", (await (await PutAsync()).Get())!.Name);
    }

    private Task<ICustomerGrain> PutAsync(string id = "asha") => CustomersSilo.PutAsync(Silo, _shop, id);

    private static SaveCard Card(string number = "4111111111111111") => CustomersSilo.Card(number);
}
