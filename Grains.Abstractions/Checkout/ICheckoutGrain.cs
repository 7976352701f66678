using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Abstractions.Checkout;

/// <summary>What a merchant's checkout page offers. The key is the merchant's id; any activation serves it.</summary>
[Alias("checkout")]
public interface ICheckoutGrain : IGrainWithStringKey
{
    /// <summary>What an amount can be paid with; null if there is no such merchant.</summary>
    [Alias("offer"), OpenToGateways]
    Task<CheckoutOffer?> Offer(Money amount);
}

/// <summary>What a checkout page offers.</summary>
[GenerateSerializer, Immutable, Alias("checkout-offer")]
public sealed record CheckoutOffer
{
    /// <summary>The merchant's name, as customers read it.</summary>
    [Id(0)]
    public required string MerchantName { get; init; }

    /// <summary>The origins whose pages may show the checkout page in a frame.</summary>
    [Id(1)]
    public required ImmutableArray<string> Origins { get; init; }

    /// <summary>The methods that one of the merchant's providers takes for this amount.</summary>
    [Id(2)]
    public required ImmutableArray<PaymentMethodKind> Methods { get; init; }

    /// <summary>The UPI flows among them.</summary>
    [Id(3)]
    public required ImmutableArray<UpiFlow> UpiFlows { get; init; }

    /// <summary>The wallets among them, by their codes; null: whichever a provider knows by its code.</summary>
    [Id(4)]
    public ImmutableArray<string>? Wallets { get; init; }
}
