using System.Net;
using System.Text;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Juspay;

/// <summary>What a shop does at Juspay all day, in one line each.</summary>
internal static class JuspayShop
{
    public const string Merchant = "testmerchant";
    public const string ApiKey = "0123456789ABCDEF0123456789ABCDEF";
    public const string ResponseKey = "92206A0A4A75499C9B11206C2B3B9A53";
    public const string Held = "&metadata.txns.auto_capture=false";
    public const string Netbanking = "payment_method_type=NB&payment_method=NB_HDFC";
    public const string Intent = "payment_method_type=UPI&payment_method=UPI_PAY&sdk_params=true";

    public static readonly TimeSpan CustomersDelay = TimeSpan.FromMilliseconds(300);

    /// <summary>The simulators with the merchant's account.</summary>
    public static async Task<Simulator> OpenAsync(Uri? webhook = null)
    {
        var simulator = await Simulator.StartAsync();
        await simulator.RegisterAtJuspayAsync(webhook);
        return simulator;
    }

    public static async Task RegisterAtJuspayAsync(this Simulator simulator, Uri? webhook = null, string more = "")
    {
        var hook = webhook is null
            ? ""
            : $$""","webhook_url":"{{webhook}}","webhook_username":"juspayhook","webhook_password":"p4ssw0rd" """;
        var reply = await simulator.PutAsync(
            $"/_accounts/juspay/{Merchant}",
            $$"""{"api_key":"{{ApiKey}}","response_key":"{{ResponseKey}}"{{hook}}{{more}} }""");
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
    }

    public static Task<Reply> SendAsync(this Simulator simulator, string path) =>
        simulator.CallAsync(HttpMethod.Get, path, form: null);

    public static Task<Reply> FormAsync(this Simulator simulator, string path, string form) =>
        simulator.CallAsync(HttpMethod.Post, path, form);

    public static async Task<Reply> CallAsync(
        this Simulator simulator, HttpMethod method, string path, string? form,
        string type = "application/x-www-form-urlencoded", string key = ApiKey + ":", string? merchant = Merchant)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(
                "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key)));
        }

        if (merchant is not null)
        {
            request.Headers.Add("x-merchantid", merchant);
        }

        if (form is not null)
        {
            request.Content = new StringContent(form, Encoding.UTF8, type);
        }

        return await simulator.SendAsync(request);
    }

    public static async Task<Reply> OrderAsync(
        this Simulator simulator, string id, string extra = "", string amount = "123.45")
    {
        var reply = await simulator.FormAsync("/juspay/orders", $"order_id={id}&amount={amount}&currency=INR{extra}");
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply;
    }

    /// <summary>Begins a transaction; what comes next is the customer's.</summary>
    public static Task<Reply> BeginTxnAsync(this Simulator simulator, string order, string method = Netbanking) =>
        simulator.FormAsync(
            "/juspay/txns",
            $"order_id={order}&merchant_id={Merchant}&redirect_after_payment=true&format=json&{method}");

    /// <summary>Makes an order, begins a transaction, and lets the automatic customer decide it.</summary>
    public static async Task<Reply> PaidOrderAsync(
        this Simulator simulator, string id, string method = Netbanking, string extra = "")
    {
        await simulator.OrderAsync(id, extra);
        var begun = await simulator.BeginTxnAsync(id, method);
        Assert.True(begun.Status == HttpStatusCode.OK, begun.Text);
        simulator.Clock.Advance(CustomersDelay);
        return await simulator.StatusAsync(id);
    }

    public static Task<Reply> StatusAsync(this Simulator simulator, string order) =>
        simulator.SendAsync($"/juspay/orders/{order}");

    public static Task<Reply> DecideAsync(this Simulator simulator, string txn, string action) =>
        simulator.PostAsync($"/_customer/juspay/{txn}", $$"""{"action":"{{action}}"}""");

    public static Task<Reply> RefundOrderAsync(
        this Simulator simulator, string order, string id, string? amount = null) =>
        simulator.FormAsync(
            $"/juspay/orders/{order}/refunds", $"unique_request_id={id}" + (amount is null ? "" : $"&amount={amount}"));

    public static async Task DialJuspayAsync(this Simulator simulator, string dials) =>
        Assert.Equal(HttpStatusCode.OK, (await simulator.PutAsync("/_dials/juspay", dials)).Status);

    public static string Card(string number, string brand = "VISA") =>
        $"payment_method_type=CARD&payment_method={brand}&card_number={number}&card_exp_month=11&card_exp_year=30"
        + "&name_on_card=A+B&card_security_code=100";
}
