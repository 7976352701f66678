using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>What payers' client secrets open. Only the grains can tell: the gateway holds no key.</summary>
internal sealed class ClientSecrets(IGrainFactory grains)
{
    /// <summary>Whether a text can be a client secret at all.</summary>
    public static bool HasForm(ReadOnlySpan<char> key) =>
        key.StartsWith(IPaymentAccessGrain.SecretPrefix, StringComparison.Ordinal);

    /// <summary>What the client secret opens; null if nothing.</summary>
    public Task<PaymentAccess?> OpenAsync(string secret) =>
        grains.Grain<IPaymentAccessGrain>("client-secrets").Open(secret);
}
