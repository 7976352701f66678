using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>A merchant's account, opened for one call: its key can sign, and prints nothing.</summary>
internal sealed class AmazonPayAccount : IDisposable
{
    public const string PublicKeyIdName = "public_key_id";
    public const string PrivateKeyName = "private_key";
    public const string StoreIdName = "store_id";
    public const string RegionName = "region";
    public const string MerchantIdName = "merchant_id";
    public const string TopicName = "topic_arn";

    private const int LongestId = 128;

    private AmazonPayAccount(RSA key) => Key = key;

    /// <summary>Our id of the merchant.</summary>
    public required string Merchant { get; init; }

    public required string PublicKeyId { get; init; }

    public required string StoreId { get; init; }

    /// <summary><c>na</c>, <c>eu</c> or <c>jp</c>.</summary>
    public required string Region { get; init; }

    public RSA Key { get; }

    /// <summary>Whether the key's own name says which environment it is for, so that the path does not.</summary>
    public bool SaysEnvironment => PublicKeyId.StartsWith("SANDBOX-", StringComparison.Ordinal)
        || PublicKeyId.StartsWith("LIVE-", StringComparison.Ordinal);

    /// <summary>Opens the account; false if the credentials cannot be Amazon's.</summary>
    public static bool TryOpen(ProviderCredentials credentials, [NotNullWhen(true)] out AmazonPayAccount? account)
    {
        account = null;
        var id = credentials[PublicKeyIdName].Reveal();
        if (RegionOf(credentials[RegionName].Reveal()) is not { } region
            || id.Length is 0 or > LongestId
            || !id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            return false;
        }

        var key = RSA.Create();
        try
        {
            key.ImportFromPem(credentials[PrivateKeyName].Reveal());
            // A public key alone is a PEM too.
            key.ExportParameters(includePrivateParameters: true);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            return false;
        }

        account = new AmazonPayAccount(key)
        {
            Merchant = credentials.Merchant,
            PublicKeyId = id,
            Region = region,
            StoreId = credentials[StoreIdName].Reveal(),
        };
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    // The names that Amazon's own libraries take for the three regions.
    private static string? RegionOf(string text) => text.ToLowerInvariant() switch
    {
        "na" or "us" => "na",
        "eu" or "uk" or "de" => "eu",
        "jp" => "jp",
        _ => null,
    };
}
