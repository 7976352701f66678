using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>Juspay's words in ours and ours in Juspay's; the one place where its amounts are made and read.</summary>
internal static class JuspayMapping
{
    // "Alphanumeric with character length less than 18" on one of Juspay's pages, 20 and 21 on others.
    private const int OrderIdLength = 17;

    // Less than 21, no special characters: developer.juspay.in/reference/refund-order.
    private const int RefundIdLength = 20;

    // Amounts have at most two decimals, whatever the currency has.
    private const int Decimals = 2;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    // By the first four letters of a bank's IFSC: juspay.io/ec-api/docs/base-integration/netbanking-payment.
    private static readonly FrozenDictionary<string, string> Banks = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["UTIB"] = "NB_AXIS", ["BARB"] = "NB_BOB", ["BKID"] = "NB_BOI", ["MAHB"] = "NB_BOM", ["CNRB"] = "NB_CANR",
        ["CBIN"] = "NB_CBI", ["CIUB"] = "NB_CUB", ["CSBK"] = "NB_CSB", ["DCBL"] = "NB_DCB", ["DLXB"] = "NB_DLS",
        ["FDRL"] = "NB_FED", ["ICIC"] = "NB_ICICI", ["IBKL"] = "NB_IDBI", ["IDIB"] = "NB_INDB", ["INDB"] = "NB_INDUS",
        ["IOBA"] = "NB_IOB", ["JAKA"] = "NB_JNK", ["KARB"] = "NB_KARN", ["KKBK"] = "NB_KOTAK", ["KVBL"] = "NB_KVB",
        ["PUNB"] = "NB_PNB", ["SBIN"] = "NB_SBI", ["SCBL"] = "NB_SCB", ["SIBL"] = "NB_SOIB", ["SRCB"] = "NB_SARASB",
        ["TMBL"] = "NB_TMB", ["UBIN"] = "NB_UBI", ["UCBA"] = "NB_UCOB",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The rupee, and by card what gateways behind Juspay commonly take. Juspay's own list is not public: a
    /// merchant's routing names the currencies that its gateways have, and any other is refused by Juspay.</summary>
    public static ImmutableHashSet<string> Currencies { get; } =
        [.. "AED AUD BHD BRL CAD CHF EUR GBP HKD IDR INR JPY KRW KWD MYR NZD OMR PHP QAR SAR SGD THB USD".Split(' ')];

    /// <summary>Of a three-digit currency the last digit cannot be said.</summary>
    public static ImmutableDictionary<string, long> AmountSteps { get; } = Currencies
        .Where(code => Currency.Parse(code).MinorDigits > Decimals).ToImmutableDictionary(code => code, _ => 10L);

    /// <summary>The attempt's name as an order; its full id goes into a free field of it.</summary>
    public static string OrderId(AttemptId attempt) => CompactName.Of(attempt.ToString(), OrderIdLength);

    /// <summary>The refund's name, by which Juspay recognises it.</summary>
    public static string RefundName(RefundId refund) => CompactName.Of(refund.ToString(), RefundIdLength);

    /// <summary>Amounts are whole units with up to two decimals: <c>123.45</c>, <c>295</c>.</summary>
    public static string ToAmount(Money money)
    {
        var digits = money.Currency.MinorDigits;
        var text = money.AmountMinor.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? text : $"{text[..^digits]}.{text[^digits..][..Math.Min(digits, Decimals)]}";
    }

