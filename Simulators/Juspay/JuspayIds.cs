using System.Security.Cryptography;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>Makes ids as Juspay's look.</summary>
internal static class JuspayIds
{
    private const string LettersAndDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A prefix and 16 characters.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(LettersAndDigits, 16);

    /// <summary>A prefix and 32 hexadecimal digits.</summary>
    public static string Hex(string prefix) => prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>A bank's reference of so many digits.</summary>
    public static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);
}
