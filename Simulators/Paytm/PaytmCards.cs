using System.Globalization;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Reads a card and judges a bank's code; what is kept of a card has neither number nor CVV.</summary>
internal static class PaytmCards
{
    // Numbers that pass the check digit and select a failure; the rest is approved. They are this simulator's own.
    private static readonly Dictionary<string, string> FailingCards = new(StringComparer.Ordinal)
    {
        ["4000000000000002"] = "227",
        ["4000000000000127"] = "401",
        ["4000000000009995"] = "810",
    };

    private static readonly HashSet<string> Banks = new(StringComparer.Ordinal)
    {
        "HDFC", "ICICI", "SBI", "AXIS", "NKMB", "YES", "PNB", "BOI", "IDBI", "FDEB",
    };

    public static bool IsBank(string code) => Banks.Contains(code);

    /// <summary>What a card is by its first digits: those of one network are debit cards here.</summary>
    public static string ModeOf(string bin) => bin.StartsWith('6') ? "DEBIT_CARD" : "CREDIT_CARD";

    /// <summary>A transaction with the card of <c>cardInfo</c>: <c>savedCardId|number|cvv|MMYYYY</c>.</summary>
    public static PaytmTxn? Read(PaytmTxn draft, PaytmCall call, ref PaytmResult? refusal)
    {
        var mode = call.Text("paymentMode") == "DEBIT_CARD" ? "DC" : "CC";
        call.Tolerate("authMode");
        if (call.Text("authMode") is not ("otp" or "pin")
            || call.Text("cardInfo")?.Split('|') is not [var saved, var number, var cvv, var expiry])
        {
            refusal = PaytmResult.NotValid;
            return null;
        }

        if (saved.Length > 0)
        {
            refusal = number.Length == 0
                && expiry.Length == 0
                && IsDigits(cvv, 3, 4)
                && saved.StartsWith("card-", StringComparison.Ordinal)
                ? null
                : PaytmResult.NoSuchCard;
            return refusal is null
                ? draft with { Mode = mode, Bank = "HDFC", MaskedCard = "411111******1111", CardScheme = "VISA" }
                : null;
        }

        refusal = !IsNumber(number) || ModeOf(number) != call.Text("paymentMode") ? PaytmResult.NoSuchCard
            : !IsDigits(cvv, 3, 4) ? PaytmResult.NotValid
            : !IsInFuture(expiry, call.Now) ? PaytmResult.WrongYear
            : null;
        return refusal is not null ? null : draft with
        {
            Mode = mode,
            Bank = "HDFC",
            MaskedCard = $"{number[..6]}{new string('*', number.Length - 10)}{number[^4..]}",
            CardScheme = SchemeOf(number),
            WillFailWith = FailingCards.GetValueOrDefault(number),
        };
    }

    private static bool IsDigits(string text, int least, int most) =>
        text.Length >= least && text.Length <= most && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static bool IsInFuture(string expiry, DateTimeOffset now) =>
        IsDigits(expiry, 6, 6)
        && int.Parse(expiry.AsSpan(0, 2), CultureInfo.InvariantCulture) is >= 1 and <= 12 and var month
        && (int.Parse(expiry.AsSpan(2), CultureInfo.InvariantCulture), month).CompareTo((now.Year, now.Month)) >= 0;

    private static bool IsNumber(string number)
    {
        if (!IsDigits(number, 12, 19))
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

    private static string SchemeOf(string number) => number[0] switch
    {
        '4' => "VISA",
        '5' => "MASTER",
        '6' => "RUPAY",
        '3' => "AMEX",
        _ => "MAESTRO",
    };
}
