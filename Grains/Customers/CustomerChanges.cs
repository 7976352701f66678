using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Grains.Customers;

/// <summary>The changes of a customer's document, each a function of the document before. Whatever the customer sees
/// changes the version.</summary>
internal static class CustomerChanges
{
    /// <summary>How many cards, and how many UPI IDs, are kept of one customer.</summary>
    public const int MaxSaved = 20;

    private const string WalletPrefix = "wallet:";
    private const int MaxConsents = 20;

    /// <summary>A linked wallet's name among the instruments.</summary>
    public static string IdOf(StoredWallet wallet) => WalletPrefix + wallet.Wallet;

    /// <summary>With new personal data. An erased customer starts over, but the version goes on: a wallet that was read
    /// before the erasure must not overwrite the one after it.</summary>
    public static CustomerDocument Put(CustomerDocument? before, PutCustomer command, DateTimeOffset now) =>
        (before switch
        {
            null => new CustomerDocument { CreatedAt = now },
            { ErasedAt: null } => before,
            _ => new CustomerDocument
            {
                CreatedAt = now,
                Version = before.Version + 1,
                PendingDeletions = before.PendingDeletions,
                // An erasure that is sent again must not erase who has returned.
                Requests = before.Requests,
            },
        }) with
        {
            Name = command.Name,
            Email = command.Email,
            Phone = command.Phone,
        };

    /// <summary>Without anything about the person; what the vault and providers still keep is to be deleted
    /// there.</summary>
    public static CustomerDocument Erase(CustomerDocument before, DateTimeOffset now) => new()
    {
        CreatedAt = before.CreatedAt,
        ErasedAt = before.ErasedAt ?? now,
        Version = before.Version + 1,
        PendingDeletions =
        [
            .. before.PendingDeletions
                .Concat(before.PendingOperations.Where(operation => operation.VaultToken is not null)
                    .Select(operation => new PendingDeletion { VaultToken = operation.VaultToken }))
                // All that they keep, also cards that were never listed here.
                .Append(new PendingDeletion { VaultToken = PendingDeletion.All })
                .Concat(before.Accounts.Select(DeletionOf))
                .Concat(before.Wallets.Select(wallet => DeletionOf(before, wallet)))
                .Distinct(),
        ],
    };

    /// <summary>The preferences, set.</summary>
    public static CustomerDocument Prefer(CustomerDocument before, WalletPreferences preferences) => Next(before with
    {
        Preferences = preferences with
        {
            Order = [.. preferences.Order.Distinct(StringComparer.Ordinal)],
            DisabledMethods = [.. preferences.DisabledMethods.Distinct()],
            PreferredProviders = [.. preferences.PreferredProviders.Distinct(StringComparer.Ordinal)],
            // A gateway of this build does not know what a newer one set.
            LaterMembers = preferences.LaterMembers ?? before.Preferences.LaterMembers,
        },
    });

    /// <summary>With a card. It replaces one with the same token, and takes over its label if it has none.</summary>
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

    /// <summary>Without a card, which is then to be deleted where it is kept.</summary>
    public static CustomerDocument RemoveCard(CustomerDocument before, StoredCard card) => Pruned(before with
    {
        Cards = [.. before.Cards.Where(saved => saved.Token != card.Token)],
        PendingDeletions = before.PendingDeletions.Add(DeletionOf(before, card)),
    });

    /// <summary>With the cards that a provider lists: those that the customer agreed to are added, those that it no
    /// longer lists are removed.</summary>
    /// <param name="before">The customer.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="listed">What it lists.</param>
    /// <param name="newToken">A new token per call.</param>
    public static CustomerDocument Reconcile(
        CustomerDocument before, string provider, ImmutableArray<ProviderCard> listed, Func<string> newToken)
    {
        var deleted = before.PendingDeletions.Where(deletion => deletion.Provider == provider)
            .Select(deletion => deletion.CardReference).ToHashSet(StringComparer.Ordinal);
        var known = before.Cards.Where(card => card.Provider == provider)
            .Select(card => card.Reference).ToHashSet(StringComparer.Ordinal);
        var gone = before.Cards.Where(card =>
            card.Provider == provider && listed.All(kept => kept.Reference != card.Reference)).ToList();
        var added =
            from kept in listed
            where !known.Contains(kept.Reference) && !deleted.Contains(kept.Reference)
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
        ImmutableArray<StoredCard> cards = [.. before.Cards.Where(card => !gone.Contains(card)), .. added];
        return gone.Count == 0 && cards.Length == before.Cards.Length ? before : Pruned(before with { Cards = cards });
    }

    /// <summary>With a consent. Beyond the limit the oldest are dropped.</summary>
    public static CustomerDocument Agree(
        CustomerDocument before, AgreeToCard command, DateTimeOffset now) => before with
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

    /// <summary>Whether the customer agreed that a card is kept.</summary>
    public static bool IsAgreed(CustomerDocument customer, ProviderCard card) =>
        customer.Consents.Any(consent => IsOf(consent, card));

    /// <summary>With a UPI ID.</summary>
    public static CustomerDocument AddUpiId(CustomerDocument before, StoredUpiId upi) =>
        Next(before with { UpiIds = before.UpiIds.Add(upi) });

    /// <summary>Without a UPI ID.</summary>
    public static CustomerDocument RemoveUpiId(CustomerDocument before, string id) => Pruned(before with
    {
        UpiIds = [.. before.UpiIds.Where(upi => upi.Id != id)],
    });

