using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Merchants;

/// <summary>A merchant's account at a provider: what an attempt was sent to, and all that follows it is sent
/// to.</summary>
/// <param name="Merchant">The merchant.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Account">The account's fingerprint; null: the one of attempts that were started before attempts named
/// theirs.</param>
public readonly record struct ProviderAccount(string Merchant, string Provider, string? Account)
{
    private const int FingerprintLength = 16;

    /// <summary>The fingerprint of an account: the same for the same account at every time, and nothing that opens
    /// it.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="name">The provider's name of the account, such as a merchant id.</param>
    public static string FingerprintOf(string provider, string name) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{provider}|{name}")))[..FingerprintLength];
}
