using System.Net;

namespace PaymentCluster.Simulators.Tests.Hosting;

/// <summary>What a shop does all day, in one line each.</summary>
internal static class Shop
{
    public const string Manual = """, "payment":{"capture":"manual"}""";

    public static readonly TimeSpan CustomersDelay = TimeSpan.FromMilliseconds(300);

    public static async Task<string> OrderAsync(this Simulator simulator, string extra = "", string receipt = "r-1")
    {
        var reply = await simulator.PostAsync("/razorpay/v1/orders",
            $$"""{"amount":12345,"currency":"INR","receipt":"{{receipt}}"{{extra}}}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply.Id;
    }

    /// <summary>A payment's request, less its method.</summary>
    public static string Payment(string order, string method) =>
        $$"""
        {"amount":12345,"currency":"INR","order_id":"{{order}}","email":"a@b.c","contact":"9000000000",{{method}}}
        """;

    public static string Card(string number) =>
        $$"""
        "method":"card","card":{"number":"{{number}}","name":"A B","expiry_month":"11","expiry_year":"30","cvv":"100"}
        """;

    public static string Collect(string vpa) => $$"""
        "method":"upi","upi":{"flow":"collect","vpa":"{{vpa}}"}
        """;

    public const string Intent = """
        "method":"upi","upi":{"flow":"intent"}
        """;

    public const string Netbanking = """
        "method":"netbanking","bank":"HDFC"
        """;

    /// <summary>Begins a payment; what comes next is the customer's.</summary>
    public static async Task<Reply> BeginAsync(this Simulator simulator, string order, string method)
    {
        var reply = await simulator.PostAsync("/razorpay/v1/payments/create/json", Payment(order, method));
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply;
    }

    /// <summary>Begins a payment and lets the automatic customer decide it.</summary>
    public static async Task<Reply> PayAsync(this Simulator simulator, string order, string method = Intent)
    {
        var begun = await simulator.BeginAsync(order, method);
        simulator.Clock.Advance(CustomersDelay);
        return await simulator.FetchAsync(begun.PaymentId);
    }

    public static async Task<Reply> FetchAsync(this Simulator simulator, string payment)
    {
        var reply = await simulator.GetAsync("/razorpay/v1/payments/" + payment);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply;
    }

    public static Task<Reply> CaptureAsync(this Simulator simulator, string payment, long amount = 12345) =>
        simulator.PostAsync($"/razorpay/v1/payments/{payment}/capture", $$"""{"amount":{{amount}},"currency":"INR"}""");

    public static Task<Reply> RefundAsync(
        this Simulator simulator, string payment, string body = "{}", string? key = null) =>
        simulator.PostAsync($"/razorpay/v1/payments/{payment}/refund", body, key);

    public static Task<Reply> CustomerAsync(this Simulator simulator, string payment, string action) =>
        simulator.PostAsync($"/_customer/razorpay/{payment}", $$"""{"action":"{{action}}"}""");

    public static async Task DialAsync(this Simulator simulator, string dials) =>
        Assert.Equal(HttpStatusCode.OK, (await simulator.PutAsync("/_dials/razorpay", dials)).Status);

    public static Task<Reply> ManualCustomerAsync(this Simulator simulator) =>
        simulator.PutAsync("/_customer", """{"automatic":false}""");
}
