using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What an order consists of, as bodies say it.</summary>
internal static class BasketRequest
{
    private const long MaxAmount = 100_000_000_000_000;

    private static readonly RequiredField<string> ItemName = Field.Text("name", 120, "What it is.");

    private static readonly RequiredField<int> Quantity = Field.Integer("quantity", 1, 10_000, "How many.");

    private static readonly RequiredField<long> UnitAmount =
        Field.Long("unit_amount", 0, MaxAmount, "The price of one, in minor units.");

    private static readonly BodyShape Item = new("BasketItemRequest", ItemName, Quantity, UnitAmount);

    private static readonly RequiredField<ImmutableArray<Body>> Items =
        Field.Objects("items", Item, 1, 50, "The items.");

    private static readonly Field<long> Discount =
        Field.Long("discount", 0, MaxAmount, "The discount, in minor units.").Or(0);

    private static readonly Field<long> Shipping =
        Field.Long("shipping", 0, MaxAmount, "The price of delivery, in minor units.").Or(0);

    private static readonly Field<long> Savings = Field.Long(
        "savings", 0, MaxAmount, "What the customer saves in all, in minor units; it is shown and not counted.").Or(0);

    private static readonly BodyShape Shape = new("BasketRequest", Items, Discount, Shipping, Savings);

    /// <summary>The field.</summary>
    public static readonly Field<Body?> Basket = Field.Object(
        "basket", Shape, "What the order consists of: items, minus the discount, plus shipping, must equal the amount.")
        .Optional();

    /// <summary>The basket; null if there is none, or if it cannot be used, which <paramref name="errors"/> then
    /// say.</summary>
    public static Basket? Read(Body body, InputErrors errors)
    {
        if (errors.Any || body.Get(Basket) is not { } given)
        {
            return null;
        }

        var basket = new Basket
        {
            Items =
            [
                .. given.Get(Items).Select(item => new BasketItem
                {
                    Name = item.Get(ItemName), Quantity = item.Get(Quantity), UnitAmountMinor = item.Get(UnitAmount),
                }),
            ],
            DiscountMinor = given.Get(Discount),
            ShippingMinor = given.Get(Shipping),
            SavingsMinor = given.Get(Savings),
        };
        if (TotalOf(basket) != body.Get(PaymentFields.Amount))
        {
            errors.Add(
                ErrorCode.InvalidField,
                Basket.Name,
                "must add up to the amount: items, minus the discount, plus shipping");
        }

        return basket;
    }

    private static long? TotalOf(Basket basket)
    {
        try
        {
            return basket.TotalMinor();
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
