using System.Security.Cryptography;

namespace PaymentCluster.Grains.Merchants;

/// <summary>Where keys and nonces come from.</summary>
public interface ISecretSource
{
    /// <summary>Fills a span with unpredictable bytes.</summary>
    void Fill(Span<byte> bytes);
}

/// <summary>The operating system's generator.</summary>
public sealed class SystemSecretSource : ISecretSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
