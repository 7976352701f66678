using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Paying with what the customer saved.</summary>
public sealed class SavedInstrumentTests(SavedInstrumentTests.Shared shared)
    : IClassFixture<SavedInstrumentTests.Shared>, IAsyncLifetime
{
    private const string Cvv = "987";

    private readonly string _shop = SharedSilo.NewMerchant("shop");
    private readonly MemoryJournal _journal = shared.Journal;
    private readonly TestSilo _silo = shared.Silo;
    private KeepingConnector _keeper = null!;
    private KeepingConnector _other = null!;

    public async Task InitializeAsync()
    {
        (_keeper, _other) = (shared.Keeper(_shop), shared.Other(_shop));
        await _silo.PutMerchantAsync(_shop, "s");
        await _silo.Merchant(_shop)
            .Put(new PutMerchant { Name = "shop", UpiCollectAllowed = false, CardVault = true });
        Assert.Null((await _silo.Merchant(_shop).PutCredentials("otherpay", TestSilo.Credentials("o"))).Refusal);
        await _silo.Customer(_shop, "asha").Put(new PutCustomer { Name = "Asha" });
        await _silo.Customer(_shop, "bala").Put(new PutCustomer { Name = "Bala" });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_card_that_a_provider_keeps_is_charged_there_by_its_token()
    {
        var (key, reply) = await StartAsync(Paying(SavedCard(await KeptCardAsync())));
        Assert.Equal(("4242", "visa"), (reply.Payment!.Method!.CardLast4, reply.Payment.Method.CardNetwork));
        Assert.Equal((PaymentStatus.Success, TestSilo.Provider), await FinalAsync(key));
        var card = Assert.IsType<ChargeInstrument.SavedCard>(Assert.Single(_keeper.Charges).Instrument);
        Assert.Equal(
            ("provider-token-canary", "visa", Cvv, "cst_asha"),
            (card.Token.Reveal(), card.Network, card.SecurityCode!.Reveal(), card.ProviderCustomer));
        await NothingSecretIsStoredAsync(key);
    }

    [Fact]
    public async Task What_one_provider_keeps_is_tried_at_no_other()
    {
        _keeper.Bank = _ => new ProviderOutcome.Declined
        {
            Failure = new Failure { Code = "provider_down", Message = "Down.", Party = FailureParty.Provider },
        };
        var (key, _) = await StartAsync(Paying(SavedCard(await KeptCardAsync())));
        Assert.Equal((PaymentStatus.Failed, TestSilo.Provider), await FinalAsync(key));
        Assert.Empty(_other.Charges);
    }

    [Fact]
    public async Task A_card_in_the_vault_is_charged_by_its_number_wherever_routing_leads()
    {
        _keeper.Bank = _other.Bank = request => _keeper.Charges.Count + _other.Charges.Count == 1
            ? new ProviderOutcome.Declined
            {
                Failure = new Failure { Code = "provider_down", Message = "Down.", Party = FailureParty.Provider },
            }
            : new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = request.Amount, ProviderReference = "pay_1",
            };
        var (key, _) = await StartAsync(Paying(SavedCard(await VaultCardAsync())));
        Assert.Equal(PaymentStatus.Success, (await FinalAsync(key)).Status);
        Assert.Equal((1, 1), (_keeper.Charges.Count, _other.Charges.Count));
        Assert.All(Charges(), charge =>
        {
            var (card, saving) = Assert.IsType<ChargeInstrument.TypedCard>(charge.Instrument);
            Assert.Equal(
                ("4111111111111111", Cvv, 2030, "A Customer"),
                (card.Number.Reveal(), card.SecurityCode.Reveal(), card.ExpiryYear, card.HolderName));
            Assert.Null(saving);
        });
        await NothingSecretIsStoredAsync(key);
    }

    [Fact]
    public async Task A_card_in_the_vault_needs_its_security_code()
    {
        var (_, reply) = await StartAsync(
            Paying(new Instrument.SavedCard { Token = await VaultCardAsync() }));
        Assert.Equal((ErrorCode.MissingField, "card.cvv"), (reply.Refusal!.Code, reply.Refusal.Field));
    }

    [Fact]
    public async Task What_is_another_customers_is_unknown()
    {
        var kept = await KeptCardAsync();
        foreach (var token in new[] { kept, "card_guess" })
        {
            var (key, reply) = await StartAsync(
                Paying(SavedCard(token)) with { Customer = new Customer { Id = "bala" } });
            Assert.Equal((ErrorCode.InstrumentNotFound, "card.token"), (reply.Refusal!.Code, reply.Refusal.Field));
            Assert.Null(await _journal.LoadAsync(key));
        }

        var (_, unproven) = await StartAsync(
            Paying(SavedCard(kept)) with { Customer = new Customer { Id = "asha", Unproven = true } });
        Assert.Equal((ErrorCode.InstrumentNotFound, "customer_id"), (unproven.Refusal!.Code, unproven.Refusal.Field));
        Assert.Empty(_keeper.Charges);
    }

    [Fact]
    public async Task A_payment_goes_to_the_provider_that_its_customer_prefers()
    {
        var providers = (string[])[TestSilo.Provider, "otherpay"];
        foreach (var (preferred, order) in providers.Select((provider, order) => (provider, order)))
        {
            await _silo.Customer(_shop, "asha").PutWallet(
                new PutWallet { Preferences = new WalletPreferences { PreferredProviders = [preferred] } });
            var command = Given.StartCommand(Given.TypedCard) with
            {
                OrderId = $"o_{order}",
                Customer = new Customer { Id = "asha" },
            };
            Assert.Equal(preferred, (await FinalAsync((await StartAsync(command)).Key)).Provider);
            // A payer who is not known to be asha, and an unknown one, pays as before.
            var first = await FinalAsync((await StartAsync(command with
            {
                OrderId = $"p_{order}",
                Customer = new Customer { Id = "asha", Unproven = true },
            })).Key);
            var second = await FinalAsync(
                (await StartAsync(command with { OrderId = $"q_{order}", Customer = new Customer { Id = "x" } })).Key);
            Assert.Equal((providers.Order().First(), providers.Order().First()), (first.Provider, second.Provider));
        }
    }

    [Fact]
    public async Task A_linked_wallet_is_debited_by_its_token_and_another_customers_is_not()
    {
        var asha = _silo.Customer(_shop, "asha");
        await asha.LinkWallet(new LinkWallet { Wallet = "paytm" });
        await asha.ConfirmWallet("paytm", new Secret(KeepingConnector.Password));
        // The provider that was called first holds the link.
        var holder = (await asha.GetWallet())!.Wallets.Single().Provider;
        var (key, _) = await StartAsync(Wallet(new Customer { Id = "asha" }));
        Assert.Equal((PaymentStatus.Success, holder), await FinalAsync(key));
        var wallet = Assert.IsType<ChargeInstrument.LinkedWallet>(Assert.Single(Charges()).Instrument);
        Assert.Equal("paytm", wallet.Code);
        Assert.StartsWith("wallet-token-canary", wallet.Token.Reveal(), StringComparison.Ordinal);
        Assert.StartsWith(
            "state_",
            PaymentRecord.Fold((await _journal.LoadAsync(key))!).Attempts.Single().Link,
            StringComparison.Ordinal);
        await NothingSecretIsStoredAsync(key);

        foreach (var payer in new[]
        {
            new Customer { Id = "bala" }, new Customer { Id = "asha", Unproven = true }, new Customer(),
        })
        {
            await FinalAsync((await StartAsync(Wallet(payer))).Key);
            Assert.Equal(
                new ChargeInstrument.Wallet("paytm"), Charges().Last(charge => charge.Customer == payer).Instrument);
        }
    }

    [Fact]
    public async Task A_request_that_is_sent_again_gets_the_same_reply_though_the_card_is_gone()
    {
        var card = await KeptCardAsync();
        var command = Paying(SavedCard(card)) with { Request = new RequestKey { Key = "k", Fingerprint = "f" } };
        var (key, first) = await StartAsync(command);
        Assert.Null(first.Refusal);
        await FinalAsync(key);
        await _silo.Customer(_shop, "asha").DeleteCard(card);
        var again = await Payment(key).Start(command);
        Assert.True(again.Replayed);
        Assert.Equal(PaymentStatus.Success, again.Payment!.Status);
        Assert.Single(_keeper.Charges);
    }

    [Fact]
    public async Task A_card_is_kept_only_after_the_consent_was_noted()
    {
        var typed = Paying(Given.TypedCard with { ConsentText = "v7" }) with { OrderId = "o_consent" };
        var (key, _) = await StartAsync(typed);
        await FinalAsync(key);
        Assert.Equal(new CardSaving("cst_asha"), TypedCard(Assert.Single(Charges())).Saving);
        _keeper.Cards["cst_asha"] = [KeepingConnector.Card("ref_9", "1111")];
        Assert.Equal("v7", Assert.Single((await _silo.Customer(_shop, "asha").ListCards()).Value!.Cards).ConsentText);

        var (_, unknown) = await StartAsync(typed with { OrderId = "o_2", Customer = new Customer { Id = "nobody" } });
        Assert.Equal(ErrorCode.CustomerNotFound, unknown.Refusal!.Code);
    }

    [Fact]
    public async Task A_payment_goes_on_though_the_provider_cannot_be_told_whose_card_it_is_to_keep()
    {
        _keeper.IsAway = _other.IsAway = true;
        var typed = Paying(Given.TypedCard with { ConsentText = "v7" }) with { OrderId = "o_away" };
        Assert.Equal(PaymentStatus.Success, (await FinalAsync((await StartAsync(typed)).Key)).Status);
        Assert.Equal(new CardSaving(null), TypedCard(Assert.Single(Charges())).Saving);

        // A payer without a saved card is registered at no provider.
        _keeper.IsAway = _other.IsAway = false;
        await FinalAsync((await StartAsync(typed with { OrderId = "o_typed", Instrument = Given.TypedCard })).Key);
        Assert.Single(Charges(), charge => TypedCard(charge).Saving is null);
        Assert.Single(_keeper.Calls.Concat(_other.Calls), call => call == "open asha");
    }

    private IEnumerable<ChargeRequest> Charges() => _keeper.Charges.Concat(_other.Charges);

    private static ChargeInstrument.TypedCard TypedCard(ChargeRequest charge) =>
        Assert.IsType<ChargeInstrument.TypedCard>(charge.Instrument);

    private async Task<string> KeptCardAsync()
    {
        var asha = _silo.Customer(_shop, "asha");
        await asha.AgreeToCard(
            new AgreeToCard { Last4 = "4242", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" });
        _keeper.Cards["cst_asha"] = [KeepingConnector.Card("ref_1", "4242")];
        return (await asha.ListCards()).Value!.Cards.Single().Token;
    }

    private async Task<string> VaultCardAsync() => (await _silo.Customer(_shop, "asha").SaveCard(new SaveCard
    {
        Number = Given.Card.Number,
        ExpiryMonth = 12,
        ExpiryYear = 2030,
        HolderName = "A Customer",
        Indian = false,
        ConsentText = "v1",
    })).Value!.Token;

    private static Instrument.SavedCard SavedCard(string token) =>
        new() { Token = token, SecurityCode = new Secret(Cvv) };

    private static StartPayment Paying(Instrument instrument) =>
        Given.StartCommand(instrument) with { Customer = new Customer { Id = "asha" } };

    private static StartPayment Wallet(Customer payer) =>
        Paying(new Instrument.LinkedWallet { Code = "paytm" }) with { Customer = payer };

    private async Task<(PaymentKey Key, StartReply Reply)> StartAsync(StartPayment command)
    {
        var key = PaymentKey.Of(_shop, PaymentId.New(TimeProvider.System));
        return (key, await Payment(key).Start(command));
    }

    private IPaymentGrain Payment(PaymentKey key) => _silo.Grains.GetGrain<IPaymentGrain>(key.ToString());

    private async Task<(PaymentStatus Status, string? Provider)> FinalAsync(PaymentKey key)
    {
        PaymentView? view = null;
        await Eventually.HoldsAsync(
            async () => (view = await Payment(key).Get()) is { IsFinal: true },
            () => $"the payment settled; it stands at {view}");
        return (view!.Status, view.Provider);
    }

    private async Task NothingSecretIsStoredAsync(PaymentKey key)
    {
        var text = string.Concat((await _journal.LoadAsync(key))!.Events.Select(happened =>
            Encoding.UTF8.GetString(happened.Data.ToArray())));
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        CardTraces.NoneIn(text, "4111111111111111", Cvv);
    }

    /// <summary>One silo for all of them; each merchant has its own at the providers.</summary>
    public sealed class Shared : SharedSilo
    {
        private readonly ConcurrentDictionary<string, KeepingConnector> _keepers = new();
        private readonly ConcurrentDictionary<string, KeepingConnector> _others = new();

        internal MemoryJournal Journal { get; } = new();

        internal KeepingConnector Keeper(string merchant) => _keepers.GetOrAdd(merchant, _ => new KeepingConnector());

        internal KeepingConnector Other(string merchant) =>
            _others.GetOrAdd(merchant, _ => new KeepingConnector("otherpay"));

        private protected override void Configure(HostApplicationBuilder builder)
        {
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.RemoveAll<IConnector>();
            builder.Services.AddSingleton<IConnector>(PerMerchant.Connector<IKeepingConnector>(Keeper));
            builder.Services.AddSingleton<IConnector>(PerMerchant.Connector<IKeepingConnector>(Other));
            builder.Services.AddSingleton<IPaymentJournal>(Journal);
            builder.Services.AddSingleton<ICardVault>(new MemoryVault());
            builder.Services.AddPaymentEngine();
        }
    }
}
