using System.Globalization;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Reads a card; what is kept of it has neither number nor CVV.</summary>
internal static class RazorpayCards
{
    public static RazorpayCard? Read(RazorpayFields fields, DateTimeOffset now)
    {
        var number = fields.Text("number", required: true)?.Replace(" ", "", StringComparison.Ordinal);
        var name = fields.Text("name", required: true);
        var month = fields.Integer("expiry_month", required: true);
        var year = fields.Integer("expiry_year", required: true);
        var cvv = fields.Text("cvv", required: true);
        if (fields.Refusal is not null)
        {
            return null;
        }

        if (!IsNumber(number!))
        {
            fields.Refuse("The card number is invalid.", "number");
        }
        else if (month is < 1 or > 12)
        {
            fields.Refuse("The expiry month must be between 1 and 12.", "expiry_month");
        }
        else if (year is not ((>= 0 and <= 99) or (>= 2000 and <= 2099)))
        {
            fields.Refuse("The expiry year is invalid.", "expiry_year");
        }
        else if (IsOver((int)(year.Value % 100) + 2000, (int)month!.Value, now))
        {
            fields.Refuse("The card has expired.", "expiry_year");
        }
        else if (!IsCvv(cvv!))
        {
            fields.Refuse("The CVV is invalid.", "cvv");
        }

        return fields.Refusal is not null ? null : new RazorpayCard
        {
            Id = RazorpayIds.New("card_"),
            Name = name!,
            Last4 = number![^4..],
            Network = NetworkOf(number),
            International = RazorpayFailures.IsInternational(number),
            ExpiryMonth = (int)month!.Value,
            ExpiryYear = (int)(year!.Value % 100) + 2000,
            Failure = RazorpayFailures.OfCard(number),
        };
    }

    /// <summary>Reads what is said of a kept card: its CVV, which may be left out or empty.</summary>
    public static void ReadKept(RazorpayFields fields)
    {
        if (fields.Text("cvv") is { Length: > 0 } cvv && !IsCvv(cvv))
        {
            fields.Refuse("The CVV is invalid.", "cvv");
        }
    }

    public static bool IsOver(int year, int month, DateTimeOffset now) =>
        (year, month).CompareTo((now.Year, now.Month)) < 0;

    private static bool IsCvv(string cvv) =>
        cvv.Length is 3 or 4 && !cvv.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static bool IsNumber(string number)
    {
        if (number.Length is < 12 or > 19 || number.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            var weighed = i % 2 == 1 ? digit * 2 : digit;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }

        return sum % 10 == 0;
    }

    private static string NetworkOf(string number)
    {
        var two = int.Parse(number.AsSpan(0, 2), NumberStyles.None);
        var four = int.Parse(number.AsSpan(0, 4), NumberStyles.None);
        return (two, four) switch
        {
            (34 or 37, _) => "American Express",
            (36 or 38 or 39, _) or (_, >= 3000 and <= 3059) => "Diners Club",
            ( >= 51 and <= 55, _) or (_, >= 2221 and <= 2720) => "MasterCard",
            (60 or 65 or 81 or 82, _) or (_, >= 5080 and <= 5089) => "RuPay",
            (50 or (>= 56 and <= 69), _) => "Maestro",
            ( >= 40 and <= 49, _) => "Visa",
            _ => "Unknown",
        };
    }
}
