using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>What holds after any changes in any order. A history is a list of numbers, so that a failing one
/// shrinks.</summary>
public sealed class CustomerDeciderTests
{
    private const int Acts = 12;

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Whatever_happens_the_default_and_the_order_name_only_what_is_there() => ForAnyHistory(history =>
    {
        foreach (var customer in Play(history))
        {
            string[] ids =
            [
                .. customer.Cards.Select(card => card.Token), .. customer.UpiIds.Select(upi => upi.Id),
                .. customer.Wallets.Where(wallet => wallet.LinkedAt is not null).Select(CustomerChanges.IdOf),
            ];
            Assert.True(
                customer.Preferences.DefaultInstrument is null || ids.Contains(customer.Preferences.DefaultInstrument));
            Assert.Subset(ids.ToHashSet(), customer.Preferences.Order.ToHashSet());
        }
    });

    [Fact]
    public void Whatever_happens_the_version_never_is_refunded_and_moves_with_what_is_seen() => ForAnyHistory(history =>
    {
        CustomerDocument? before = null;
        foreach (var customer in Play(history))
        {
            if (before is not null)
            {
                Assert.True(customer.Version >= before.Version);
                Assert.True(customer.Version > before.Version || Seen(before) == Seen(customer));
            }

            before = customer;
        }
    });

    [Fact]
    public void Nothing_is_there_twice() => ForAnyHistory(history =>
    {
        foreach (var customer in Play(history))
        {
            Distinct(customer.Cards.Select(card => card.Token));
            Distinct(customer.Wallets.Select(wallet => wallet.Wallet));
            Distinct(customer.Preferences.Order);
            Distinct(customer.Cards.Where(card => card.Provider is not null).Select(card => card.Reference!));
        }
    });

    [Fact]
    public void Erasing_leaves_nothing_of_the_person() => ForAnyHistory(history =>
    {
        var erased = CustomerChanges.Erase(Play(history).Last(), Now);
        var text = Encoding.UTF8.GetString(
            new DocumentJsonSerializer().Serialize(erased with { PendingDeletions = [] }));
        foreach (var word in (string[])["Asha", "asha", "98765", "1111", "card_", "\"upi_1", "cst_", "v1"])
        {
            Assert.DoesNotContain(word, text, StringComparison.Ordinal);
        }

        Assert.Equal(Now, erased.ErasedAt);
    });

    [Fact]
    public void What_is_deleted_is_to_be_deleted_where_it_is_kept()
    {
        var customer = With(Card("card_1", "juspay", "ref"), Card("card_2", null, null));
        customer = CustomerChanges.SetAccount(customer, new StoredAccount { Provider = "juspay", Id = "cst_1" });
        var after = CustomerChanges.RemoveCard(customer, customer.Cards[0]);
        after = CustomerChanges.RemoveCard(after, customer.Cards[1]);
        Assert.Equal(
            [
                new PendingDeletion { CardReference = "ref", Provider = "juspay", ProviderCustomer = "cst_1" },
                new PendingDeletion { VaultToken = "card_2" },
            ],
            after.PendingDeletions.AsEnumerable());
        Assert.Empty(CustomerChanges.Deleted(
            CustomerChanges.Deleted(after, after.PendingDeletions[0]), after.PendingDeletions[1]).PendingDeletions);
    }

    [Fact]
    public void A_card_is_listed_only_if_the_customer_agreed_to_it()
    {
        var listed = ImmutableArray.Create(Kept("ref_1", "1111"), Kept("ref_2", "2222"));
        var customer = CustomerChanges.Agree(With(), Consent("1111"), Now);
        var after = CustomerChanges.Reconcile(customer, "juspay", listed, () => "card_new");
        Assert.Equal(
            ("1111", "ref_1", "v1"),
            (after.Cards.Single().Last4, after.Cards[0].Reference, after.Cards[0].ConsentText));
        Assert.Equal(after, CustomerChanges.Reconcile(after, "juspay", listed, () => "card_newer"));
        Assert.Empty(CustomerChanges.Reconcile(after, "juspay", [], () => "card_newer").Cards);
        Assert.Single(CustomerChanges.Reconcile(after, "payu", [], () => "card_newer").Cards);
        var leaving = CustomerChanges.RemoveCard(after, after.Cards[0]);
        Assert.Empty(CustomerChanges.Reconcile(leaving, "juspay", listed, () => "card_newer").Cards);
    }

