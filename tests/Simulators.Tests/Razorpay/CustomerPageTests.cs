using System.Net;
using System.Text.RegularExpressions;
using PaymentCluster.Simulators.Razorpay;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed partial class CustomerPageTests
{
    private const string Callback = ""","callback_url":"https://shop.example/back?a=1&b=%22" """;

    [Theory]
    [InlineData("\"method\":\"netbanking\",\"bank\":\"HDFC\"", "authorize")]
    [InlineData("\"method\":\"wallet\",\"wallet\":\"payzapp\"", "authorize")]
    [InlineData(
        "\"method\":\"card\",\"card\":{\"number\":\"4100280000001007\",\"name\":\"A\",\"expiry_month\":1,\"expiry_year\":30,"
            + "\"cvv\":\"100\"}", "authenticate")]
    public async Task A_payment_by_redirect_leads_to_a_page_that_waits(string method, string path)
    {
        await using var simulator = await Simulator.StartAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), method);
        var next = Assert.Single(begun.Json.GetProperty("next").EnumerateArray());
        var url = next.GetProperty("url").GetString()!;

        var page = await simulator.GetAsync(url);

        Assert.Equal("redirect", next.GetProperty("action").GetString());
        Assert.EndsWith($"/razorpay/v1/payments/{begun.PaymentId}/{path}", url, StringComparison.Ordinal);
        Assert.Contains("123.45 INR", page.Text, StringComparison.Ordinal);
        Assert.Contains("Demo Store &amp; Co", page.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"approve\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"decline\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_takes_the_browser_back_with_a_signed_form()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var order = await simulator.OrderAsync();
        var begun = await simulator.BeginAsync(order, Shop.Netbanking + Callback);

        var page = await PressAsync(simulator, begun.PaymentId, "approve");

        var fields = Fields(page.Text);
        Assert.Contains("action=\"https://shop.example/back?a=1&amp;b=%22\"", page.Text, StringComparison.Ordinal);
        Assert.Equal(begun.PaymentId, fields["razorpay_payment_id"]);
        Assert.Equal(order, fields["razorpay_order_id"]);
        Assert.Equal(
            RazorpaySignature.OfPayment(Simulator.KeySecret, order, begun.PaymentId), fields["razorpay_signature"]);
        Assert.Equal("captured", (await simulator.FetchAsync(begun.PaymentId))["status"]);
    }

    [Fact]
    public async Task Decline_takes_the_browser_back_with_the_error()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Netbanking + Callback);

        var fields = Fields((await PressAsync(simulator, begun.PaymentId, "decline")).Text);

        Assert.Equal("BAD_REQUEST_ERROR", fields["error[code]"]);
        Assert.Equal("payment_cancelled", fields["error[reason]"]);
        Assert.Contains(begun.PaymentId, fields["error[metadata]"], StringComparison.Ordinal);
        Assert.DoesNotContain("razorpay_signature", fields.Keys);
        Assert.Equal("failed", (await simulator.FetchAsync(begun.PaymentId))["status"]);
    }

    [Fact]
    public async Task A_page_that_is_opened_after_the_decision_leads_straight_back()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(), Shop.Netbanking + Callback);

        var page = await simulator.GetAsync($"/v1/payments/{payment.Id}/authorize");

        Assert.Equal(payment.Id, Fields(page.Text)["razorpay_payment_id"]);
        Assert.DoesNotContain("value=\"approve\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pressing_a_button_twice_changes_nothing()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Netbanking + Callback);
        await PressAsync(simulator, begun.PaymentId, "decline");

        var again = await PressAsync(simulator, begun.PaymentId, "approve");

        Assert.Equal("payment_cancelled", Fields(again.Text)["error[reason]"]);
        Assert.Equal("failed", (await simulator.FetchAsync(begun.PaymentId))["status"]);
    }

    [Fact]
    public async Task A_upi_payment_has_no_page()
    {
        await using var simulator = await Simulator.StartAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent);

        Assert.Equal(
            HttpStatusCode.BadRequest, (await simulator.GetAsync($"/v1/payments/{begun.PaymentId}/authorize")).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await simulator.GetAsync("/v1/payments/pay_ABCDEFGHIJKLMN/authorize")).Status);
    }

    [Fact]
    public async Task What_a_page_shows_is_escaped()
    {
        await using var simulator = await Simulator.StartAsync(
            "--Simulators:Razorpay:PayeeName", "<script>alert(1)</script>");
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Netbanking);

        var page = await simulator.GetAsync($"/v1/payments/{begun.PaymentId}/authorize");

        Assert.DoesNotContain("<script>alert", page.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page.Text, StringComparison.Ordinal);
    }

    private static async Task<Reply> PressAsync(Simulator simulator, string payment, string button)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/payments/{payment}/authorize")
        {
            Content = new FormUrlEncodedContent([new("action", button)]),
        };
        return await simulator.SendAsync(request);
    }

    private static Dictionary<string, string> Fields(string page) => Hidden().Matches(page).ToDictionary(
        match =>
            WebUtility.HtmlDecode(match.Groups["name"].Value), match =>
                WebUtility.HtmlDecode(match.Groups["value"].Value),
        StringComparer.Ordinal);

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.None, 1000)]
    private static partial Regex Hidden();
}
