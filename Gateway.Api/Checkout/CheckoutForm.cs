using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>What a customer entered, and what is wrong with it.</summary>
internal sealed record CheckoutForm
{
    /// <summary>The command; null if something is wrong.</summary>
    public ConfirmPayment? Command { get; init; }

    /// <summary>The method that was chosen; null if it is none that there is.</summary>
    public PaymentMethodKind? Method { get; init; }

    /// <summary>The names of the texts that say what is wrong, by field.</summary>
    public ImmutableDictionary<string, string> Errors { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Reads a form of the page's.</summary>
    public static CheckoutForm Read(IFormCollection form, DateTimeOffset now) => One(form, "method") switch
    {
        "upi" => Upi(One(form, "flow"), One(form, "vpa")),
        "card" => Card(form, now),
        "wallet" when CheckoutLists.Wallets.Any(wallet => wallet.Code == One(form, "choice")) =>
            Of(new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = One(form, "choice") }),
        "wallet" => Wrong(PaymentMethodKind.Wallet, ("wallet", "err_choice")),
        "netbanking" when CheckoutLists.Banks.Any(bank => bank.Code == One(form, "choice")) =>
            Of(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = One(form, "choice") }),
        "netbanking" => Wrong(PaymentMethodKind.Netbanking, ("netbanking", "err_choice")),
        _ => Wrong(null, ("method", "err_choice")),
    };

    private static CheckoutForm Upi(string flow, string vpa) => PaymentNames.Parse<UpiFlow>(flow, PaymentNames.Of) switch
    {
        UpiFlow.Collect when !PaymentMethodRequests.IsVpa(vpa) => Wrong(PaymentMethodKind.Upi, ("vpa", "err_vpa")),
        UpiFlow.Collect => Of(
            new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = vpa.ToLowerInvariant() }),
        { } known => Of(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = known }),
        null => Wrong(PaymentMethodKind.Upi, ("method", "err_choice")),
    };

    private static CheckoutForm Card(IFormCollection form, DateTimeOffset now)
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

        return new CheckoutForm
        {
            Method = PaymentMethodKind.Card,
            Command = new ConfirmPayment
            {
                Method = new PaymentMethod
                {
                    Kind = PaymentMethodKind.Card, CardLast4 = number!.Last4, CardNetwork = number.Network,
                },
                Card = new CardDetails
                {
                    Number = number, ExpiryMonth = month, ExpiryYear = year, SecurityCode = new Secret(code), HolderName = name,
                },
            },
        };
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

    private static CheckoutForm Of(PaymentMethod method) =>
        new() { Method = method.Kind, Command = new ConfirmPayment { Method = method } };

    private static CheckoutForm Wrong(PaymentMethodKind? method, params ReadOnlySpan<(string Field, string Text)> errors)
    {
        var wrong = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (field, text) in errors)
        {
            wrong[field] = text;
        }

        return new CheckoutForm { Method = method, Errors = wrong.ToImmutable() };
    }
}
