using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Customers;

// What the customer can pay with, and why or why not.
internal static partial class CustomerDecider
{
    /// <summary>What views are made of.</summary>
    public static CustomerView View(string id, CustomerDocument customer) => new()
    {
        Id = id,
        Name = customer.Name,
        Email = customer.Email,
        Phone = customer.Phone,
        CreatedAt = customer.CreatedAt,
        ErasedAt = customer.ErasedAt,
    };

    /// <summary>The wallet configuration, as the customer sees it.</summary>
    public static WalletView View(CustomerDocument customer) => new()
    {
        Version = customer.Version,
        Preferences = customer.Preferences,
        Cards = [.. customer.Cards.Select(View)],
        UpiIds = [.. customer.UpiIds.Select(View)],
        Wallets = [.. customer.Wallets.Select(wallet => View(wallet, balance: null))],
    };

    /// <summary>A saved card.</summary>
    public static SavedCardView View(StoredCard card) => new()
    {
        Token = card.Token,
        Last4 = card.Last4,
        Network = card.Network,
        Issuer = card.Issuer,
        ExpiryMonth = card.ExpiryMonth,
        ExpiryYear = card.ExpiryYear,
        Label = card.Label,
        Provider = card.Provider,
        ConsentedAt = card.ConsentedAt,
        ConsentText = card.ConsentText,
    };

    /// <summary>A saved UPI id.</summary>
    public static SavedUpiView View(StoredUpiId upi) => new() { Id = upi.Id, Vpa = upi.Vpa, SavedAt = upi.SavedAt };

    /// <summary>A wallet, with its balance where it was asked.</summary>
    public static LinkedWalletView View(StoredWallet wallet, Money? balance) => new()
    {
        Wallet = wallet.Wallet,
        Provider = wallet.Provider,
        Linked = wallet.LinkedAt is not null,
        LinkedAt = wallet.LinkedAt,
        Balance = balance,
        ConsentUrl = wallet.LinkedAt is null ? wallet.Page?.Url : null,
    };

    /// <summary>The saved instrument that is meant, as a payment keeps it; or why it cannot be paid with.</summary>
    public static Reply<FoundInstrument> Find(CustomerDocument? customer, InstrumentChoice choice, DateTimeOffset now)
    {
        customer = customer is { ErasedAt: null } ? customer : null;
        if (choice.CardToken is { } token)
        {
            return customer is null || Card(customer, token) is not { } card
                ? Unknown("The customer has no such saved card.", "card.token")
                : IsOver(card.ExpiryYear, card.ExpiryMonth, now)
                    ? Unusable("The card's time is over.", "card.token")
                    : Reply<FoundInstrument>.Of(new FoundInstrument
                    {
                        Method = MethodOf(card), Provider = card.Provider, InVault = card.Provider is null,
                    });
        }

        if (choice.UpiId is { } id)
        {
            return customer?.UpiIds.FirstOrDefault(upi => upi.Id == id) is { } saved
                ? Reply<FoundInstrument>.Of(new FoundInstrument { Method = MethodOf(saved) })
                : Unknown("The customer has no such saved UPI id.", "upi.id");
        }

        return customer?.Wallets.FirstOrDefault(wallet => wallet.Wallet == choice.Wallet && wallet.LinkedAt is not null) is { } linked
            ? Reply<FoundInstrument>.Of(new FoundInstrument
            {
                Method = MethodOf(linked), Provider = linked.Provider, Link = linked.Reference,
            })
            : Unknown("The customer has not linked such a wallet.", "wallet.provider");
    }

