using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Connectors.PayU;

/// <summary>PayU's hashes: SHA-512 over fields between bars, with the salt as the secret, in lower-case hex
/// (docs.payu.in/docs/generate-hash-payu-hosted and …/authentication-with-payu-apis).</summary>
internal static class PayUSignature
{
    private const int Length = 2 * SHA512.HashSizeInBytes;

    /// <summary>Of a request to <c>_payment</c>. Five fields are empty between the last udf and the salt.</summary>
    /// <param name="field">A field of the request by its name; empty if it is not sent.</param>
    /// <param name="salt">The salt.</param>
    public static string OfPayment(Func<string, string> field, string salt)
    {
        string[] parts =
        [
            field("key"), field("txnid"), field("amount"), field("productinfo"), field("firstname"), field("email"),
            field("udf1"), field("udf2"), field("udf3"), field("udf4"), field("udf5"), "", "", "", "", "", salt,
        ];
        // A split settlement's JSON follows the salt.
        return Of(field("splitRequest") is { Length: > 0 } split ? [.. parts, split] : parts);
    }

    /// <summary>Of a command: of its variables only the first is covered.</summary>
    public static string OfCommand(string key, string command, string var1, string salt) =>
        Of(key, command, var1, salt);

    /// <summary>Whether what PayU reports of a payment carries the right hash. It covers status, amount, txnid and what
    /// we sent, but not the payment's id, its <c>unmappedstatus</c> or the bank's reference.</summary>
    /// <param name="field">A field of the report by its name; empty if it is not there.</param>
    /// <param name="key">The merchant's key.</param>
    /// <param name="salt">The salt.</param>
    public static bool IsResponse(Func<string, string> field, string key, string salt)
    {
        var claimed = field("hash");
        // Anyone can sign with an empty salt.
        if (salt.Length == 0 || claimed.Length != Length)
        {
            return false;
        }

        string[] back =
        [
            field("udf5"), field("udf4"), field("udf3"), field("udf2"), field("udf1"), field("email"), field(
                "firstname"),
            field("productinfo"), field("amount"), field("txnid"), key,
        ];
        // The official client tests one name of it and appends the other; a sender may use either.
        var charges = field("additionalCharges") is { Length: > 0 } camel ? camel : field("additional_charges");
        var split = field("splitInfo");
        string[] head = charges.Length > 0 ? [charges, salt, field("status")] : [salt, field("status")];
        return AreEqual(Of([.. head, "", "", "", "", "", .. back]), claimed)
            || (split.Length > 0 && AreEqual(Of([.. head, split, "", "", "", "", "", .. back]), claimed));
    }

    private static bool AreEqual(string ours, string claimed) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(ours), Encoding.UTF8.GetBytes(claimed.ToLowerInvariant()));

    private static string Of(params string[] parts) =>
        Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts))));
}
