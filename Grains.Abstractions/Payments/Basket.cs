using System.Collections.Immutable;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>What the order consists of, as the customer reads it beside the amount. All in minor units of the payment's
/// currency; items, less the discount, plus shipping, are the payment's amount.</summary>
[GenerateSerializer, Immutable, Alias("basket")]
public sealed record Basket
{
    /// <summary>The items.</summary>
    [Id(0)]
    public required ImmutableArray<BasketItem> Items { get; init; }

    /// <summary>What is taken off.</summary>
    [Id(1)]
    public long DiscountMinor { get; init; }

    /// <summary>What delivery costs.</summary>
    [Id(2)]
    public long ShippingMinor { get; init; }

    /// <summary>What the customer saves in all, for reading only.</summary>
    [Id(3)]
    public long SavingsMinor { get; init; }

    /// <summary>What it all comes to.</summary>
    /// <exception cref="OverflowException">No amount of money.</exception>
    public long TotalMinor() => checked(
        Items.Sum(item => checked(item.UnitAmountMinor * item.Quantity)) - DiscountMinor + ShippingMinor);
}

/// <summary>One line of a basket.</summary>
[GenerateSerializer, Immutable, Alias("basket-item")]
public sealed record BasketItem
{
    /// <summary>What it is.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>How many.</summary>
    [Id(1)]
    public required int Quantity { get; init; }

    /// <summary>What one costs.</summary>
    [Id(2)]
    public required long UnitAmountMinor { get; init; }
}
