using System.Globalization;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The currencies of the API, and its amounts: text (or a number) in major units.</summary>
internal static class AmazonPayCurrencies
{
    private const long MaxYen = 10_000_000;
    private const long MaxCents = 15_000_000;

    private static readonly HashSet<string> Known = new(
        "USD EUR GBP JPY AUD DKK HKD NZD NOK ZAR SEK CHF".Split(' '), StringComparer.Ordinal);

    public static bool IsKnown(string currency) => Known.Contains(currency);

    /// <summary>Whether a merchant of this region can be paid in this currency.</summary>
    public static bool IsLedger(string region, string currency) => region switch
    {
        "na" => currency == "USD",
        "jp" => currency == "JPY",
        _ => currency is "EUR" or "GBP",
    };

    /// <summary>Whether an amount is above what one charge may be.</summary>
    public static bool IsTooLarge(long amount, string currency) => amount > (currency == "JPY" ? MaxYen : MaxCents);

    /// <summary>How far refunds may exceed what was captured: 15 %, and no more than 75 or 8,400 yen.</summary>
    public static long RefundableExcess(long captured, string currency) =>
        Math.Min(captured * 15 / 100, currency == "JPY" ? 8_400 : 7_500);

    /// <summary>Minor units; null if the text is no amount in this currency.</summary>
    public static long? Parse(string text, string currency)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major)
            || major is < 0 or > 1_000_000_000)
        {
            return null;
        }

        var minor = major * (currency == "JPY" ? 1 : 100);
        return minor == decimal.Truncate(minor) ? (long)minor : null;
    }

    /// <summary>An amount as the API writes it: <c>14.00</c>, and <c>1400</c> for yen.</summary>
    public static string Spell(long amount, string currency) => currency == "JPY"
        ? amount.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{amount / 100}.{amount % 100:D2}");
}
