namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The currencies that the simulator takes, and how many decimals each has.</summary>
internal static class RazorpayCurrencies
{
    private static readonly Dictionary<string, int> Decimals = new(StringComparer.Ordinal)
    {
        ["JPY"] = 0, ["KRW"] = 0, ["VND"] = 0, ["BHD"] = 3, ["KWD"] = 3, ["OMR"] = 3, ["JOD"] = 3, ["TND"] = 3,
    };

    static RazorpayCurrencies()
    {
        const string WithTwo = "INR USD EUR GBP SGD AED AUD CAD CNY SEK NZD MXN HKD NOK CHF ZAR MYR THB LKR NPR BDT";
        foreach (var currency in WithTwo.Split(' '))
        {
            Decimals.Add(currency, 2);
        }
    }

    /// <summary>The rules on an amount, the same for orders and payments.</summary>
    public static void Check(RazorpayFields fields, long amount, string currency)
    {
        if (fields.Refusal is not null)
        {
            return;
        }

        if (!Decimals.TryGetValue(currency, out var decimals))
        {
            fields.Refuse("Currency is not supported", "currency");
        }
        else if (currency == "INR" && amount < 100)
        {
            fields.Refuse("The amount must be at least INR 1.00", "amount");
        }
        else if (amount < 1)
        {
            fields.Refuse($"The amount must be at least {currency} {Spell(1, currency)}", "amount");
        }
        else if (decimals == 3 && amount % 10 != 0)
        {
            fields.Refuse("The last digit of the amount must be 0 for this currency.", "amount");
        }
    }

    /// <summary>An amount as people write it: <c>123.45</c>.</summary>
    public static string Spell(long amount, string currency)
    {
        var decimals = Decimals.GetValueOrDefault(currency, 2);
        if (decimals == 0)
        {
            return amount.ToString();
        }

        var unit = decimals == 2 ? 100 : 1000;
        return $"{amount / unit}.{(amount % unit).ToString().PadLeft(decimals, '0')}";
    }
}
