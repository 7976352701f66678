using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Customers;

/// <summary>What a customer can pay with, and why or why not.</summary>
internal static class CustomerInstruments
{
    private const string Expired = "The card has expired.";

    /// <summary>The chosen saved instrument, as a payment keeps it; or why it cannot be paid with.</summary>
    public static Reply<FoundInstrument> Find(CustomerDocument? customer, InstrumentChoice choice, DateTimeOffset now)
    {
        customer = customer is { ErasedAt: null } ? customer : null;
        if (choice.CardToken is { } token)
        {
            return customer is null || CustomerChanges.Card(customer, token) is not { } card
                ? Unknown("The customer has no such saved card.", "card.token")
                : CustomerChanges.IsExpired(card.ExpiryYear, card.ExpiryMonth, now)
                    ? Unusable(Expired, "card.token")
                    : Reply<FoundInstrument>.Of(new FoundInstrument
                    {
                        Method = MethodOf(card), Provider = card.Provider, InVault = card.Provider is null,
                    });
        }

        if (choice.UpiId is { } id)
        {
            return customer?.UpiIds.FirstOrDefault(upi => upi.Id == id) is { } saved
                ? Reply<FoundInstrument>.Of(new FoundInstrument { Method = MethodOf(saved) })
                : Unknown("The customer has no such saved UPI ID.", "upi.id");
        }

        return customer?.Wallets.FirstOrDefault(Matches) is { } linked
            ? Reply<FoundInstrument>.Of(new FoundInstrument
            {
                Method = MethodOf(linked), Provider = linked.Provider, Link = linked.Reference,
            })
            : Unknown("The customer has not linked such a wallet.", "wallet.provider");

        bool Matches(StoredWallet wallet) => wallet.Wallet == choice.Wallet && wallet.LinkedAt is not null;
    }

    /// <summary>All that an amount can be paid with, best first, and what cannot be used now.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="amount">The amount.</param>
    /// <param name="offer">What the merchant's providers accept.</param>
    /// <param name="balances">The last known balances, by wallet.</param>
    /// <param name="now">Now.</param>
    public static ImmutableArray<InstrumentView> Of(
        CustomerDocument customer,
        Money amount,
        InstrumentOffer offer,
        IReadOnlyDictionary<string, Money> balances,
        DateTimeOffset now)
    {
        var preferences = customer.Preferences;
        var order = preferences.Order;
        var saved = customer.Cards.Select(card => Saved(
                card.Token, MethodOf(card), $"{NameOf(card)} ending {card.Last4}", card.Provider,
                CustomerChanges.IsExpired(card.ExpiryYear, card.ExpiryMonth, now) ? Expired : null) with
        {
            Name = NameOf(card),
            Last4 = card.Last4,
        })
            .Concat(customer.UpiIds.Select(upi => Saved(upi.Id, MethodOf(upi), upi.Vpa, null, null) with
            {
                Name = upi.Vpa,
            }))
            .Concat(customer.Wallets.Select(wallet => Saved(
                CustomerChanges.IdOf(wallet),
                MethodOf(wallet),
                $"{WalletNames.Of(wallet.Wallet)} wallet",
                wallet.Provider,
                ObjectionTo(wallet, amount, balances)) with
            {
                Name = WalletNames.Of(wallet.Wallet),
            }))
            .ToList();
        var others = Unsaved.Select(one => Judge(
            one.Id, one.Method, one.Title, isSaved: false, offer.Refuses(one.Method, amount, null)));
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
            objection = preferences.DisabledMethods.Contains(method.Kind)
                ? "The customer switched this method off."
                : objection;
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

    private static string? ObjectionTo(
        StoredWallet wallet, Money amount, IReadOnlyDictionary<string, Money> balances) => wallet switch
        {
            { LinkedAt: null, Page: null } => "The one-time password has not been confirmed.",
            { LinkedAt: null } => "The customer has not agreed on the wallet's page yet.",
            _ => balances.TryGetValue(wallet.Wallet, out var balance)
                && balance.Currency == amount.Currency
                && balance.AmountMinor < amount.AmountMinor
                    ? "The wallet's balance is too low."
                    : null,
        };

    private static readonly ImmutableArray<(string Id, PaymentMethod Method, string Title)> Unsaved =
    [
        ("upi_intent",
            new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent },
            "A UPI app on this phone"),
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
        Kind = PaymentMethodKind.Wallet, Wallet = wallet.Wallet, Saved = CustomerChanges.IdOf(wallet),
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