    [Fact]
    public void A_change_made_on_another_version_is_refused()
    {
        var customer = CustomerChanges.Prefer(
            With(Card("card_1", null, null)), new WalletPreferences { UpiApp = "phonepe" });
        Assert.Equal(ErrorCode.VersionConflict, Check(customer, new WalletPreferences(), customer.Version - 1));
        Assert.Null(Check(customer, new WalletPreferences { DefaultInstrument = "card_1" }, customer.Version));
        Assert.Equal(
            ErrorCode.InvalidField, Check(customer, new WalletPreferences { DefaultInstrument = "card_2" }, null));
        Assert.Equal(ErrorCode.InvalidField, Check(customer, new WalletPreferences { Order = ["upi_9"] }, null));
    }

    [Fact]
    public void Instruments_come_best_first_and_say_why()
    {
        var customer = With(
            Card("card_old", "juspay", "r0", year: 2020), Card("card_1", "juspay", "r1"), Card("card_2", "gone", "r2"));
        customer = CustomerChanges.AddUpiId(
            customer, new StoredUpiId { Id = "upi_1", Vpa = "asha@bank", SavedAt = Now });
        customer = CustomerChanges.SetWallet(customer, Wallet(Now));
        customer = CustomerChanges.Prefer(customer, new WalletPreferences
        {
            DefaultInstrument = "wallet:paytm", DisabledMethods = [PaymentMethodKind.Netbanking],
        });
        var offer = new InstrumentOffer(
            ImmutableDictionary<string, ConnectorCapabilities>.Empty.Add("juspay", Everything).Add("paytm", Everything),
            UpiCollectAllowed: false);
        var balances = new Dictionary<string, Money>(StringComparer.Ordinal);
        var amount = Money.Of(500, Currency.Inr);
        var views = CustomerInstruments.Of(customer, amount, offer, balances, Now);
        Assert.Equal(
            [
                "wallet:paytm", "card_1", "upi_intent", "upi_qr", "card", "wallet", "card_old", "card_2", "upi_1",
                "netbanking",
            ],
            views.Select(view => view.Id));
        Assert.Equal("The card has expired.", views.First(view => view.Id == "card_old").Reason);
        Assert.Equal("UPI collect is not allowed for this merchant.", views.First(view => view.Id == "upi_1").Reason);
        Assert.All(views, view => Assert.NotEmpty(view.Reason));

        balances["paytm"] = Money.Of(499, Currency.Inr);
        Assert.False(CustomerInstruments.Of(customer, amount, offer, balances, Now)
            .First(view => view.Id == "wallet:paytm").Usable);
    }

    [Fact]
    public void What_is_offered_is_what_some_provider_takes_for_the_amount()
    {
        var euros = Everything with
        {
            Methods = [PaymentMethodKind.Wallet],
            UpiFlows = [],
            Currencies = ["EUR"],
            Wallets = ["amazonpay"],
        };
        var offer = new InstrumentOffer(
            ImmutableDictionary<string, ConnectorCapabilities>.Empty.Add("amazonpay", euros).Add("paytm", Everything),
            UpiCollectAllowed: false);
        Assert.Equal(PaymentMethodKind.Wallet, Assert.Single(offer.Methods(Money.Of(500, Currency.Parse("EUR")))));
        Assert.Equal("amazonpay", Assert.Single(offer.Wallets(Money.Of(500, Currency.Parse("EUR")))!));
        Assert.Empty(offer.UpiFlows(Money.Of(500, Currency.Parse("EUR"))));
        Assert.Equal(Enum.GetValues<PaymentMethodKind>(), offer.Methods(Money.Of(500, Currency.Inr)).AsEnumerable());
        Assert.Null(offer.Wallets(Money.Of(500, Currency.Inr)));
        Assert.Equal(
            (UpiFlow[])[UpiFlow.Intent, UpiFlow.Qr], offer.UpiFlows(Money.Of(500, Currency.Inr)).AsEnumerable());
        Assert.Empty(offer.Methods(Money.Of(500, Currency.Parse("JPY"))));
    }

    private static ConnectorCapabilities Everything => new()
    {
        Methods = [.. Enum.GetValues<PaymentMethodKind>()],
        UpiFlows = [.. Enum.GetValues<UpiFlow>()],
        Currencies = ["INR"],
        CapturesByItself = true,
        PartialCapture = false,
        Voids = false,
        PartialRefund = true,
        Credentials = [],
        VisibilityWindow = TimeSpan.FromSeconds(1),
        LateSuccess = TimeSpan.FromSeconds(1),
    };

