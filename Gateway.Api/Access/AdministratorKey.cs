using System.Security.Cryptography;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>The key that administers merchants, known by its hash.</summary>
internal sealed class AdministratorKey(GatewayOptions options)
{
    private readonly byte[]? _hash = options.AdminKeyHash is { } hash ? Convert.FromHexString(hash) : null;

    /// <summary>Whether this is the key. Without a configured hash nothing is.</summary>
    public bool Is(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        KeyHash.Of(key).CopyTo(hash);
        return _hash is not null && CryptographicOperations.FixedTimeEquals(hash, _hash);
    }
}
