namespace PaymentCluster.Simulators.Juspay;

/// <summary>Amounts as Juspay spells them: whole units with up to two decimals, <c>100.15</c> or <c>100</c>.</summary>
internal static class JuspayAmounts
{
    /// <summary>In minor units; null if it is not spelt so, or not above zero.</summary>
    public static long? Read(string text, string currency)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var part = point < 0 ? "" : text[(point + 1)..];
        if (whole.Length is 0 or > 12 || part.Length > 2 || (point >= 0 && part.Length == 0)
            || !IsDigits(whole) || !IsDigits(part))
        {
            return null;
        }

        var digits = Digits(currency);
        part = part.PadRight(digits, '0');
        if (part[digits..].Trim('0').Length > 0)
        {
            return null;
        }

        var amount = long.Parse(whole + part[..digits], null);
        return amount > 0 ? amount : null;
    }

    /// <summary>As a JSON number: <c>1</c>, <c>123.4</c>, <c>123.45</c>.</summary>
    public static string Spell(long amount, string currency)
    {
        var digits = Digits(currency);
        var text = Math.Abs(amount).ToString().PadLeft(digits + 1, '0');
        var part = text[^digits..].TrimEnd('0');
        return (amount < 0 ? "-" : "") + text[..^digits] + (part.Length == 0 ? "" : "." + part);
    }

    public static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    private static int Digits(string currency) => currency switch
    {
        "JPY" or "KRW" or "VND" or "CLP" => 0,
        "KWD" or "BHD" or "OMR" or "JOD" or "TND" => 3,
        _ => 2,
    };

    private static bool IsDigits(string text) => !text.AsSpan().ContainsAnyExceptInRange('0', '9');
}
