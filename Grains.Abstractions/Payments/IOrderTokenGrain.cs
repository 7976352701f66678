using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>Signs and opens a merchant's order tokens. The key is the merchant's id; any activation serves it, and
/// nothing is stored.</summary>
[Alias("order-tokens")]
public interface IOrderTokenGrain : IGrainWithStringKey
{
    /// <summary>What every order token begins with.</summary>
    const string Prefix = "ot_";

    /// <summary>The longest order token, in characters.</summary>
    const int MaxLength = 48 * 1024;

    /// <summary>Signs an order, so that a page can create its payment and change nothing of it.</summary>
    [Alias("sign"), OpenToGateways]
    Task<Reply<OrderToken>> Sign(SignOrder command);

    /// <summary>The order that a token of this merchant's holds, while its time is not over.</summary>
    [Alias("open"), OpenToGateways]
    Task<Reply<OrderTerms>> Open(string token);
}

/// <summary>What a merchant's server says of an order before its customer chooses how to pay.</summary>
[GenerateSerializer, Immutable, Alias("order-terms")]
public sealed record OrderTerms
{
    /// <summary>The merchant's order.</summary>
    [Id(0)]
    public required string OrderId { get; init; }

    /// <summary>What is to be paid.</summary>
    [Id(1)]
    public required Money Amount { get; init; }

    /// <summary>Who captures.</summary>
    [Id(2)]
    public required CaptureMode Capture { get; init; }

    /// <summary>Who pays.</summary>
    [Id(3)]
    public required Customer Customer { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    [Id(4)]
    public string? ReturnUrl { get; init; }

    /// <summary>What the customer reads on the payment.</summary>
    [Id(5)]
    public string? Description { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    [Id(6)]
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What the order consists of.</summary>
    [Id(7)]
    public Basket? Basket { get; init; }

    /// <summary>How long the customer has to pay; null for the configured time.</summary>
    [Id(8)]
    public TimeSpan? ExpiresIn { get; init; }
}

/// <summary>Sign an order.</summary>
[GenerateSerializer, Immutable, Alias("sign-order")]
public sealed record SignOrder
{
    /// <summary>The order.</summary>
    [Id(0)]
    public required OrderTerms Order { get; init; }

    /// <summary>How long its token can be used.</summary>
    [Id(1)]
    public required TimeSpan Lifetime { get; init; }
}

/// <summary>A signed order.</summary>
[GenerateSerializer, Immutable, Alias("order-token")]
public sealed record OrderToken
{
    /// <summary>The token.</summary>
    [Id(0)]
    public required Secret Token { get; init; }

    /// <summary>Until when it can be used.</summary>
    [Id(1)]
    public required DateTimeOffset ExpiresAt { get; init; }
}
