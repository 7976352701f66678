using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>What a customer entered, and what is wrong with it.</summary>
internal sealed record CheckoutForm
{
    /// <summary>What the customer pays with; null if something is wrong.</summary>
    public Instrument? Instrument { get; init; }

    /// <summary>The method that was chosen; null if it is none that there is.</summary>
    public PaymentMethodKind? Method { get; init; }

    /// <summary>The names of the texts that say what is wrong, by field.</summary>
    public ImmutableDictionary<string, string> Errors { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The version of the text beside the box that has a card saved.</summary>
    public const string ConsentText = "checkout-2026-11";

    /// <summary>The saved instrument that was chosen; null if none was.</summary>
    public string? Saved { get; init; }

    /// <summary>Reads a form of the page's.</summary>
    /// <param name="form">What was posted.</param>
    /// <param name="saved">What the page offered of the customer's own.</param>
    /// <param name="canSave">Whether a card can be saved.</param>
    /// <param name="now">The current time, which a card's expiry is compared with.</param>
    public static CheckoutForm Read(
        IFormCollection form,
        ImmutableArray<InstrumentView> saved,
        bool canSave,
        DateTimeOffset now) => One(form, "method") switch
        {
            "saved" when IndexOf(saved, One(form, "instrument")) is >= 0 and var index =>
                OfSaved(form, saved[index], index),
            "saved" => Wrong(null, ("method", "err_choice")),
            "upi" => Upi(One(form, "flow"), One(form, "vpa")),
            "card" => Card(form, canSave, now),
            "wallet" when WalletNames.All.Any(wallet => wallet.Code == One(form, "choice")) =>
                Of(PaymentMethodKind.Wallet, new Instrument.Wallet { Code = One(form, "choice") }),
            "wallet" => Wrong(PaymentMethodKind.Wallet, ("wallet", "err_choice")),
            "netbanking" when CheckoutLists.Banks.Any(bank => bank.Code == One(form, "choice")) =>
                Of(PaymentMethodKind.Netbanking, new Instrument.Netbanking { Bank = One(form, "choice") }),
            "netbanking" => Wrong(PaymentMethodKind.Netbanking, ("netbanking", "err_choice")),
            _ => Wrong(null, ("method", "err_choice")),
        };

    private static int IndexOf(ImmutableArray<InstrumentView> saved, string id)
    {
        for (var i = 0; i < saved.Length; i++)
        {
            if (saved[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private static CheckoutForm OfSaved(IFormCollection form, InstrumentView instrument, int index)
    {
        var code = One(form, $"code-{index}");
        if (instrument.Kind == PaymentMethodKind.Card && (code.Length is not (3 or 4) || !code.All(char.IsAsciiDigit)))
        {
            return Wrong(null, ("code", "err_cvv")) with { Saved = instrument.Id };
        }

        return new CheckoutForm
        {
            Saved = instrument.Id,
            Instrument = instrument.Kind switch
            {
                PaymentMethodKind.Card =>
                    new Instrument.SavedCard { Token = instrument.Id, SecurityCode = new Secret(code) },
                PaymentMethodKind.Upi => new Instrument.SavedUpiId { Id = instrument.Id },
                PaymentMethodKind.Wallet or PaymentMethodKind.Netbanking =>
                    new Instrument.LinkedWallet { Code = WalletOf(instrument.Id) },
            },
        };
    }

    // wallet:paytm
    private static string WalletOf(string id) => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static CheckoutForm Upi(string flow, string vpa) => flow switch
    {
        "intent" => Of(PaymentMethodKind.Upi, new Instrument.UpiIntent()),
        "qr" => Of(PaymentMethodKind.Upi, new Instrument.UpiQr()),
        "collect" when PaymentPatterns.IsUpiId(vpa) =>
            Of(PaymentMethodKind.Upi, new Instrument.UpiId { Vpa = vpa.ToLowerInvariant() }),
        "collect" => Wrong(PaymentMethodKind.Upi, ("vpa", "err_vpa")),
        _ => Wrong(PaymentMethodKind.Upi, ("method", "err_choice")),
    };

    private static CheckoutForm Card(IFormCollection form, bool canSave, DateTimeOffset now)
    {
        var errors = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (!CardNumber.TryParse(One(form, "number"), out var number))
        {
            errors["number"] = "err_number";
        }

        if (!TryReadExpiry(One(form, "expiry"), out var month, out var year))
        {
            errors["expiry"] = "err_expiry";
        }
        else if (CardRules.IsOver(year, month, now))
        {
            errors["expiry"] = "err_expired";
        }
        else if (CardRules.IsTooFar(year, now))
        {
            errors["expiry"] = "err_expiry";
        }

        var code = One(form, "cvv");
        if (number is null ? code.Length is not (3 or 4) : !CardRules.IsSecurityCode(code, number))
        {
            errors["cvv"] = "err_cvv";
        }

        var name = One(form, "name");
        if (name.Length is 0 or > 100 || name.Any(char.IsControl))
        {
            errors["name"] = "err_name";
        }

        if (errors.Count > 0)
        {
            return new CheckoutForm { Method = PaymentMethodKind.Card, Errors = errors.ToImmutable() };
        }

        var card = new CardDetails
        {
            Number = number!,
            ExpiryMonth = month,
            ExpiryYear = year,
            SecurityCode = new Secret(code),
            HolderName = name,
        };
        var consent = canSave && One(form, "save") == ConsentText ? ConsentText : null;
        return Of(PaymentMethodKind.Card, new Instrument.TypedCard { Card = card, ConsentText = consent });
    }

    // MM/YY or MM/YYYY, with or without the stroke.
    private static bool TryReadExpiry(string text, out int month, out int year)
    {
        (month, year) = (0, 0);
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (digits.Length is not (4 or 6) || text.Any(c => !char.IsAsciiDigit(c) && c is not '/' and not ' '))
        {
            return false;
        }

        month = int.Parse(digits.AsSpan(0, 2), CultureInfo.InvariantCulture);
        year = int.Parse(digits.AsSpan(2), CultureInfo.InvariantCulture);
        year += digits.Length == 4 ? 2000 : 0;
        return month is >= 1 and <= 12;
    }

    private static string One(IFormCollection form, string name) => form[name] is [{ } value] ? value.Trim() : "";

    private static CheckoutForm Of(PaymentMethodKind method, Instrument instrument) =>
        new() { Method = method, Instrument = instrument };

    private static CheckoutForm Wrong(
        PaymentMethodKind? method, params ReadOnlySpan<(string Field, string Text)> errors)
    {
        var wrong = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (field, text) in errors)
        {
            wrong[field] = text;
        }

        return new CheckoutForm { Method = method, Errors = wrong.ToImmutable() };
    }
}
