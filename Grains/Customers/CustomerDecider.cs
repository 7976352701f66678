using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <summary>The rules of a customer's wallet configuration: each makes the next document of the present one, or says why
/// not. Whatever the customer sees changes the version.</summary>
internal static partial class CustomerDecider
{
    /// <summary>How many cards, and how many UPI ids, are kept of one customer.</summary>
    public const int MaxSaved = 20;

    private const string WalletPrefix = "wallet:";
    private const int MaxConsents = 20;

    /// <summary>A linked wallet's name among the instruments.</summary>
    public static string IdOf(StoredWallet wallet) => WalletPrefix + wallet.Wallet;

    /// <summary>What is said of the customer, changed. One that was erased begins anew, and the version goes on: who read a
    /// wallet before the erasure must not overwrite the one after it.</summary>
    public static CustomerDocument Put(CustomerDocument? before, PutCustomer command, DateTimeOffset now) =>
        (before switch
        {
            null => new CustomerDocument { CreatedAt = now },
            { ErasedAt: null } => before,
            _ => new CustomerDocument { CreatedAt = now, Version = before.Version + 1, Departures = before.Departures },
        }) with
        {
            Name = command.Name, Email = command.Email, Phone = command.Phone,
        };

    /// <summary>Nothing of the person is left; what others still keep is on the list of what is to go.</summary>
    public static CustomerDocument Erase(CustomerDocument before, DateTimeOffset now) => new()
    {
        CreatedAt = before.CreatedAt,
        ErasedAt = before.ErasedAt ?? now,
        Version = before.Version + 1,
        Departures =
        [
            .. before.Departures,
            // Whatever they keep, also what never came to light here.
            new StoredDeparture { VaultToken = StoredDeparture.All },
            .. before.Accounts.Select(account => new StoredDeparture
            {
                CardReference = StoredDeparture.All, Provider = account.Provider, ProviderCustomer = account.Id,
            }),
            .. before.Wallets.Select(wallet => DepartureOf(before, wallet)),
        ],
    };

    /// <summary>Why the preferences cannot be set so; null if they can.</summary>
    public static Refusal? Check(CustomerDocument customer, PutWallet command)
    {
        if (command.ExpectedVersion is { } expected && expected != customer.Version)
        {
            return Refusal.Of(
                ErrorCode.VersionConflict, $"The wallet is at version {customer.Version}, not {expected}: read it and decide anew.");
        }

        var known = InstrumentIds(customer);
        return command.Preferences.DefaultInstrument is { } chosen && !known.Contains(chosen)
            ? Refusal.Of(ErrorCode.InvalidField, "The customer has no such instrument.", "default_instrument")
            : command.Preferences.Order.Any(id => !known.Contains(id))
                ? Refusal.Of(ErrorCode.InvalidField, "The order names an instrument that the customer does not have.", "order")
                : null;
    }

    /// <summary>The preferences, set.</summary>
    public static CustomerDocument Put(CustomerDocument before, WalletPreferences preferences) => Next(before with
    {
        Preferences = preferences with
        {
            Order = [.. preferences.Order.Distinct(StringComparer.Ordinal)],
            DisabledMethods = [.. preferences.DisabledMethods.Distinct()],
            PreferredProviders = [.. preferences.PreferredProviders.Distinct(StringComparer.Ordinal)],
        },
    });

    /// <summary>Another card; one with the same token takes the place of the one before, without its label where it has
    /// none.</summary>
    public static CustomerDocument AddCard(CustomerDocument before, StoredCard card)
    {
        var index = before.Cards.Select(saved => saved.Token).ToImmutableArray().IndexOf(card.Token);
        return Next(before with
        {
            Cards = index < 0
                ? before.Cards.Add(card)
                : before.Cards.SetItem(index, card with { Label = card.Label ?? before.Cards[index].Label }),
        });
    }

    /// <summary>The card with a token; null if there is none.</summary>
    public static StoredCard? Card(CustomerDocument customer, string token) =>
        customer.Cards.FirstOrDefault(card => card.Token == token);

    /// <summary>Without a card, which is then to be forgotten elsewhere.</summary>
    public static CustomerDocument RemoveCard(CustomerDocument before, StoredCard card) => Pruned(before with
    {
        Cards = [.. before.Cards.Where(saved => saved.Token != card.Token)],
        Departures = before.Departures.Add(DepartureOf(before, card)),
    });

    /// <summary>The cards that a provider keeps, as it lists them now: those that the customer agreed to come in, those
    /// that it does not list any more go out.</summary>
    /// <param name="before">The customer.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="listed">What it lists.</param>
    /// <param name="newToken">A new token per call.</param>
    public static CustomerDocument Take(
        CustomerDocument before, string provider, ImmutableArray<ProviderCard> listed, Func<string> newToken)
    {
        var leaving = before.Departures.Where(departure => departure.Provider == provider)
            .Select(departure => departure.CardReference).ToHashSet(StringComparer.Ordinal);
        var known = before.Cards.Where(card => card.Provider == provider).Select(card => card.Reference).ToHashSet(StringComparer.Ordinal);
        var gone = before.Cards.Where(card =>
            card.Provider == provider && listed.All(kept => kept.Reference != card.Reference)).ToList();
        var come =
            from kept in listed
            where !known.Contains(kept.Reference) && !leaving.Contains(kept.Reference)
            let consent = before.Consents.LastOrDefault(consent => IsOf(consent, kept))
            where consent is not null
            select new StoredCard
            {
                Token = newToken(),
                Last4 = kept.Last4,
                Network = kept.Network,
                Issuer = kept.Issuer,
                ExpiryMonth = kept.ExpiryMonth,
                ExpiryYear = kept.ExpiryYear,
                Provider = provider,
                Reference = kept.Reference,
                ConsentedAt = consent.At,
                ConsentText = consent.Text,
            };
        ImmutableArray<StoredCard> cards = [.. before.Cards.Where(card => !gone.Contains(card)), .. come];
        return gone.Count == 0 && cards.Length == before.Cards.Length ? before : Pruned(before with { Cards = cards });
    }

