using FsCheck;
using FsCheck.Fluent;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Customers;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>The rules of a customer, each by what is given, what comes, and what is decided.</summary>
public sealed class CustomerRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly CustomerDocument Asha = CustomerChanges.Put(null, new PutCustomer { Name = "Asha" }, Now);
    private static readonly CustomerDocument Erased = CustomerChanges.Erase(Asha, Now);

    private static int s_ids;

    [Fact]
    public void A_card_that_may_be_kept_is_named_before_it_is_saved()
    {
        var decision = CardDecider.Decide(Asha, CustomerRig.Card(), Context());
        var saving = Assert.IsType<CustomerOperation.KeepCard>(Assert.Single(decision.Operations));
        var named = Assert.Single(decision.Document!.PendingOperations);
        Assert.Equal(
            (saving.Id, PendingOperationKind.SaveCard, saving.Token), (named.Id, named.Kind, named.VaultToken));
        Assert.Equal(Asha.Version, decision.Document.Version);
    }

    [Theory]
    [InlineData("4111111111111111", true, 2030, ErrorCode.CardNotKept, "issued_in")]
    [InlineData("6073849700004947", false, 2030, ErrorCode.CardNotKept, "issued_in")]
    [InlineData("4111111111111111", false, 2020, ErrorCode.CardInvalid, "expiry_year")]
    public void A_card_that_may_not_be_kept_is_refused(
        string number, bool indian, int year, ErrorCode code, string field)
    {
        var decision = CardDecider.Decide(Asha, CustomerRig.Card(number, year) with { Indian = indian }, Context());
        AssertRefused(decision, code, field);
    }

    [Fact]
    public void Without_a_vault_no_card_is_saved() => AssertRefused(
        CardDecider.Decide(Asha, CustomerRig.Card(), Context() with { HasVault = false }), ErrorCode.CardNotKept, null);

    [Fact]
    public void A_card_too_many_is_deleted_from_the_vault_again()
    {
        var full = Enumerable.Range(0, CustomerChanges.MaxSaved).Aggregate(
            Asha, (customer, number) => CustomerChanges.AddCard(customer, Card($"card_{number}")));
        var decision = Save(full, "card_new");
        Assert.Equal(ErrorCode.LimitReached, decision.Refusal!.Code);
        Assert.Equal("card_new", Assert.Single(decision.Document!.PendingDeletions).VaultToken);
        Assert.IsType<CustomerOperation.Delete>(Assert.Single(decision.Operations));
        // One that is there already is not one more.
        Assert.Equal("card_3", Save(full, "card_3").Subject);
    }

    [Fact]
    public void A_card_whose_saving_may_have_failed_is_deleted_to_be_sure()
    {
        var begun = CardDecider.Decide(Asha, CustomerRig.Card(), Context());
        var saving = (CustomerOperation.KeepCard)begun.Operations[0];
        var failed = new OperationOutcome.Failed(CustomerRefusals.VaultUnavailable, IsFinal: false);
        var decision = Report(begun.Document!, saving, failed);
        Assert.Equal(saving.Token, Assert.Single(decision.Document!.PendingDeletions).VaultToken);
        Assert.Empty(decision.Document.PendingOperations);
        var notCalled = Report(begun.Document!, saving, failed with { WasCalled = false });
        Assert.Empty(notCalled.Document!.PendingDeletions);
    }

    [Fact]
    public void Nothing_is_saved_where_something_is_still_to_be_deleted()
    {
        var deleting = CustomerChanges.Delete(Asha, new PendingDeletion { VaultToken = "card_old" });
        var begun = CardDecider.Decide(deleting, CustomerRig.Card(), Context());
        Assert.IsType<OperationOutcome.Failed>(CustomerDecider.Admit(begun.Document!, begun.Operations[0], Now));

        var unlinking = CustomerChanges.Delete(Asha, new PendingDeletion { Wallet = Wallet("paytm", linked: true) });
        var linking = WalletDecider.Decide(unlinking, new LinkWallet { Wallet = "paytm" }, Context());
        Assert.IsType<OperationOutcome.Failed>(CustomerDecider.Admit(linking.Document!, linking.Operations[0], Now));
    }

    [Fact]
    public void Only_providers_that_may_keep_cards_of_the_customer_are_requested_them()
    {
        Assert.Empty(CardDecider.Decide(Asha, new ListCards(), Context()).Operations);
        var agreed = CustomerChanges.Agree(
            Asha, new AgreeToCard { Last4 = "1111", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" }, Now);
        var decision = CardDecider.Decide(agreed, new ListCards(), Context());
        Assert.Equal(["juspay", "razorpay"], decision.Operations.Select(operation => operation.Keeper));
        // The lists may register the customer; that is named.
        Assert.Equal(["juspay", "razorpay"], decision.Document!.PendingOperations.Select(named => named.Provider!));
        var fresh = Context() with { CardsFreshUntil = Now.AddSeconds(1) };
        Assert.Empty(CardDecider.Decide(agreed, new ListCards(), fresh).Operations);
    }

    [Fact]
    public void What_is_requested_again_because_the_response_was_lost_completes_the_deletion()
    {
        var deleted = CardDecider.Decide(
            CustomerChanges.AddCard(Asha, Card("card_1")), new DeleteCard("card_1"), Context());
        Assert.Single(deleted.Operations);
        var again = CardDecider.Decide(deleted.Document, new DeleteCard("card_1"), Context());
        Assert.Equal(ErrorCode.InstrumentNotFound, again.Refusal!.Code);
        Assert.Single(again.Operations);
        Assert.Equal(deleted.Document, again.Document);
    }

    [Fact]
    public void A_wallet_is_linked_through_its_own_company_first_and_then_through_the_others()
    {
        var begun = WalletDecider.Decide(Asha, new LinkWallet { Wallet = "razorpay" }, Context());
        var first = Assert.IsType<CustomerOperation.RequestLink>(Assert.Single(begun.Operations));
        Assert.Equal("razorpay", first.Provider);
        Assert.Equal<IEnumerable<string>>(["juspay"], first.Next);
        var failed = new OperationOutcome.Failed(CustomerRefusals.ProviderUnavailable, IsFinal: false);
        var next = Report(begun.Document!, first, failed);
        var second = Assert.IsType<CustomerOperation.RequestLink>(Assert.Single(next.Operations));
        Assert.Equal(("juspay", first.Id), (second.Provider, second.Id));
        Assert.Equal(ErrorCode.Unavailable, Report(next.Document!, second, failed).Refusal!.Code);
        AssertRefused(
            WalletDecider.Decide(Asha, new LinkWallet { Wallet = "x" }, Context() with { Providers = [] }),
            ErrorCode.NoProvider,
            "wallet");
    }

    [Fact]
    public void A_wallet_that_its_customer_unlinked_at_the_provider_is_removed()
    {
        var customer = CustomerChanges.SetWallet(Asha, Wallet("paytm", linked: true));
        var reading = WalletDecider.Decide(customer, new ReadWallet("paytm"), Context());
        var decision = Report(customer, reading.Operations[0], new OperationOutcome.WalletRead(
            new() { Reference = "link", Linked = false }, Token: null));
        Assert.Equal(ErrorCode.InstrumentNotFound, decision.Refusal!.Code);
        Assert.Empty(decision.Document!.Wallets);
    }

    [Fact]
    public void What_an_operation_made_for_a_customer_who_was_erased_meanwhile_is_deleted()
    {
        var agreed = CustomerChanges.Agree(
            Asha, new AgreeToCard { Last4 = "1111", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" }, Now);
        var listing = CardDecider.Decide(agreed, new ListCards(), Context());
        var erased = CustomerChanges.Erase(listing.Document!, Now);
        var decision = Report(erased, listing.Operations[0], new OperationOutcome.CardsListed([])
        {
            Account = new StoredAccount { Provider = "juspay", Id = "cst_1" },
        });
        Assert.Contains(
            new PendingDeletion
            {
                CardReference = PendingDeletion.All, Provider = "juspay", ProviderCustomer = "cst_1",
            },
            decision.Document!.PendingDeletions);
        Assert.Empty(decision.Document.Accounts);
    }

    [Fact]
    public void Every_command_to_a_customer_who_does_not_exist_is_refused_and_stores_nothing()
    {
        foreach (var customer in (CustomerDocument?[])[null, Erased])
        {
            foreach (var decide in Commands())
            {
                var decision = decide(customer);
                Assert.True(decision.Refusal is { Code: ErrorCode.CustomerNotFound or ErrorCode.InstrumentNotFound });
                Assert.Equal(customer, decision.Document);
                Assert.Empty(decision.Operations);
            }
        }
    }

    [Fact]
    public void Repeating_a_command_after_its_operations_reported_changes_nothing_that_is_seen() => Prop
        .ForAll(ArbMap.Default.ArbFor<int[]>(), history =>
        {
            var customer = Asha;
            foreach (var number in history.Select(Math.Abs))
            {
                var command = Commands()[number % Commands().Length];
                customer = Complete(command(customer));
                var again = Complete(command(customer));
                Assert.Equal(Seen(customer), Seen(again));
            }
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(20));

    private static CustomerDocument Complete(CustomerDecision decision)
    {
        var customer = Run(decision);
        Assert.Empty(customer.PendingDeletions);
        Assert.Empty(customer.PendingOperations);
        return customer;
    }

    // Whatever is started succeeds.
    private static CustomerDocument Run(CustomerDecision decision)
    {
        var customer = decision.Document!;
        foreach (var operation in decision.Operations)
        {
            if (CustomerDecider.Admit(customer, operation, Now) is null)
            {
                customer = Run(Report(customer, operation, SuccessOf(operation)));
            }
        }

        return customer;
    }

    private static OperationOutcome SuccessOf(CustomerOperation operation) => operation switch
    {
        // The number is known: it has the token that it had.
        CustomerOperation.KeepCard => new OperationOutcome.CardSaved("card_of_4111"),
        CustomerOperation.ListCards => new OperationOutcome.CardsListed([]),
        CustomerOperation.RequestLink => new OperationOutcome.LinkRequested("link", PageUrl: null),
        CustomerOperation.ConfirmLink or CustomerOperation.ReadWallet =>
            new OperationOutcome.WalletRead(new() { Reference = "link", Linked = true }, Token: null),
        _ => new OperationOutcome.Done(),
    };

    private static Func<CustomerDocument?, CustomerDecision>[] Commands() =>
    [
        customer => CardDecider.Decide(customer, CustomerRig.Card(), Context()),
        customer => CardDecider.Decide(customer, new ListCards(), Context()),
        customer => CardDecider.Decide(customer, new DeleteCard("card_of_4111"), Context()),
        customer => CardDecider.Decide(
            customer,
            new AgreeToCard { Last4 = "1", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1" },
            Context()),
        customer => CustomerDecider.Decide(customer, new SaveUpi("asha@bank"), Context()),
        customer => CustomerDecider.Decide(customer, new DeleteUpi("upi_9"), Context()),
        customer => CustomerDecider.Decide(customer, new OpenAccount("juspay"), Context()),
        customer => WalletDecider.Decide(customer, new LinkWallet { Wallet = "paytm" }, Context()),
        customer => WalletDecider.Decide(customer, new ConfirmWallet("paytm", new Secret("1")), Context()),
        customer => WalletDecider.Decide(customer, new ReadWallet("paytm"), Context()),
        customer => WalletDecider.Decide(customer, new UnlinkWallet("paytm"), Context()),
        customer => WalletDecider.Decide(customer, new ReturnFromWallet("paytm", "guess"), Context()),
        customer => CustomerDecider.Decide(
            customer, new PutWallet { Preferences = new WalletPreferences { UpiApp = "phonepe" } }, Context()),
    ];

    private static CustomerDecision Save(CustomerDocument customer, string token)
    {
        var begun = CardDecider.Decide(customer, CustomerRig.Card(), Context());
        return Report(begun.Document!, begun.Operations[0], new OperationOutcome.CardSaved(token));
    }

    private static CustomerDecision Report(
        CustomerDocument customer, CustomerOperation operation, OperationOutcome outcome) =>
        CustomerDecider.Decide(customer, new OperationReport(operation, outcome), Context());

    private static void AssertRefused(CustomerDecision decision, ErrorCode code, string? field)
    {
        Assert.Equal((code, field), (decision.Refusal!.Code, decision.Refusal.Field));
        Assert.Empty(decision.Operations);
        Assert.Equal(Asha, decision.Document);
    }

    private static string Seen(CustomerDocument customer) =>
        System.Text.Json.JsonSerializer.Serialize(CustomerMapping.View(customer) with { Version = 0 });

    private static StoredCard Card(string token) => new()
    {
        Token = token, Last4 = "1111", ExpiryMonth = 12, ExpiryYear = 2030, ConsentedAt = Now, ConsentText = "v1",
    };

    private static StoredWallet Wallet(string wallet, bool linked) => new()
    {
        Wallet = wallet, Provider = "juspay", Reference = "link", LinkedAt = linked ? Now : null,
    };

    private static CustomerContext Context() => new()
    {
        Now = Now,
        NewId = prefix => $"{prefix}{Interlocked.Increment(ref s_ids)}",
        HasVault = true,
        Providers =
        [
            new ProviderFacts("amazonpay") { ConsentWallets = ["amazonpay"] },
            new ProviderFacts("juspay") { RegistersCustomers = true, KeepsCards = true, LinksByPassword = true },
            new ProviderFacts("razorpay") { RegistersCustomers = true, KeepsCards = true, LinksByPassword = true },
        ],
    };
}
