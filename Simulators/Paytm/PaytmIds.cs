using System.Globalization;
using System.Security.Cryptography;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Makes ids as Paytm's look: the moment and digits, 35 in all.</summary>
internal static class PaytmIds
{
    private static readonly TimeSpan IndiasClock = new(5, 30, 0);

    public static string New(DateTimeOffset now) =>
        now.ToOffset(IndiasClock).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + Digits(21);

    /// <summary>So many digits.</summary>
    public static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);

    /// <summary>So many lower-case hex digits.</summary>
    public static string Word(int count) => RandomNumberGenerator.GetHexString(count, lowercase: true);

    /// <summary>A moment as Paytm spells it: <c>2024-01-02 10:00:00.0</c>, by India's clock.</summary>
    public static string Spell(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToOffset(IndiasClock).ToString("yyyy-MM-dd HH:mm:ss.f", CultureInfo.InvariantCulture);
}
