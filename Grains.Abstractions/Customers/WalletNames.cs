namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>What people call the wallets that have a page of their own; the same in every language.</summary>
public static class WalletNames
{
    /// <summary>The wallets, by their code.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } =
    [
        ("amazonpay", "Amazon Pay"), ("paytm", "Paytm"), ("phonepe", "PhonePe"), ("mobikwik", "MobiKwik"),
        ("freecharge", "Freecharge"), ("airtelmoney", "Airtel Money"), ("olamoney", "Ola Money"),
        ("jiomoney", "JioMoney"),
    ];

    /// <summary>A wallet's name; its code, where this list has no other.</summary>
    public static string Of(string code) => All.FirstOrDefault(wallet => wallet.Code == code).Name ?? code;
}
