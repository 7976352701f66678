using System.Globalization;

namespace PaymentCluster.Grains.Abstractions.Secrets;

/// <summary>Card networks by their issuer identification numbers (ISO/IEC 7812; the networks' published
/// ranges).</summary>
internal static class CardNetworks
{
    // The first range that holds the number's first six digits decides; narrower ranges come before wider ones.
    private static readonly (int From, int To, string Network)[] Ranges =
    [
        (340000, 349999, "amex"), (370000, 379999, "amex"),
        (300000, 305999, "diners"), (309500, 309599, "diners"), (360000, 369999, "diners"), (380000, 399999, "diners"),
        (352800, 358999, "jcb"),
        (353000, 353099, "rupay"), (356000, 356099, "rupay"), (508500, 508999, "rupay"), (606985, 607984, "rupay"),
        (608001, 608500, "rupay"), (652150, 653149, "rupay"), (817200, 820199, "rupay"),
        (601100, 601199, "discover"), (644000, 652149, "discover"), (653150, 659999, "discover"),
        (510000, 559999, "mastercard"), (222100, 272099, "mastercard"),
        (500000, 508499, "maestro"), (509000, 509999, "maestro"), (560000, 589999, "maestro"), (
            630000, 639999, "maestro"),
        (670000, 679999, "maestro"),
        (400000, 499999, "visa"),
    ];

    public static string Of(string digits)
    {
        var issuer = int.Parse(digits.AsSpan(0, 6), NumberStyles.None, CultureInfo.InvariantCulture);
        return Array.Find(Ranges, range => issuer >= range.From && issuer <= range.To).Network ?? "unknown";
    }
}
