using System.Globalization;
using System.Security.Cryptography;

namespace PaymentCluster.Simulators.PayU;

/// <summary>Makes ids and writes amounts and times as PayU does.</summary>
internal static class PayUIds
{
    private static readonly TimeSpan India = new(5, 30, 0);

    /// <summary>A <c>mihpayid</c>: among a million no two are the same, as at PayU.</summary>
    public static string Payment() => "40399" + Digits(13);

    /// <summary>The id of a capture, refund or cancellation.</summary>
    public static string Request() => "1" + Digits(9);

    public static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);

    public static string Hex(int count) => RandomNumberGenerator.GetHexString(count, lowercase: true);

    /// <summary>Rupees with two decimals.</summary>
    public static string Rupees(long paise) =>
        string.Create(CultureInfo.InvariantCulture, $"{paise / 100}.{paise % 100:00}");

    /// <summary>Reads rupees with at most two decimals; null if it is no such text.</summary>
    public static long? Paise(string text)
    {
        var dot = text.IndexOf('.');
        var whole = dot < 0 ? text : text[..dot];
        var part = dot < 0 ? "" : text[(dot + 1)..];
        if (whole.Length is 0 or > 9 || !whole.All(char.IsAsciiDigit) || !part.All(char.IsAsciiDigit))
        {
            return null;
        }

        return (dot < 0 || part.Length is 1 or 2)
            ? (long.Parse(whole, CultureInfo.InvariantCulture) * 100)
                + (part.Length == 0 ? 0 : int.Parse(part.PadRight(2, '0'), CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>A moment as PayU writes it, in Indian time.</summary>
    public static string Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToOffset(India).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The Indian day of a moment.</summary>
    public static string Day(long milliseconds) => Moment(milliseconds)[..10];
}
