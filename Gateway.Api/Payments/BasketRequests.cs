using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What an order consists of, as bodies say it.</summary>
internal static class BasketRequests
{
    private const long MaxAmount = 100_000_000_000_000;

    private static readonly BodyShape Item = new(
        "BasketItemRequest",
        Field.Text("name", 120, "What it is.") with { Required = true },
        Field.Integer("quantity", 1, 10_000, "How many.") with { Required = true },
        Field.Integer("unit_amount", 0, MaxAmount, "What one costs, in minor units.") with { Required = true });

    private static readonly BodyShape Shape = new(
        "BasketRequest",
        Field.List("items", Item, 1, 50, "The items.") with { Required = true },
        Field.Integer("discount", 0, MaxAmount, "What is taken off, in minor units."),
        Field.Integer("shipping", 0, MaxAmount, "What delivery costs, in minor units."),
        Field.Integer("savings", 0, MaxAmount, "What the customer saves in all, in minor units; for reading only."));

    /// <summary>The member.</summary>
    public static readonly Field Basket = Field.Object(
        "basket", Shape, "What the order consists of: items, less the discount, plus shipping, are the amount.");

    /// <summary>The basket; null if there is none, or none that can be used, which then stands in <paramref
    /// name="errors"/>.</summary>
    public static Basket? Read(Body body, InputErrors errors)
    {
        if (body.Object("basket") is not { } stated || errors.Any)
        {
            return null;
        }

        var basket = new Basket
        {
            Items =
            [
                .. stated.List("items").Select(item => new BasketItem
                {
                    Name = item.Text("name")!,
                    Quantity = (int)item.Integer("quantity")!.Value,
                    UnitAmountMinor = item.Integer("unit_amount")!.Value,
                }),
            ],
            DiscountMinor = stated.Integer("discount") ?? 0,
            ShippingMinor = stated.Integer("shipping") ?? 0,
            SavingsMinor = stated.Integer("savings") ?? 0,
        };
        if (TotalOf(basket) != body.Integer("amount"))
        {
            errors.Add(
                ErrorCode.InvalidField, "basket", "must come to the amount: items, less the discount, plus shipping");
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
