namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>Bodies of <c>POST /payments</c>.</summary>
public static class PaymentBodies
{
    public const string CardNumber = "4111111111111111";
    public const string SecurityCode = "987";

    public static string Upi(string order, string more = "") =>
        $"{{\"order_id\":\"{order}\",\"amount\":50000,\"currency\":\"INR\",\"method\":\"upi\"{more}}}";

    public static string Card(string order, string more = "") =>
        $"{{\"order_id\":\"{order}\",\"amount\":50000,\"currency\":\"INR\",\"method\":\"card\","
        + $"\"card\":{{\"number\":\"{CardNumber}\","
        + $"\"expiry_month\":12,\"expiry_year\":2040,\"cvv\":\"{SecurityCode}\",\"name\":\"A Customer\"}}{more}}}";
}
