using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Clients;

/// <summary>What customers saved: one card in the vault, one at the first provider, and a wallet that is linked at the
/// second one. Cards can be deleted, and the wallet can be linked again, in the middle of a payment.</summary>
internal sealed class SavedWallets(World world)
{
    private readonly Dictionary<string, SavedWallet> _wallets = new(StringComparer.Ordinal);

    /// <summary>What a customer saved.</summary>
    public SavedWallet Of(string customer)
    {
        if (!_wallets.TryGetValue(customer, out var wallet))
        {
            _wallets.Add(customer, wallet = new SavedWallet(customer));
        }

        return wallet;
    }

    /// <summary>Whether the vault has a card.</summary>
    public bool IsInVault(string token) =>
        _wallets.Values.Any(wallet => wallet.HasCards && token == $"vault-{wallet.Customer}");

    /// <summary>Loses or renews something of a customer's, sooner or later, in some runs.</summary>
    public void MayChange(string customer)
    {
        if (world.Choices.Happens(world.Weather.LostInstruments))
        {
            world.After(world.Choices.UpTo(TimeSpan.FromHours(1)), World.Forever(customer), () =>
            {
                world.Tell(customer, $"deletes the cards, and links the wallet again");
                Of(customer).Change();
            });
        }
    }
}

/// <summary>What one customer saved.</summary>
internal sealed class SavedWallet(string customer)
{
    /// <summary>The token of the card in the vault.</summary>
    public const string VaultCard = "card_vault";

    /// <summary>The token of the card at the first provider.</summary>
    public const string ProviderCard = "card_alpha";

    /// <summary>The linked wallet.</summary>
    public const string Wallet = "purse";

    private int _link = 1;

    public string Customer => customer;

    public bool HasCards { get; private set; } = true;

    private string Link => $"link-{customer}-{_link}";

    public void Change()
    {
        HasCards = false;
        _link++;
    }

    public Reply<FoundInstrument> Find(InstrumentChoice choice) => choice switch
    {
        { Wallet: Wallet } => Reply<FoundInstrument>.Of(new FoundInstrument
        {
            Method = new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = Wallet, Saved = "saved" },
            Provider = "beta",
            Link = Link,
        }),
        { CardToken: VaultCard } when HasCards => Reply<FoundInstrument>.Of(new FoundInstrument
        {
            Method = Card(VaultCard), InVault = true,
        }),
        { CardToken: ProviderCard } when HasCards => Reply<FoundInstrument>.Of(new FoundInstrument
        {
            Method = Card(ProviderCard), Provider = "alpha",
        }),
        _ => Reply<FoundInstrument>.Refused(NotFound()),
    };

    public Reply<OpenedInstrument> Open(InstrumentChoice choice) => choice switch
    {
        { Wallet: Wallet } => Reply<OpenedInstrument>.Of(new OpenedInstrument
        {
            ProviderToken = new Secret($"beta:{Link}"), Link = Link,
        }),
        { CardToken: VaultCard } when HasCards => Reply<OpenedInstrument>.Of(new OpenedInstrument
        {
            VaultToken = $"vault-{customer}",
        }),
        { CardToken: ProviderCard } when HasCards => Reply<OpenedInstrument>.Of(new OpenedInstrument
        {
            ProviderToken = new Secret($"alpha:{customer}"), ProviderCustomer = $"alpha:{customer}",
        }),
        _ => Reply<OpenedInstrument>.Refused(NotFound()),
    };

    private static PaymentMethod Card(string token) => new()
    {
        Kind = PaymentMethodKind.Card, CardLast4 = "1111", CardNetwork = "visa", Saved = token,
    };

    private static Refusal NotFound() =>
        Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has no such instrument.");
}
