using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.PayU;

/// <summary>Our words in PayU's; the one place where its amounts are made and read.</summary>
internal static class PayUMapping
{
    private const int LongestToken = 23;

    /// <summary>Rupees with two decimals. Hashes are over this very text.</summary>
    public static string ToAmount(Money money) => string.Create(
        CultureInfo.InvariantCulture, $"{money.AmountMinor / 100}.{money.AmountMinor % 100:00}");

    /// <summary>Reads rupees with at most two decimals; false if it is no amount that a payment can have.</summary>
    public static bool TryReadMoney(string? text, out Money money)
    {
        money = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        var (whole, part) = text is null ? ("", "") : dot < 0 ? (text, "") : (text[..dot], text[(dot + 1)..]);
        if (whole.Length is 0 or > 13 || part.Length > 2 || (dot >= 0 && part.Length == 0)
            || !whole.All(char.IsAsciiDigit) || !part.All(char.IsAsciiDigit))
        {
            return false;
        }

        var minor = (long.Parse(whole, CultureInfo.InvariantCulture) * 100)
            + int.Parse(part.PadRight(2, '0'), CultureInfo.InvariantCulture);
        money = Money.Of(minor, Currency.Inr);
        return minor is > 0 and <= Money.MaxAmountMinor;
    }

    /// <summary>Whether this is an id of PayU's: digits.</summary>
    public static bool IsId([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 32 } && text.All(char.IsAsciiDigit);

    /// <summary>The token of a capture: PayU accepts each once, so that a repeated capture has one effect.</summary>
    public static string CaptureToken(AttemptId attempt) => CompactName.Of($"capture {attempt}", LongestToken);

    /// <summary>The token of a cancellation.</summary>
    public static string VoidToken(AttemptId attempt) => CompactName.Of($"void {attempt}", LongestToken);

    /// <summary>The token of a refund.</summary>
    public static string RefundToken(RefundId refund) => CompactName.Of(refund.ToString(), LongestToken);

    /// <summary>Our name of a customer, as it may appear in <c>user_credentials</c>; null if the customer has
    /// none.</summary>
    public static string? UserOf(Customer customer) => customer.Id switch
    {
        null or "" => null,
        { Length: <= 64 } id when IsUser(id) => id,
        { } id => CompactName.Of(id, 26),
    };

    /// <summary>Whether this can be a name that <see cref="UserOf"/> made.</summary>
    public static bool IsUser(string text) => text.Length is > 0 and <= 64
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@');

    /// <summary>Whether the customer's browser takes the payment to PayU, as a form.</summary>
    public static bool IsHosted(ChargeInstrument instrument) => instrument.Kind switch
    {
        PaymentMethodKind.Upi or PaymentMethodKind.Card => false,
        PaymentMethodKind.Wallet or PaymentMethodKind.Netbanking => true,
    };

    /// <summary>The fields of a payment with their hash, or why it cannot be sent.</summary>
    public static (List<KeyValuePair<string, string>> Fields, string? Refusal) Charge(
        ChargeRequest request, ProviderCredentials credentials, PayUOptions options, DateTimeOffset now)
    {
        var key = credentials[PayUApi.Key].Reveal();
        var fields = Common(request, key, options);
        if (AddMethod(fields, request, key, options, now) is { } refusal)
        {
            return ([], refusal);
        }

        if (request.Capture == CaptureMode.Manual)
        {
            fields.Add(new("pre_authorize", "1"));
        }

        if (!IsHosted(request.Instrument))
        {
            fields.Add(new("txn_s2s_flow", "4"));
            fields.Add(new("s2s_client_ip", request.Customer.IpAddress ?? options.DefaultIpAddress));
            fields.Add(new("s2s_device_info", Line(request.Customer.UserAgent, 255) ?? options.DefaultUserAgent));
        }

        fields.Add(new("hash", PayUSignature.OfPayment(
            name => fields.Find(field => field.Key == name).Value ?? "", credentials[PayUApi.Salt].Reveal())));
        return (fields, null);
    }

    private static List<KeyValuePair<string, string>> Common(ChargeRequest request, string key, PayUOptions options)
    {
        var customer = request.Customer;
        var name = Words(customer.Name, 60)?.Split(' ', 2);
        List<KeyValuePair<string, string>> fields =
        [
            new("key", key),
            new("txnid", request.Attempt.ToString()),
            new("amount", ToAmount(request.Amount)),
            new("productinfo", Words(request.Description, 100) ?? "Payment"),
            new("firstname", name?[0] ?? options.DefaultName),
            new("email", customer.Email is { Length: <= 50 } email ? email : options.DefaultEmail),
            new("phone", PhoneOf(customer.Phone) ?? options.DefaultPhone),
            new("surl", request.CallbackUrl.AbsoluteUri),
            new("furl", request.CallbackUrl.AbsoluteUri),
        ];
        if (name is [_, var last])
        {
            fields.Add(new("lastname", last));
        }

        return fields;
    }

    private static string? AddMethod(
        List<KeyValuePair<string, string>> fields,
        ChargeRequest request,
        string key,
        PayUOptions options,
        DateTimeOffset now)
    {
        switch (request.Instrument)
        {
            case ChargeInstrument.UpiCollect upi:
                Add(fields, "UPI", "UPI");
                fields.Add(new("vpa", upi.Vpa));
                return null;
            // docs.payu.in/docs/upi-collection-s2s advises the intent's link as a code for the web; DBQR is a product
            // apart (…/reference/dynamic-bharat-qr-generation-api).
            case ChargeInstrument.UpiQr when options.DynamicQr:
                Add(fields, "DBQR", "UPIDBQR");
                var left = Math.Clamp(Math.Ceiling((request.ExpiresAt - now).TotalSeconds), 60, 86_400);
                fields.Add(new("expiry_time", ((int)left).ToString(CultureInfo.InvariantCulture)));
                return null;
            case ChargeInstrument.UpiIntent or ChargeInstrument.UpiQr:
                Add(fields, "UPI", "INTENT");
                fields.Add(new("upiAppName", "genericintent"));
                return null;
            case ChargeInstrument.Netbanking netbanking:
                return PayUBanks.CodeOf(netbanking.Bank) is { } bank
                    ? Add(fields, "NB", bank)
                    : "PayU has no netbanking code for this bank.";
            case ChargeInstrument.Wallet wallet:
                return AddWallet(fields, wallet.Code);
            // PayU links no wallets: it is paid from on its page.
            case ChargeInstrument.LinkedWallet wallet:
                return AddWallet(fields, wallet.Code);
            case ChargeInstrument.TypedCard typed:
                AddCard(fields, typed, UserOf(request.Customer), key);
                return null;
            case ChargeInstrument.SavedCard saved:
                return UserOf(request.Customer) is { } user
                    ? AddCard(fields, saved, user, key)
                    : "A saved card needs the customer's id.";
            default:
                throw new UnreachableException();
        }
    }

    private static string? AddWallet(List<KeyValuePair<string, string>> fields, string code) =>
        WalletOf(code) is var (pg, wallet) ? Add(fields, pg, wallet) : "PayU does not know this wallet.";

    // The number does not tell credit from debit; PayU finds out itself under CC.
    private static string BankCodeOf(string? network) =>
        network switch { "amex" => "AMEX", "diners" => "DINR", "rupay" => "RUPAY", _ => "CC" };

    private static string? AddCard(
        List<KeyValuePair<string, string>> fields, ChargeInstrument.SavedCard saved, string user, string key)
    {
        Add(fields, "CC", BankCodeOf(saved.Network));
        fields.Add(new("user_credentials", $"{key}:{user}"));
        fields.Add(new("store_card_token", saved.Token.Reveal()));
        // 0 for PayU's own tokens.
        fields.Add(new("storecard_token_type", "0"));
        if (saved.SecurityCode is { } code)
        {
            fields.Add(new("ccvv", code.Reveal()));
        }

        return null;
    }

    private static void AddCard(
        List<KeyValuePair<string, string>> fields, ChargeInstrument.TypedCard typed, string? user, string key)
    {
        Add(fields, "CC", BankCodeOf(typed.Card.Number.Network));
        AddCard(fields, typed.Card);
        if (typed.Saving is not null && user is not null)
        {
            fields.Add(new("store_card", "1"));
            fields.Add(new("user_credentials", $"{key}:{user}"));
        }
    }

    private static void AddCard(List<KeyValuePair<string, string>> fields, CardDetails card)
    {
        fields.Add(new("ccnum", card.Number.Reveal()));
        fields.Add(new("ccname", Words(card.HolderName, 60) ?? "Card holder"));
        fields.Add(new("ccvv", card.SecurityCode.Reveal()));
        fields.Add(new("ccexpmon", card.ExpiryMonth.ToString("00", CultureInfo.InvariantCulture)));
        fields.Add(new("ccexpyr", card.ExpiryYear.ToString("0000", CultureInfo.InvariantCulture)));
    }

    private static string? Add(List<KeyValuePair<string, string>> fields, string pg, string bankCode)
    {
        fields.Add(new("pg", pg));
        fields.Add(new("bankcode", bankCode));
        return null;
    }

    // A wallet's code is the provider's own; pay-later wallets have a category of their own.
    private static (string Pg, string Code)? WalletOf(string? wallet) => wallet?.ToUpperInvariant() switch
    {
        "LAZYPAY" => ("BNPL", "LAZYPAY"),
        "AMAZONPAY" => ("CASH", "AMZPAY"),
        { Length: >= 2 and <= 20 } code when code.All(char.IsAsciiLetterOrDigit) => ("CASH", code),
        _ => null,
    };

    // Ten digits, with a country's code before them only if it is not India's.
    private static string? PhoneOf(string? phone)
    {
        var digits = string.Concat((phone ?? "").Where(char.IsAsciiDigit));
        return digits.Length is < 8 or > 15 ? null
            : digits.Length == 12 && digits.StartsWith("91", StringComparison.Ordinal) ? digits[2..]
            : digits;
    }

    // PayU's fields are joined by bars and posted through forms: letters, digits and a few marks come through unharmed.
    private static string? Words(string? text, int longest)
    {
        var words = new StringBuilder();
        foreach (var character in text ?? "")
        {
            words.Append(char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_' ? character : ' ');
        }

        var plain = string.Join(' ', words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return plain.Length == 0 ? null : plain[..Math.Min(plain.Length, longest)].TrimEnd();
    }

    private static string? Line(string? text, int longest)
    {
        var plain = string.Concat((text ?? "").Where(c => c is >= ' ' and <= '~'));
        return plain.Length == 0 ? null : plain[..Math.Min(plain.Length, longest)];
    }
}
