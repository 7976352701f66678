namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>The browser that a payer's request came from: with a publishable key, a client secret, or from the checkout
/// page. A request with a secret key has none: it comes from the merchant's server, whose address is no
/// payer's.</summary>
[GenerateSerializer, Immutable, Alias("payer-browser")]
public sealed record PayerBrowser
{
    /// <summary>What counts as one address: an IPv4 address, or the first of a /64 of IPv6.</summary>
    [Id(0)]
    public required string Address { get; init; }

    /// <summary>The publishable key's id; null with a client secret, and from the checkout page.</summary>
    [Id(1)]
    public string? Key { get; init; }
}
