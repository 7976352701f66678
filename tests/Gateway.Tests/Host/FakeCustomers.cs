using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Abstractions.Vault;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>A customer that remembers what it was asked, and refuses what the test says.</summary>
public sealed class FakeCustomer(string key) : ICustomerGrain
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    private static readonly SavedCardView Card = new()
    {
        Token = "card_1",
        Last4 = "1111",
        Network = "visa",
        ExpiryMonth = 12,
        ExpiryYear = 2030,
        ConsentedAt = At,
        ConsentText = "v1",
    };

    private static readonly LinkedWalletView Paytm = new()
    {
        Wallet = "paytm", Provider = "paytm", Linked = true, LinkedAt = At, Balance = Money.Of(700, Currency.Inr),
    };

    public ConcurrentQueue<object> Asked { get; } = new();

    public Refusal? Refusal { get; set; }

    /// <summary>Whether there is no such customer.</summary>
    public bool IsUnknown { get; set; }

    private CustomerView View =>
        new() { Id = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..], Name = "Asha", CreatedAt = At };

    private static WalletView Wallet => new()
    {
        Version = 7,
        Preferences = new WalletPreferences
        {
            DefaultInstrument = "card_1", DisabledMethods = [PaymentMethodKind.Netbanking],
        },
        Cards = [Card],
        UpiIds = [new SavedUpiView { Id = "upi_1", Vpa = "asha@bank", SavedAt = At }],
        Wallets = [Paytm],
    };

    public Task<Reply<CustomerView>> Put(PutCustomer command) => Answer(command, View);

    public Task<CustomerView?> Get() => Task.FromResult(IsUnknown ? null : View);

    public Task<Reply<CustomerView>> Erase() => Answer("erase", View with { Name = null, ErasedAt = At });

    public Task<WalletView?> GetWallet() => Task.FromResult(IsUnknown ? null : Wallet);

    public Task<Reply<WalletView>> PutWallet(PutWallet command) => Answer(command, Wallet);

    public Task<Reply<SavedCardView>> SaveCard(SaveCard command) => Answer(command, Card);

    public Task<Reply<CustomerView>> AgreeToCard(AgreeToCard command) => Answer(command, View);

    public Task<string?> OpenAccount(string provider) => throw new NotSupportedException();

    public Task<Reply<WalletView>> ListCards() => Answer("list", Wallet);

    public Task<Reply<WalletView>> DeleteCard(string token) => Answer(token, Wallet);

    public Task<Reply<UpiIdView>> ValidateUpi(string vpa) =>
        Answer(vpa, new UpiIdView { Vpa = vpa, Valid = true, Name = "ASHA" });

    public Task<Reply<SavedUpiView>> SaveUpi(string vpa) => Answer(vpa, Wallet.UpiIds[0]);

    public Task<Reply<WalletView>> DeleteUpi(string id) => Answer(id, Wallet);

    public Task<Reply<LinkedWalletView>> LinkWallet(LinkWallet command) => Answer(
        $"link {command.Wallet} {command.ReturnUrl}".TrimEnd(),
        Paytm with { Linked = false, ConsentUrl = command.ReturnUrl is null ? null : "https://wallet.example/agree" });

    public Task<WalletReturn?> WalletReturned(string wallet, string nonce) => Task.FromResult(nonce == "nonce"
        ? new WalletReturn { Status = WalletLinkStatus.Linked, ReturnUrl = "https://shop.example/back?x=1" }
        : null);

    public Task<Reply<LinkedWalletView>> ConfirmWallet(string wallet, Secret password) =>
        Answer($"confirm {wallet} {password.Reveal()}", Paytm);

    public Task<Reply<LinkedWalletView>> ReadWallet(string wallet) => Answer($"read {wallet}", Paytm);

    public Task<Reply<WalletView>> UnlinkWallet(string wallet) => Answer($"unlink {wallet}", Wallet);

    public Task<ImmutableArray<string>> PreferredProviders() => Task.FromResult(ImmutableArray<string>.Empty);

    public Task<ImmutableArray<InstrumentView>> Instruments(Money amount)
    {
        Asked.Enqueue(amount);
        return Task.FromResult<ImmutableArray<InstrumentView>>(
        [
            new InstrumentView
            {
                Id = "card_1",
                Kind = PaymentMethodKind.Card,
                Title = "Visa ending 1111",
                Saved = true,
                Usable = true,
                Reason = "Saved.",
                Name = "Visa",
                Last4 = "1111",
            },
        ]);
    }

    public Task<Reply<FoundInstrument>> FindInstrument(InstrumentChoice choice) => throw new NotSupportedException();

    public Task<Reply<OpenedInstrument>> OpenInstrument(InstrumentChoice choice) => throw new NotSupportedException();

    private Task<Reply<T>> Answer<T>(object asked, T value)
        where T : class
    {
        Asked.Enqueue(asked);
        return Task.FromResult(Refusal is null ? Reply<T>.Of(value) : Reply<T>.Refused(Refusal));
    }
}

/// <summary>Two transactions.</summary>
public sealed class FakeTransactions : ITransactionsGrain
{
    public TransactionQuery? Asked { get; private set; }

    public PaymentId Payment { get; } = PaymentId.New(TimeProvider.System);

    public Task<TransactionPage> List(TransactionQuery query)
    {
        Asked = query;
        return Task.FromResult(new TransactionPage
        {
            Transactions =
            [
                Of(2) with { RefundStatus = RefundStatus.Success }, Of(0) with { Status = PaymentStatus.Success },
            ],
            HasMore = true,
            Totals = [new TransactionTotal
            {
                Currency = Currency.Inr,
                Payments = 1,
                PaidMinor = 500,
                Refunds = 1,
                RefundedMinor = 500,
            }],
        });
    }

    private Transaction Of(int refund) => new()
    {
        Place = new TransactionPlace { At = DateTimeOffset.UnixEpoch.AddTicks(10), Payment = Payment, Refund = refund },
        OrderId = "o1",
        Amount = Money.Of(500, Currency.Inr),
        Method = PaymentMethodKind.Card,
    };
}

/// <summary>A vault with something to do.</summary>
public sealed class FakeVault : IVaultGrain
{
    public bool? NewKeys { get; private set; }

    public Task<Reply<VaultStatus>> Status() => Task.FromResult(Reply<VaultStatus>.Of(
        new VaultStatus { Cards = 5, OutdatedCards = 3, Keys = 2, OutdatedKeys = 1, MasterKey = "k2" }));

    public Task<Reply<VaultStatus>> Rotate(bool newKeys)
    {
        NewKeys = newKeys;
        return Status();
    }
}