    private static void ForAnyHistory(Action<int[]> holds) => Prop
        .ForAll(ArbMap.Default.ArbFor<int[]>(), holds)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(40));

    private static List<CustomerDocument> Play(int[] history)
    {
        var customer = CustomerChanges.Put(
            null, new PutCustomer { Name = "Asha", Email = "asha@shop.example", Phone = "9876543210" }, Now);
        var seen = new List<CustomerDocument> { customer };
        foreach (var number in history.Select(Math.Abs))
        {
            customer = Act(customer, number % Acts, number / Acts % 4);
            seen.Add(customer);
        }

        return seen;
    }

    private static CustomerDocument Act(CustomerDocument customer, int act, int which) => act switch
    {
        0 => CustomerChanges.AddCard(customer, Card($"card_{which}", null, null)),
        1 => CustomerChanges.Reconcile(
            CustomerChanges.Agree(customer, Consent("1111"), Now),
            "juspay",
            [Kept($"ref_{which}", "1111")],
            () => $"card_j{which}{customer.Version}"),
        2 when customer.Cards.Length > which => CustomerChanges.RemoveCard(customer, customer.Cards[which]),
        3 when customer.UpiIds.Length < 4 => CustomerChanges.AddUpiId(
            customer, new StoredUpiId { Id = $"upi_{customer.Version}", Vpa = $"asha{which}@bank", SavedAt = Now }),
        4 when customer.UpiIds.Length > which => CustomerChanges.RemoveUpiId(customer, customer.UpiIds[which].Id),
        5 => CustomerChanges.SetWallet(customer, Wallet(which % 2 == 0 ? Now : null)),
        6 when !customer.Wallets.IsEmpty => CustomerChanges.RemoveWallet(customer, customer.Wallets[0]),
        7 => Prefer(customer, which),
        8 when customer.PendingDeletions.Length > which =>
            CustomerChanges.Deleted(customer, customer.PendingDeletions[which]),
        9 => CustomerChanges.SetAccount(customer, new StoredAccount { Provider = "juspay", Id = "cst_1" }),
        10 when which > 0 => CustomerChanges.Put(
            CustomerChanges.Erase(customer, Now), new PutCustomer { Name = "Asha" }, Now),
        11 when customer.Wallets is [{ LinkedAt: null } waiting] => CustomerChanges.DropWallet(customer, waiting),
        _ => customer,
    };

    private static CustomerDocument Prefer(CustomerDocument customer, int which)
    {
        string[] ids = [.. customer.Cards.Select(card => card.Token), .. customer.UpiIds.Select(upi => upi.Id)];
        var command = new PutWallet
        {
            Preferences = new WalletPreferences
            {
                DefaultInstrument = ids.ElementAtOrDefault(which), Order = [.. ids.Reverse(), .. ids.Take(1)],
            },
        };
        return CustomerDecider.Decide(customer, command, Context).Document!;
    }

    private static CustomerDocument With(params StoredCard[] cards) => cards.Aggregate(
        CustomerChanges.Put(null, new PutCustomer { Name = "Asha" }, Now), CustomerChanges.AddCard);

    private static StoredCard Card(string token, string? provider, string? reference, int year = 2030) => new()
    {
        Token = token,
        Last4 = "1111",
        Network = "visa",
        ExpiryMonth = 12,
        ExpiryYear = year,
        Provider = provider,
        Reference = reference,
        ConsentedAt = Now,
        ConsentText = "v1",
    };

    private static AgreeToCard Consent(string last4) =>
        new() { Last4 = last4, ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" };

    private static ProviderCard Kept(string reference, string last4) => new()
    {
        Reference = reference,
        Token = new Secret("t"),
        Last4 = last4,
        Network = "visa",
        ExpiryMonth = 12,
        ExpiryYear = 2030,
    };

    private static StoredWallet Wallet(DateTimeOffset? linkedAt) =>
        new() { Wallet = "paytm", Provider = "paytm", Reference = "w1", LinkedAt = linkedAt };

    private static ErrorCode? Check(CustomerDocument customer, WalletPreferences preferences, int? version) =>
        CustomerDecider.Decide(
            customer, new PutWallet { ExpectedVersion = version, Preferences = preferences }, Context).Refusal?.Code;

    private static CustomerContext Context => new() { Now = Now, NewId = prefix => prefix + "new" };

    private static void Distinct(IEnumerable<string> ids)
    {
        var all = ids.ToList();
        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
    }

    private static string Seen(CustomerDocument customer)
    {
        var view = CustomerMapping.View(customer) with { Version = 0 };
        return System.Text.Json.JsonSerializer.Serialize(view);
    }
}
