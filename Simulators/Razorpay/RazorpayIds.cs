using System.Buffers;
using System.Security.Cryptography;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Makes ids as Razorpay's look: a prefix and 14 characters of base62.</summary>
internal static class RazorpayIds
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Base62);

    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Base62, 14);

    /// <summary>A bank's reference of so many digits.</summary>
    public static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);

    /// <summary>Whether <paramref name="id"/> looks like one with this prefix.</summary>
    public static bool IsValid(string id, string prefix) =>
        id.Length == prefix.Length + 14
        && id.StartsWith(prefix, StringComparison.Ordinal)
        && id.AsSpan(prefix.Length).IndexOfAnyExcept(Allowed) < 0;
}
