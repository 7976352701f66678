using System.Text.Json.Nodes;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>How a shop goes about starting a payment.</summary>
internal enum Habit
{
    /// <summary>Sends, and repeats with the same key until there is a response.</summary>
    Retries,

    /// <summary>Hangs up in the middle of the first request.</summary>
    HangsUp,

    /// <summary>Sends the same request several times at once.</summary>
    RepeatsRequest,

    /// <summary>Several of its servers start the same order at once, each with a key of its own.</summary>
    Races,

    /// <summary>Uses its key again for a request with other content, at the same time.</summary>
    ReusesKey,

    /// <summary>Sends the request again long after its response.</summary>
    Repeats,

    /// <summary>Gives the payment up as soon as it is accepted.</summary>
    CancelsEarly,
}

/// <summary>What the customer does.</summary>
internal enum CustomerMood
{
    Approves,
    Declines,

    /// <summary>Takes another way than the one that waits for their step, and sometimes pays by both.</summary>
    PaysAnotherWay,

    Abandons,
}

/// <summary>What the merchant does with an authorisation.</summary>
internal enum CaptureMood
{
    Captures,
    RepeatsCapture,
    Cancels,
}

/// <summary>What the merchant does with a paid order.</summary>
internal enum RefundMood
{
    Keeps,
    RefundsAll,
    RefundsParts,
    RefundsTooMuch,
}

/// <summary>One order: everything about it that is drawn.</summary>
internal sealed record Order
{
    private static readonly (double, Habit)[] Habits =
    [
        (40, Habit.Retries), (12, Habit.HangsUp), (12, Habit.RepeatsRequest), (10, Habit.Races), (8, Habit.ReusesKey),
        (12, Habit.Repeats), (6, Habit.CancelsEarly),
    ];

    public required string Id { get; init; }

    /// <summary>The merchants that have an order of this name: usually one.</summary>
    public required Merchant[] Merchants { get; init; }

    public required Habit Habit { get; init; }

    public required JsonObject Body { get; init; }

    public required bool IsManual { get; init; }

    public required CustomerMood Customer { get; init; }

    public required CaptureMood Capture { get; init; }

    public required RefundMood Refund { get; init; }

    /// <summary>Draws the order of a number.</summary>
    /// <param name="seed">The run's.</param>
    /// <param name="number">The order's.</param>
    /// <param name="mayAbandon">Whether customers may leave without a word;
    /// such a payment stays until it expires.</param>
    public static Order Draw(int seed, int number, bool mayAbandon)
    {
        var draws = Draws.Of(seed, $"order {number}");
        var habit = draws.Weigh(Habits);
        var isManual = habit != Habit.CancelsEarly && draws.Chance(0.25);
        var customer = draws.Weigh<CustomerMood>(
            [
                (75, CustomerMood.Approves), (12, CustomerMood.Declines), (8, CustomerMood.PaysAnotherWay),
                (mayAbandon ? 5 : 0, CustomerMood.Abandons),
            ]);
        var body = new JsonObject
        {
            ["amount"] = draws.Between(1, 2_000) * 100,
            ["currency"] = "INR",
            ["capture"] = isManual ? "manual" : "automatic",
        };
        if (customer == CustomerMood.Abandons)
        {
            body["expires_in"] = 60;
        }

        PayWith(body, draws);
        return new Order
        {
            Id = $"order-{number}",
            Merchants = draws.Chance(0.06) ? Merchant.All : [draws.Pick<Merchant>(Merchant.All)],
            Habit = habit,
            Body = body,
            IsManual = isManual,
            Customer = customer,
            Capture = draws.Weigh<CaptureMood>(
                [(70, CaptureMood.Captures), (15, CaptureMood.RepeatsCapture), (15, CaptureMood.Cancels)]),
            Refund = draws.Weigh<RefundMood>(
                [
                    (50, RefundMood.Keeps),
                    (15, RefundMood.RefundsAll),
                    (20, RefundMood.RefundsParts),
                    (15, RefundMood.RefundsTooMuch),
                ]),
        };
    }

    /// <summary>Chooses what is paid with.</summary>
    public static void PayWith(JsonObject body, Draws draws)
    {
        foreach (var method in (string[])["upi", "card", "wallet", "netbanking"])
        {
            body.Remove(method);
        }

        body["method"] = draws.Weigh<string>(
            [(20, "upi"), (15, "qr"), (30, "card"), (15, "wallet"), (20, "netbanking")]);
        switch (body["method"]!.GetValue<string>())
        {
            case "qr":
                body["method"] = "upi";
                body["upi"] = new JsonObject { ["flow"] = "qr" };
                break;
            case "card":
                body["card"] = new JsonObject
                {
                    ["number"] = draws.Pick("4111111111111111", "5555555555554444", "4100280000001007"),
                    ["expiry_month"] = 12,
                    ["expiry_year"] = 2040,
                    ["cvv"] = "123",
                    ["name"] = "A B",
                };
                break;
            case "wallet":
                body["wallet"] = new JsonObject { ["provider"] = draws.Pick("mobikwik", "freecharge") };
                break;
            case "netbanking":
                body["netbanking"] = new JsonObject { ["bank"] = draws.Pick("HDFC", "ICIC") };
                break;
        }
    }
}