    /// <summary>Reads an amount, which is a number or text; false if it is none that a payment can have.</summary>
    public static bool TryReadMoney(JsonElement element, string? code, out Money money)
    {
        money = default;
        var text = element.ValueKind switch
        {
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.String => element.GetString()!,
            _ => "",
        };
        if (text.Length is 0 or > 24 || !Currency.TryParse(code, out var currency))
        {
            return false;
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var (whole, part) = point < 0 ? (text, "") : (text[..point], text[(point + 1)..].TrimEnd('0'));
        if (whole.Length == 0
            || part.Length > currency.MinorDigits
            || whole.AsSpan().ContainsAnyExceptInRange('0', '9')
            || part.AsSpan().ContainsAnyExceptInRange('0', '9')
            || !long.TryParse(
                whole + part.PadRight(currency.MinorDigits, '0'), NumberStyles.None, CultureInfo.InvariantCulture,
                out var minor)
            || minor is not (> 0 and <= Money.MaxAmountMinor))
        {
            return false;
        }

        money = Money.Of(minor, currency);
        return true;
    }

    /// <summary>Whether this is an id of Juspay's. Ids become parts of paths, so nothing else is let through.</summary>
    public static bool IsId([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 64 } && text.AsSpan().IndexOfAnyExcept(IdCharacters) < 0;

    /// <summary>The fields of a new order.</summary>
    /// <param name="request">The charge.</param>
    /// <param name="session">The merchant, if it is to be a session, which needs more fields.</param>
    public static JuspayFields Order(ChargeRequest request, string? session)
    {
        var fields = new JuspayFields
        {
            { "order_id", OrderId(request.Attempt) },
            { "amount", ToAmount(request.Amount) },
            { "currency", request.Amount.Currency.Code },
            { "customer_id", CustomerId(request.Customer) },
            { "customer_email", request.Customer.Email },
            { "customer_phone", Phone(request.Customer.Phone) },
            { "return_url", request.CallbackUrl.AbsoluteUri },
            // "UDF 6 to 10" may have special characters, 1 to 5 may not.
            { "udf6", request.Attempt.ToString() },
            { "metadata.txns.auto_capture", request.Capture == CaptureMode.Automatic ? null : "false" },
        };
        if (session is not null)
        {
            fields.Add("payment_page_client_id", session);
            fields.Add("action", "paymentPage");
        }

        return fields;
    }

    /// <summary>The fields of a transaction.</summary>
    public static JuspayFields Txn(ChargeRequest request, string merchant)
    {
        var fields = new JuspayFields
        {
            { "order_id", OrderId(request.Attempt) },
            { "merchant_id", merchant },
            { "payment_method_type", Type(request.Instrument.Kind) },
            { "redirect_after_payment", "true" },
            { "format", "json" },
        };
        AddInstrument(fields, request.Instrument);
        return fields;
    }

    /// <summary>The fields of a refund.</summary>
    public static JuspayFields Refund(RefundRequest request) => new()
    {
        { "unique_request_id", RefundName(request.Refund) },
        { "amount", ToAmount(request.Amount) },
    };

    /// <summary>The fields of a customer.</summary>
    public static JuspayFields NewCustomer(Customer customer)
    {
        var (first, last) = customer.Name?.Trim().Split(' ', 2) switch
        {
            [var one] => (one, null),
            [var one, var two] => (one, two),
            _ => (null, null),
        };
        return new()
        {
            { "object_reference_id", CustomerId(customer) },
            { "mobile_number", Phone(customer.Phone) },
            { "email_address", customer.Email },
            { "first_name", first },
            { "last_name", last },
        };
    }

    /// <summary>Our customer's name at Juspay, the same in every call: the merchant's id, or a name for it where that
    /// is too short or has what is nothing for a path.</summary>
    public static string? CustomerId(Customer customer) => customer.Id switch
    {
        null or "" => null,
        { Length: >= 8 } id when IsId(id) => id,
        var id => CompactName.Of(id, RefundIdLength),
    };

    private static void AddInstrument(JuspayFields fields, ChargeInstrument instrument)
    {
        switch (instrument)
        {
            case ChargeInstrument.UpiCollect upi:
                fields.Add("payment_method", "UPI_COLLECT");
                fields.Add("upi_vpa", upi.Vpa);
                break;
            // The QR code shows the same upi://pay link.
            case ChargeInstrument.UpiIntent or ChargeInstrument.UpiQr:
                fields.Add("payment_method", "UPI_PAY");
                fields.Add("sdk_params", "true");
                break;
            case ChargeInstrument.Wallet wallet:
                fields.Add("payment_method", wallet.Code.ToUpperInvariant());
                break;
            case ChargeInstrument.LinkedWallet wallet:
                fields.Add("payment_method", wallet.Code.ToUpperInvariant());
                fields.Add("direct_wallet_token", wallet.Token.Reveal());
                break;
            case ChargeInstrument.Netbanking netbanking:
                fields.Add("payment_method", Banks.GetValueOrDefault(netbanking.Bank, "NB_" + netbanking.Bank));
                break;
            case ChargeInstrument.TypedCard typed:
                AddCard(fields, typed.Card);
                // Both, since a domestic card may be kept as a token alone.
                fields.Add("save_to_locker", typed.Saving is null ? null : "true");
                fields.Add("tokenize", typed.Saving is null ? null : "true");
                break;
            case ChargeInstrument.SavedCard saved:
                fields.Add("payment_method", Brand(saved.Network));
                fields.Add("card_token", saved.Token.Reveal());
                fields.Add("card_security_code", saved.SecurityCode?.Reveal());
                fields.Add("auth_type", "THREE_DS");
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void AddCard(JuspayFields fields, CardDetails card)
    {
        fields.Add("payment_method", Brand(card.Number.Network));
        fields.Add("card_number", card.Number.Reveal());
        fields.Add("card_exp_month", card.ExpiryMonth.ToString("00", CultureInfo.InvariantCulture));
        fields.Add("card_exp_year", (card.ExpiryYear % 100).ToString("00", CultureInfo.InvariantCulture));
        fields.Add("name_on_card", card.HolderName);
        fields.Add("card_security_code", card.SecurityCode.Reveal());
        fields.Add("auth_type", "THREE_DS");
    }

    private static string Type(PaymentMethodKind kind) => kind switch
    {
        PaymentMethodKind.Upi => "UPI",
        PaymentMethodKind.Card => "CARD",
        PaymentMethodKind.Wallet => "WALLET",
        PaymentMethodKind.Netbanking => "NB",
    };

    private static string? Brand(string? network) => network is null or "unknown" ? null : network.ToUpperInvariant();

    // The country's own numbers without its code, as Juspay's samples have them.
    private static string? Phone(string? phone) =>
        phone is { Length: 13 } && phone.StartsWith("+91", StringComparison.Ordinal)
            ? phone[3..]
            : phone?.TrimStart('+');
}
