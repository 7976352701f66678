using System.Globalization;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Amounts are rupees in decimal text.</summary>
internal static class PaytmAmounts
{
    /// <summary>Reads an amount of at least one paisa: digits, and at most two more after a point.</summary>
    public static bool TryRead(string? text, out long paise)
    {
        paise = 0;
        if (text is null || text.Length is 0 or > 16)
        {
            return false;
        }

        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "" : text[(point + 1)..];
        if (whole.Length == 0 || fraction.Length > 2 || (point >= 0 && fraction.Length == 0)
            || whole.AsSpan().ContainsAnyExceptInRange('0', '9')
            || fraction.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        paise = long.Parse(whole + fraction.PadRight(2, '0'), CultureInfo.InvariantCulture);
        return paise > 0;
    }

    public static string Spell(long paise) =>
        string.Create(CultureInfo.InvariantCulture, $"{paise / 100}.{paise % 100:00}");
}
