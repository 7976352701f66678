using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>Resolves a payer's client secret to its payment. Any activation serves it; the key has no
/// meaning.</summary>
[Alias("payment-access")]
public interface IPaymentAccessGrain : IGrainWithStringKey
{
    /// <summary>What every client secret begins with.</summary>
    const string SecretPrefix = "cs_";

    /// <summary>What the client secret opens now; null if nothing.</summary>
    [Alias("open")]
    Task<PaymentAccess?> Open(string clientSecret);
}

/// <summary>What a client secret opens.</summary>
[GenerateSerializer, Immutable, Alias("payment-access-grant")]
public sealed record PaymentAccess
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentKey Payment { get; init; }

    /// <summary>Until when.</summary>
    [Id(1)]
    public required DateTimeOffset ExpiresAt { get; init; }
}
