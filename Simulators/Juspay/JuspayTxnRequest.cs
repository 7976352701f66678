using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>What pays an order, as the fields of a transaction say it. Card number and CVV are gone once it is
/// read.</summary>
internal sealed record JuspayTxnRequest
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal) { "CARD", "NB", "WALLET", "UPI" };

    private static readonly HashSet<string> Brands = new(StringComparer.Ordinal)
    {
        "VISA", "MASTERCARD", "MASTER", "RUPAY", "AMEX", "DINERS", "DISCOVER", "MAESTRO", "JCB",
    };

    private static readonly HashSet<string> Wallets = new(StringComparer.Ordinal)
    {
        "AMAZONPAY", "AIRTEL_MONEY", "FREECHARGE", "JIOMONEY", "MOBIKWIK", "OLAMONEY", "PAYTM", "PHONEPE",
    };

    public required string MethodType { get; init; }

    public required string Method { get; init; }

    public JuspayCard? Card { get; init; }

    public bool SavesCard { get; init; }

    public string? Vpa { get; init; }

    public string? WalletToken { get; init; }

    public bool WantsSdkParams { get; init; }

    /// <summary>Reads it, as far as its own fields tell.</summary>
    public static JuspayTxnRequest Read(JuspayFields fields, JuspayBook book, string merchantId, DateTimeOffset now)
    {
        var (type, method) = (fields.Required("payment_method_type"), fields.Text("payment_method"));
        fields.Flag("redirect_after_payment");
        // The older spelling of the flow, and what a customer's device adds.
        var older = fields.Text("txn_type");
        fields.Ignore("auth_type", "upi_app", "customer_ip", "browser_ip");
        var request = new JuspayTxnRequest
        {
            MethodType = type,
            Method = method ?? "",
            SavesCard = fields.Flag("save_to_locker") | fields.Flag("tokenize"),
            Vpa = fields.Text("upi_vpa")?.ToLowerInvariant(),
            WalletToken = fields.Text("direct_wallet_token"),
            WantsSdkParams = fields.Flag("sdk_params"),
        };
        if (type.Length > 0 && !Types.Contains(type))
        {
            fields.Refuse("payment_method_type", "Missing field or Invalid Value");
        }
        else if (type == "CARD")
        {
            return request with { Card = ReadCard(fields, request.Method, book, merchantId, now) };
        }
        else if (!IsMethod(type, request.Method, older))
        {
            fields.Refuse("payment_method", "Missing field or Invalid Value");
        }
        else if (type == "UPI" && (method is "UPI_COLLECT" or "COLLECT" || older == "UPI_COLLECT"))
        {
            CheckVpa(fields, request.Vpa);
        }

        return request;
    }

    private static bool IsMethod(string type, string method, string? older) => type switch
    {
        "NB" => method.StartsWith("NB_", StringComparison.Ordinal) && method.Length is > 3 and <= 16,
        "WALLET" => Wallets.Contains(method),
        "UPI" =>
            method is "UPI_COLLECT" or "UPI_PAY" or "COLLECT"
                || (method == "UPI" && older is "UPI_COLLECT" or "UPI_PAY"),
        _ => false,
    };

    private static void CheckVpa(JuspayFields fields, string? vpa)
    {
        if (vpa is null)
        {
            fields.Refuse("upi_vpa", "Missing field or Invalid Value");
        }
        else if (vpa.Split('@') is not [{ Length: > 0 }, { Length: > 1 }])
        {
            fields.Refuse("upi_vpa", "Invalid VPA");
        }
    }

    private static JuspayCard? ReadCard(
        JuspayFields fields, string brand, JuspayBook book, string merchantId, DateTimeOffset now)
    {
        var cvv = fields.Text("card_security_code");
        if (cvv is not null && (cvv.Length is not (3 or 4) || !cvv.All(char.IsAsciiDigit)))
        {
            fields.Refuse("card_security_code", "Invalid CVV");
        }

        if (fields.Text("card_token") is { } token)
        {
            lock (book.Shelf.Gate)
            {
                if (book.Shelf.Card(merchantId, token) is { } kept)
                {
                    return kept.Card;
                }
            }

            fields.Refuse(JuspayErrors.Refused("EXPIRED", "Invalid or expired card_token"));
            return null;
        }

        var number = fields.Required("card_number", longest: 19);
        var (month, year) = (
            fields.Required("card_exp_month", longest: 2), fields.Required("card_exp_year", longest: 4));
        var name = fields.Text("name_on_card");
        if (cvv is null)
        {
            fields.Refuse("card_security_code", "Missing field or Invalid Value");
        }

        if (!Brands.Contains(brand))
        {
            fields.Refuse("payment_method", "Missing field or Invalid Value");
        }
        else if (fields.Refusal is null && !IsNumber(number))
        {
            fields.Refuse("card_number", "Invalid card number");
        }
        else if (fields.Refusal is null && !IsAhead(month, year, now))
        {
            fields.Refuse("card_exp_year", "The card has expired");
        }

        return fields.Refusal is null ? Keep(number, month, year, name, brand) : null;
    }

    private static JuspayCard Keep(string number, string month, string year, string? name, string brand)
    {
        // The number is not kept, and cannot be got back from these.
        var print = Convert.ToHexStringLower(HMACSHA256.HashData("fingerprint"u8, Encoding.ASCII.GetBytes(number)));
        return new JuspayCard
        {
            Last4 = number[^4..],
            Isin = number[..6],
            Brand = brand,
            Month = month,
            Year = year.Length == 2 ? "20" + year : year,
            Name = name,
            Reference = print[..32],
            Fingerprint = print[32..58],
            Failure = JuspayFailures.OfCard(number),
        };
    }

    private static bool IsAhead(string month, string year, DateTimeOffset now) =>
        int.TryParse(month, out var m) && int.TryParse(year, out var y) && m is >= 1 and <= 12
        && ((y % 100) + 2000, m).CompareTo((now.Year, now.Month)) >= 0;

    private static bool IsNumber(string number)
    {
        if (number.Length is < 12 or > 19 || !number.All(char.IsAsciiDigit))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            var weighed = i % 2 == 1 ? digit * 2 : digit;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }

        return sum % 10 == 0;
    }
}