    /// <summary>With a wallet; it replaces one with the same code.</summary>
    public static CustomerDocument SetWallet(CustomerDocument before, StoredWallet wallet) => Pruned(before with
    {
        Wallets = [.. before.Wallets.Where(linked => linked.Wallet != wallet.Wallet), wallet],
    });

    /// <summary>Without a wallet that was never linked: nothing is to be unlinked.</summary>
    public static CustomerDocument DropWallet(CustomerDocument before, StoredWallet wallet) => Pruned(before with
    {
        Wallets = [.. before.Wallets.Where(waiting => waiting.Wallet != wallet.Wallet)],
    });

    /// <summary>Without a wallet, which is then to be unlinked at its provider.</summary>
    public static CustomerDocument RemoveWallet(CustomerDocument before, StoredWallet wallet) => Pruned(before with
    {
        Wallets = [.. before.Wallets.Where(linked => linked.Wallet != wallet.Wallet)],
        PendingDeletions = before.PendingDeletions.Add(DeletionOf(before, wallet)),
    });

    /// <summary>With the customer's id at a provider.</summary>
    public static CustomerDocument SetAccount(CustomerDocument before, StoredAccount account) => before with
    {
        Accounts = [.. before.Accounts.Where(known => known.Provider != account.Provider), account],
    };

    /// <summary>The customer's id at a provider; null while there is none.</summary>
    public static string? Account(CustomerDocument customer, string provider) =>
        customer.Accounts.FirstOrDefault(account => account.Provider == provider)?.Id;

    /// <summary>With something to be deleted elsewhere.</summary>
    public static CustomerDocument Delete(CustomerDocument before, PendingDeletion deletion) =>
        before.PendingDeletions.Contains(deletion)
            ? before
            : before with { PendingDeletions = before.PendingDeletions.Add(deletion) };

    /// <summary>Without a deletion that is complete.</summary>
    public static CustomerDocument Deleted(CustomerDocument before, PendingDeletion deletion) =>
        before with { PendingDeletions = before.PendingDeletions.Remove(deletion) };

    /// <summary>With an operation that is about to start.</summary>
    public static CustomerDocument Start(CustomerDocument before, PendingOperation operation) =>
        before with { PendingOperations = before.PendingOperations.Add(operation) };

    /// <summary>Without an operation that has reported; the same document if it names none of that id.</summary>
    public static CustomerDocument End(CustomerDocument before, string id) => IsPending(before, id)
        ? before with { PendingOperations = [.. before.PendingOperations.Where(operation => operation.Id != id)] }
        : before;

    /// <summary>Whether an operation was started and has not reported.</summary>
    public static bool IsPending(CustomerDocument customer, string id) =>
        customer.PendingOperations.Any(operation => operation.Id == id);

    /// <summary>Whether all cards that the customer agreed to have been listed.</summary>
    public static bool HasAllCards(CustomerDocument customer) =>
        customer.Consents.All(consent => customer.Cards.Any(card =>
            (card.Last4, card.ExpiryMonth, card.ExpiryYear)
            == (consent.Last4, consent.ExpiryMonth, consent.ExpiryYear)));

    /// <summary>Whether a card has expired. It is valid to the end of its month, which comes last in UTC-12.</summary>
    public static bool IsExpired(int expiryYear, int expiryMonth, DateTimeOffset now)
    {
        var today = now.AddHours(-12);
        return (expiryYear, expiryMonth).CompareTo((today.Year, today.Month)) < 0;
    }

    /// <summary>The ids of all that preferences can name.</summary>
    public static HashSet<string> InstrumentIds(CustomerDocument customer) =>
    [
        .. customer.Cards.Select(card => card.Token),
        .. customer.UpiIds.Select(upi => upi.Id),
        .. customer.Wallets.Where(wallet => wallet.LinkedAt is not null).Select(IdOf),
    ];

    /// <summary>All cards of the customer at a provider, to be deleted there.</summary>
    public static PendingDeletion DeletionOf(StoredAccount account) => new()
    {
        CardReference = PendingDeletion.All, Provider = account.Provider, ProviderCustomer = account.Id,
    };

    private static bool IsOf(StoredConsent consent, ProviderCard card) =>
        (consent.Last4, consent.ExpiryMonth, consent.ExpiryYear) == (card.Last4, card.ExpiryMonth, card.ExpiryYear);

    // An instrument that was removed is no default and has no place in the order.
    private static CustomerDocument Pruned(CustomerDocument customer)
    {
        var known = InstrumentIds(customer);
        var preferences = customer.Preferences;
        return Next(customer with
        {
            Preferences = preferences with
            {
                DefaultInstrument = preferences.DefaultInstrument is { } chosen && known.Contains(chosen)
                    ? chosen
                    : null,
                Order = [.. preferences.Order.Where(known.Contains)],
            },
        });
    }

    private static CustomerDocument Next(CustomerDocument changed) => changed with { Version = changed.Version + 1 };

    private static PendingDeletion DeletionOf(CustomerDocument customer, StoredCard card) =>
        card.Provider is { } provider
            ? new PendingDeletion
            {
                CardReference = card.Reference, Provider = provider, ProviderCustomer = Account(customer, provider),
            }
            : new PendingDeletion { VaultToken = card.Token };

    private static PendingDeletion DeletionOf(CustomerDocument customer, StoredWallet wallet) =>
        new() { Wallet = wallet, ProviderCustomer = Account(customer, wallet.Provider) };
}