    /// <summary>With the customer's consent noted; the oldest of many make room.</summary>
    public static CustomerDocument Agree(CustomerDocument before, AgreeToCard command, DateTimeOffset now) => before with
    {
        Consents =
        [
            .. before.Consents
                .Where(consent => (consent.Last4, consent.ExpiryMonth, consent.ExpiryYear)
                    != (command.Last4, command.ExpiryMonth, command.ExpiryYear))
                .TakeLast(MaxConsents - 1),
            new StoredConsent
            {
                Last4 = command.Last4,
                ExpiryMonth = command.ExpiryMonth,
                ExpiryYear = command.ExpiryYear,
                At = now,
                Text = command.ConsentText,
            },
        ],
    };

    /// <summary>Whether the customer agreed to a card's being kept.</summary>
    public static bool IsAgreed(CustomerDocument customer, ProviderCard card) => customer.Consents.Any(consent => IsOf(consent, card));

    /// <summary>Another UPI id.</summary>
    public static CustomerDocument AddUpiId(CustomerDocument before, StoredUpiId upi) =>
        Next(before with { UpiIds = before.UpiIds.Add(upi) });

    /// <summary>Without a UPI id.</summary>
    public static CustomerDocument RemoveUpiId(CustomerDocument before, string id) => Pruned(before with
    {
        UpiIds = [.. before.UpiIds.Where(upi => upi.Id != id)],
    });

    /// <summary>With a wallet as it stands now; there is one of each.</summary>
    public static CustomerDocument SetWallet(CustomerDocument before, StoredWallet wallet) => Pruned(before with
    {
        Wallets = [.. before.Wallets.Where(linked => linked.Wallet != wallet.Wallet), wallet],
    });

    /// <summary>Without a wallet that was never linked: there is nothing to give up.</summary>
    public static CustomerDocument DropWallet(CustomerDocument before, StoredWallet wallet) => Pruned(before with
    {
        Wallets = [.. before.Wallets.Where(waiting => waiting.Wallet != wallet.Wallet)],
    });

    /// <summary>Without a wallet, whose link is then to be given up at its provider.</summary>
    public static CustomerDocument RemoveWallet(CustomerDocument before, StoredWallet wallet) => Pruned(before with
    {
        Wallets = [.. before.Wallets.Where(linked => linked.Wallet != wallet.Wallet)],
        Departures = before.Departures.Add(DepartureOf(before, wallet)),
    });

    /// <summary>With the customer's id at a provider.</summary>
    public static CustomerDocument SetAccount(CustomerDocument before, StoredAccount account) => before with
    {
        Accounts = [.. before.Accounts.Where(known => known.Provider != account.Provider), account],
    };

    /// <summary>The customer's id at a provider; null while there is none.</summary>
    public static string? Account(CustomerDocument customer, string provider) =>
        customer.Accounts.FirstOrDefault(account => account.Provider == provider)?.Id;

    /// <summary>Without what was forgotten elsewhere as well.</summary>
    public static CustomerDocument Settle(CustomerDocument before, StoredDeparture gone) =>
        before with { Departures = before.Departures.Remove(gone) };

    /// <summary>Whether a card is over: it is good to the end of its month, which comes last in UTC-12.</summary>
    public static bool IsOver(int expiryYear, int expiryMonth, DateTimeOffset now)
    {
        var today = now.AddHours(-12);
        return (expiryYear, expiryMonth).CompareTo((today.Year, today.Month)) < 0;
    }

    private static bool IsOf(StoredConsent consent, ProviderCard card) =>
        (consent.Last4, consent.ExpiryMonth, consent.ExpiryYear) == (card.Last4, card.ExpiryMonth, card.ExpiryYear);

    private static HashSet<string> InstrumentIds(CustomerDocument customer) =>
    [
        .. customer.Cards.Select(card => card.Token),
        .. customer.UpiIds.Select(upi => upi.Id),
        .. customer.Wallets.Where(wallet => wallet.LinkedAt is not null).Select(IdOf),
    ];

    // What is gone is nobody's default and has no place in the order.
    private static CustomerDocument Pruned(CustomerDocument customer)
    {
        var known = InstrumentIds(customer);
        var preferences = customer.Preferences;
        return Next(customer with
        {
            Preferences = preferences with
            {
                DefaultInstrument = preferences.DefaultInstrument is { } chosen && known.Contains(chosen) ? chosen : null,
                Order = [.. preferences.Order.Where(known.Contains)],
            },
        });
    }

    private static CustomerDocument Next(CustomerDocument changed) => changed with { Version = changed.Version + 1 };

    private static StoredDeparture DepartureOf(CustomerDocument customer, StoredCard card) => card.Provider is { } provider
        ? new StoredDeparture
        {
            CardReference = card.Reference, Provider = provider, ProviderCustomer = Account(customer, provider),
        }
        : new StoredDeparture { VaultToken = card.Token };

    private static StoredDeparture DepartureOf(CustomerDocument customer, StoredWallet wallet) =>
        new() { Wallet = wallet, ProviderCustomer = Account(customer, wallet.Provider) };
}
