namespace PaymentCluster.Testing.Systems;

/// <summary>The ways to pay, as a start of a payment names them.</summary>
public static class Methods
{
    public static Func<int, object> All { get; } = At;

    public static object At(int i) => (i % 4) switch
    {
        0 => new { method = "upi" },
        1 => new
        {
            method = "card",
            card = new
            {
                number = "4111111111111111",
                expiry_month = 12,
                expiry_year = 2040,
                cvv = "123",
                name = "A B",
            },
        },
        2 => new { method = "wallet", wallet = new { provider = "mobikwik" } },
        _ => new { method = "netbanking", netbanking = new { bank = "HDFC" } },
    };
}
