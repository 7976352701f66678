using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Paytm;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Paytm;

/// <summary>What a shop with an account at Paytm does all day, in one line each.</summary>
internal static class PaytmShop
{
    public const string Mid = "TESTMID0000000000001";
    public const string Key = "ABCDEFGH12345678";
    public const string Intent = "\"paymentMode\":\"UPI_INTENT\"";
    public const string Netbanking = "\"paymentMode\":\"NET_BANKING\",\"channelCode\":\"HDFC\"";

    public static readonly TimeSpan CustomersDelay = TimeSpan.FromMilliseconds(300);

    public static async Task<Simulator> StartAsync(Uri? webhook = null, params string[] settings)
    {
        var simulator = await Simulator.StartAsync(settings);
        await simulator.OpenAccountAsync(webhook);
        return simulator;
    }

    public static async Task OpenAccountAsync(this Simulator simulator, Uri? webhook, string key = Key) => Assert.Equal(
        HttpStatusCode.OK,
        (await simulator.PutAsync(
            $"/_accounts/paytm/{Mid}",
            JsonSerializer.Serialize(new { merchant_key = key, webhook_url = webhook }))).Status);

    public static string Card(string number, string expiry = "122031") =>
        $"\"paymentMode\":\"CREDIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"|{number}|123|{expiry}\"";

    public static string Collect(string vpa) => $"\"paymentMode\":\"UPI\",\"payerAccount\":\"{vpa}\"";

    /// <summary>The body of an order.</summary>
    public static string Order(string order, string amount = "123.45", string extra = "") =>
        $$"""
        {"requestType":"Payment","mid":"{{Mid}}","websiteName":"WEBSTAGING","orderId":"{{order}}","txnAmount":{"value":"{{amount}}","currency":"INR"},"userInfo":{"custId":"C1"},"callbackUrl":"https://shop.example/back"{{extra}}}
        """;

    public static async Task<JsonElement> SignedAsync(
        this Simulator simulator, string path, string body, string? key = null)
    {
        var text = body.Trim();
        var signature = PaytmChecksum.Make(key ?? Key, Encoding.UTF8.GetBytes(text));
        return await BodyOfAsync(
            simulator, path, $$"""{"head":{"version":"v1","signature":"{{signature}}"},"body":{{text}}}""");
    }

    public static Task<JsonElement> WithTokenAsync(
        this Simulator simulator, string path, string order, string token, string body) =>
        BodyOfAsync(
            simulator,
            $"{path}?mid={Mid}&orderId={order}",
            $$"""{"head":{"version":"v1","txnToken":"{{token}}"},"body":{{body}}}""");

    public static Task<JsonElement> InitiateAsync(this Simulator simulator, string order, string? body = null) =>
        simulator.SignedAsync(
            $"/paytm/theia/api/v1/initiateTransaction?mid={Mid}&orderId={order}", body ?? Order(order));

    public static Task<JsonElement> ProcessAsync(this Simulator simulator, string order, string token, string method) =>
        simulator.WithTokenAsync(
            "/paytm/theia/api/v1/processTransaction", order, token,
            $$"""{"requestType":"NATIVE","mid":"{{Mid}}","orderId":"{{order}}",{{method}}}""");

    public static Task<JsonElement> StatusAsync(this Simulator simulator, string order, string? type = null) =>
        simulator.SignedAsync(
            "/paytm/v3/order/status",
            type is null
                ? $$"""{"mid":"{{Mid}}","orderId":"{{order}}"}"""
                : $$"""{"mid":"{{Mid}}","orderId":"{{order}}","txnType":"{{type}}"}""");

    public static Task<JsonElement> RefundAsync(
        this Simulator simulator, string order, string txn, string refId, string amount) => simulator.SignedAsync(
            "/paytm/refund/apply",
            $$"""{"mid":"{{Mid}}","txnType":"REFUND","orderId":"{{order}}","txnId":"{{txn}}","refId":"{{refId}}","refundAmount":"{{amount}}"}""");

    public static Task<JsonElement> RefundStatusAsync(this Simulator simulator, string order, string refId) =>
        simulator.SignedAsync(
            "/paytm/v2/refund/status", $$"""{"mid":"{{Mid}}","orderId":"{{order}}","refId":"{{refId}}"}""");

    /// <summary>Announces an order and pays it; the automatic customer approves. Returns the status.</summary>
    public static async Task<JsonElement> PayAsync(this Simulator simulator, string order, string method = Intent)
    {
        var initiated = await simulator.InitiateAsync(order);
        Assert.Equal("0000", Code(await simulator.ProcessAsync(order, Token(initiated), method)));
        simulator.Clock.Advance(CustomersDelay);
        return await simulator.StatusAsync(order);
    }

    public static string Code(JsonElement body) =>
        body.GetProperty("resultInfo").GetProperty("resultCode").GetString()!;

    public static string Word(JsonElement body) =>
        body.GetProperty("resultInfo").GetProperty("resultStatus").GetString()!;

    public static string Token(JsonElement body) => body.GetProperty("txnToken").GetString()!;

    public static string Txn(JsonElement body) => body.GetProperty("txnId").GetString()!;

    private static async Task<JsonElement> BodyOfAsync(Simulator simulator, string path, string content)
    {
        var reply = await simulator.PostAsync(path, content);
        Assert.True(reply.Status == HttpStatusCode.OK, $"{path}: {reply.Status} {reply.Text}");
        return reply.Json.GetProperty("body");
    }
}