    /// <summary>All that an amount can be paid with, best first, and what cannot be used now.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="amount">The amount.</param>
    /// <param name="offer">What the merchant's providers take.</param>
    /// <param name="balances">What is known of the wallets' balances.</param>
    /// <param name="now">Now.</param>
    public static ImmutableArray<InstrumentView> Instruments(
        CustomerDocument customer, Money amount, InstrumentOffer offer, IReadOnlyDictionary<string, Money> balances, DateTimeOffset now)
    {
        var preferences = customer.Preferences;
        var order = preferences.Order;
        var saved = customer.Cards.Select(card => Saved(
                card.Token, MethodOf(card), $"{NameOf(card)} ending {card.Last4}", card.Provider,
                IsOver(card.ExpiryYear, card.ExpiryMonth, now) ? "The card's time is over." : null) with
                {
                    Name = NameOf(card), Last4 = card.Last4,
                })
            .Concat(customer.UpiIds.Select(upi => Saved(upi.Id, MethodOf(upi), upi.Vpa, null, null) with { Name = upi.Vpa }))
            .Concat(customer.Wallets.Select(wallet => Saved(
                IdOf(wallet), MethodOf(wallet), $"{WalletNames.Of(wallet.Wallet)} wallet", wallet.Provider,
                ObjectionTo(wallet, amount, balances)) with
                {
                    Name = WalletNames.Of(wallet.Wallet),
                }))
            .ToList();
        var others = Unsaved.Select(one => Judge(one.Id, one.Method, one.Title, isSaved: false, offer.Refuses(one.Method, amount, null)));
        return
        [
            .. saved.Concat(others)
                .Select((view, index) => (View: view, Index: index))
                .OrderBy(one => one.View.Usable ? 0 : 1)
                .ThenBy(one => Rank(one.View.Id))
                .ThenBy(one => one.Index)
                .Select(one => one.View),
        ];

        int Rank(string id)
        {
            var place = order.IndexOf(id);
            return id == preferences.DefaultInstrument ? -1 : place < 0 ? order.Length : place;
        }

        InstrumentView Saved(string id, PaymentMethod method, string title, string? provider, string? objection) =>
            Judge(id, method, title, isSaved: true, objection ?? offer.Refuses(method, amount, provider));

        InstrumentView Judge(string id, PaymentMethod method, string title, bool isSaved, string? objection)
        {
            objection = preferences.DisabledMethods.Contains(method.Kind) ? "The customer switched this method off." : objection;
            return new InstrumentView
            {
                Id = id,
                Kind = method.Kind,
                Title = title,
                Saved = isSaved,
                Usable = objection is null,
                Reason = objection
                    ?? (id == preferences.DefaultInstrument ? "The customer's default."
                        : order.Contains(id) ? "The customer's order."
                        : isSaved ? "Saved."
                        : "Can be used without being saved."),
            };
        }
    }

    private static string? ObjectionTo(StoredWallet wallet, Money amount, IReadOnlyDictionary<string, Money> balances) =>
        wallet switch
        {
            { LinkedAt: null, Page: null } => "The wallet waits for its one-time password.",
            { LinkedAt: null } => "The wallet waits for the customer's consent.",
            _ => balances.TryGetValue(wallet.Wallet, out var balance)
                && balance.Currency == amount.Currency
                && balance.AmountMinor < amount.AmountMinor
                    ? "There is too little in the wallet."
                    : null,
        };

    private static readonly ImmutableArray<(string Id, PaymentMethod Method, string Title)> Unsaved =
    [
        ("upi_intent", new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent }, "A UPI app on this phone"),
        ("upi_qr", new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Qr }, "A UPI app by QR code"),
        ("card", new PaymentMethod { Kind = PaymentMethodKind.Card }, "Another card"),
        ("wallet", new PaymentMethod { Kind = PaymentMethodKind.Wallet }, "Another wallet"),
        ("netbanking", new PaymentMethod { Kind = PaymentMethodKind.Netbanking }, "Netbanking"),
    ];

    private static PaymentMethod MethodOf(StoredCard card) => new()
    {
        Kind = PaymentMethodKind.Card, CardLast4 = card.Last4, CardNetwork = card.Network, Saved = card.Token,
    };

    private static PaymentMethod MethodOf(StoredUpiId upi) => new()
    {
        Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = upi.Vpa, Saved = upi.Id,
    };

    private static PaymentMethod MethodOf(StoredWallet wallet) => new()
    {
        Kind = PaymentMethodKind.Wallet, Wallet = wallet.Wallet, Saved = IdOf(wallet),
    };

    private static string NameOf(StoredCard card)
    {
        var network = card.Network is null or "" or "unknown" ? "card" : card.Network;
        return card.Label ?? char.ToUpperInvariant(network[0]) + network[1..];
    }

    private static Reply<FoundInstrument> Unknown(string detail, string field) =>
        Reply<FoundInstrument>.Refused(Refusal.Of(ErrorCode.InstrumentNotFound, detail, field));

    private static Reply<FoundInstrument> Unusable(string detail, string field) =>
        Reply<FoundInstrument>.Refused(Refusal.Of(ErrorCode.InstrumentUnusable, detail, field));
}
