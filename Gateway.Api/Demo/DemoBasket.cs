using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Demo;

/// <summary>What the demo shop sells.</summary>
internal static class DemoBasket
{
    private const int MaxQuantity = 9;
    private const long Shipping = 4_900;

    /// <summary>A thing on the shelf.</summary>
    internal sealed record Thing(string Id, string Name, long UnitAmountMinor, int Quantity);

    public static ImmutableArray<Thing> Items { get; } =
    [
        new("paracetamol", "Paracetamol 500 mg, 15 tablets", 3_250, 2),
        new("thermometer", "Digital thermometer", 24_900, 1),
        new("vitamin", "Vitamin D3, 60 capsules", 41_500, 1),
    ];

    /// <summary>The basket that a form holds, a tenth off; null if there is nothing in it.</summary>
    public static Basket? Of(IFormCollection form)
    {
        ImmutableArray<BasketItem> items =
        [
            .. Items
                .Select(thing => new BasketItem
                {
                    Name = thing.Name, Quantity = Quantity(form, thing.Id), UnitAmountMinor = thing.UnitAmountMinor,
                })
                .Where(item => item.Quantity > 0),
        ];
        if (items.IsEmpty)
        {
            return null;
        }

        var discount = items.Sum(item => item.UnitAmountMinor * item.Quantity) / 10;
        return new Basket
        {
            Items = items, DiscountMinor = discount, ShippingMinor = Shipping, SavingsMinor = discount,
        };
    }

    private static int Quantity(IFormCollection form, string id) =>
        int.TryParse(form[id], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity)
            ? Math.Min(quantity, MaxQuantity)
            : 0;
}
