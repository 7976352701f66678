using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Simulators.PayU;

/// <summary>PayU's hashes: SHA-512 over fields between bars, in lower-case hex.</summary>
internal static class PayUHash
{
    /// <summary>Of a payment's request; with a split settlement its JSON follows the salt.</summary>
    public static string OfPayment(
        string key, string txnId, string amount, string productInfo, string firstName, string email,
        IReadOnlyList<string> udfs, string salt, string? split = null) =>
        Of([key, txnId, amount, productInfo, firstName, email, .. udfs, "", "", "", "", "", salt,
            .. split is null ? Array.Empty<string>() : [split]]);

    /// <summary>Of what PayU says of a payment: the other way round, with additional charges in front.</summary>
    public static string OfResponse(
        string salt, string status, IReadOnlyList<string> udfs, string email, string firstName, string productInfo,
        string amount, string txnId, string key, string? additionalCharges = null, string? splitInfo = null) =>
        Of([.. additionalCharges is null ? Array.Empty<string>() : [additionalCharges], salt, status,
            .. splitInfo is null ? Array.Empty<string>() : [splitInfo], "", "", "", "", "",
            .. udfs.Reverse(), email, firstName, productInfo, amount, txnId, key]);

    /// <summary>Of a command: over its first variable alone.</summary>
    public static string OfCommand(string key, string command, string var1, string salt) =>
        Of([key, command, var1, salt]);

    public static bool AreEqual(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static string Of(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts))));
}
