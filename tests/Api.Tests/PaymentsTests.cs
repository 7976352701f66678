using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed partial class PaymentsTests(ApiFixture api)
{
    [Fact]
    public async Task A_UPI_payment_is_accepted_and_then_succeeds()
    {
        var response = await api.Shop.SendJsonAsync(Payments, Upi(NewOrder()));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("PENDING", (await response.JsonAsync()).GetProperty("status").GetString());
        var payment = await UntilFinalAsync(api.Shop, response.Headers.Location!.AbsolutePath, "SUCCESS");
        Assert.Equal(50_000, payment.GetProperty("captured_amount").GetInt64());
    }

    [Fact]
    public async Task A_UPI_payment_shows_its_link_and_QR_code_while_the_customer_has_it_to_do()
    {
        await api.SetAutomaticCustomerAsync(automatic: false);
        var (path, secret) = await api.StartByPageAsync(
            NewOrder(), "\"method\":\"upi\",\"upi\":{\"flow\":\"qr\"}");
        using var payer = api.Client(secret);
        var action = (await UntilAsync(payer, path, "REQUIRES_ACTION")).GetProperty("action");
        Assert.StartsWith("upi://pay?", action.GetProperty("url").GetString(), StringComparison.Ordinal);
        var image = await payer.GetAsync(action.GetProperty("qr_png").GetString());
        Assert.Equal("image/png", image.Content.Headers.ContentType?.MediaType);
        await api.ApproveAsync(path);
        await api.SetAutomaticCustomerAsync(automatic: true);
        await UntilFinalAsync(payer, path, "SUCCESS");
        await (await payer.GetAsync(action.GetProperty("qr_png").GetString())).ProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("\"method\":\"wallet\",\"wallet\":{\"provider\":\"mobikwik\"}")]
    [InlineData("\"method\":\"netbanking\",\"netbanking\":{\"bank\":\"HDFC\"}")]
    public async Task A_payment_through_a_page_of_the_bank_or_wallet_succeeds(string method)
    {
        var path = await StartAsync(
            api.Shop, $"{{\"order_id\":\"{NewOrder()}\",\"amount\":700,\"currency\":\"INR\",{method}}}");
        await UntilFinalAsync(api.Shop, path, "SUCCESS");
    }

    [Fact]
    public async Task A_card_payment_succeeds_and_shows_no_more_than_the_last_four_digits()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder()));
        var payment = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        Assert.Equal("""{"last4":"1111","network":"visa","token":null}""", payment.GetProperty("card").ToString());
        CardTraces.NoneIn(payment.ToString() + api.Running.ServerLog, "4111111111111111");
    }

    [Fact]
    public async Task A_declined_card_may_be_tried_again_for_the_same_order()
    {
        var order = NewOrder();
        var path = await StartAsync(api.Shop, Card(order, "4100280000080001"));
        var failed = await UntilFinalAsync(api.Shop, path, "FAILED");
        Assert.NotEqual(JsonValueKind.Null, failed.GetProperty("failure").ValueKind);
        var again = await api.Shop.SendJsonAsync(Payments, Card(order));
        Assert.Equal((HttpStatusCode.Accepted, path), (again.StatusCode, again.Headers.Location!.AbsolutePath));
        var paid = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        Assert.EndsWith("_2", paid.GetProperty("attempt").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UPI_collect_is_refused_unless_the_merchant_is_exempt() =>
        await (await api.Shop.SendJsonAsync(
            Payments, Upi(NewOrder(), more: ",\"upi\":{\"flow\":\"collect\",\"vpa\":\"success@razorpay\"}")))
            .ProblemAsync(422, "upi_collect_not_allowed");

    [Fact]
    public async Task An_order_may_say_later_what_it_is_paid_with()
    {
        var (path, secret) = await api.StartByPageAsync(NewOrder(), "\"confirm\":false");
        using var payer = api.Client(secret);
        Assert.Equal("PENDING", (await (await api.Shop.GetAsync(path)).JsonAsync()).GetProperty("status").GetString());
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await payer.SendJsonAsync(path + "/confirm", """{"method":"upi"}""")).StatusCode);
        await UntilFinalAsync(api.Shop, path, "SUCCESS");
        await (await api.Shop.SendJsonAsync(path + "/confirm", """{"method":"upi"}"""))
            .ProblemAsync(409, "status_conflict");
    }

    [Fact]
    public async Task An_authorised_payment_waits_for_its_capture()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), more: ",\"capture\":\"manual\""));
        await UntilAsync(api.Shop, path, "AUTHORIZED");
        await (await api.Shop.SendJsonAsync(path + "/refunds", "{}")).ProblemAsync(409, "status_conflict");
        await (await api.Shop.SendJsonAsync(path + "/capture", """{"amount":50001}"""))
            .ProblemAsync(422, "capture_amount_invalid");
        Assert.Equal(HttpStatusCode.Accepted, (await api.Shop.PostAsync(path + "/capture", null)).StatusCode);
        var captured = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        Assert.Equal(50_000, captured.GetProperty("captured_amount").GetInt64());
        await (await api.Shop.PostAsync(path + "/cancel", null)).ProblemAsync(409, "status_conflict");
    }

    [Fact]
    public async Task An_authorised_payment_may_be_given_up()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), more: ",\"capture\":\"manual\""));
        await UntilAsync(api.Shop, path, "AUTHORIZED");
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await api.Shop.SendJsonAsync(path + "/cancel", """{"reason":"sold out"}""")).StatusCode);
        await UntilAsync(api.Shop, path, "CANCELLED");
        await (await api.Shop.PostAsync(path + "/capture", null)).ProblemAsync(409, "status_conflict");
    }

    [Fact]
    public async Task A_payment_tells_its_history_and_ends_its_stream_when_it_ends()
    {
        var path = await StartAsync(api.Shop, Upi(NewOrder()));
        var stream = await api.Shop.GetStringAsync(path + "/events");
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"SUCCESS\"", stream, StringComparison.Ordinal);
        var timeline = (await (await api.Shop.GetAsync(path + "/timeline")).JsonAsync())
            .GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(
            Enumerable.Range(1, timeline.Count), timeline.Select(entry => entry.GetProperty("version").GetInt32()));
        Assert.Equal(
            timeline.Select(entry => $"id: {entry.GetProperty("version")}"),
            stream.Split('\n').Where(line => line.StartsWith("id: ", StringComparison.Ordinal)));
        Assert.All(
            timeline, entry => Assert.EndsWith("Z", entry.GetProperty("at").GetString(), StringComparison.Ordinal));
        var over = new HttpRequestMessage(HttpMethod.Get, path + "/events");
        over.Headers.Add("Last-Event-ID", $"{timeline.Count}");
        Assert.Equal(HttpStatusCode.NoContent, (await api.Shop.SendAsync(over)).StatusCode);
    }

    [Fact]
    public async Task A_list_leads_through_all_payments_page_by_page()
    {
        var customer = $"customer_{NewOrder()}";
        var paths = new List<string>();
        for (var number = 0; number < 7; number++)
        {
            paths.Add(await StartAsync(api.Shop, Upi(NewOrder(), more: $",\"customer_id\":\"{customer}\"")));
        }

        foreach (var path in paths)
        {
            await UntilFinalAsync(api.Shop, path, "SUCCESS");
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await (await api.Shop.GetAsync(
                $"{Payments}?customer_id={customer}&status=SUCCESS&method=upi"
                    + $"&limit=3{(cursor is null ? "" : $"&cursor={cursor}")}"))
                .JsonAsync();
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(
                line => $"{Payments}/{line.GetProperty("id").GetString()}"));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Reverse(paths), seen);
        var none = await (await api.Shop.GetAsync($"{Payments}?customer_id={customer}&created_to=2020-01-01T00:00:00Z"))
            .JsonAsync();
        Assert.Empty(none.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task The_books_balance()
    {
        await UntilFinalAsync(api.Shop, await StartAsync(api.Shop, Card(NewOrder())), "SUCCESS");
        Assert.True((await (await api.Shop.GetAsync("/api/v1/ledger/trial-balance")).JsonAsync())
            .GetProperty("balanced").GetBoolean());
        var accounts = (await (await api.Shop.GetAsync("/api/v1/ledger/accounts")).JsonAsync())
            .GetProperty("data").EnumerateArray().ToList();
        Assert.Contains(
            accounts,
            account => account.GetProperty("account").GetString() == "merchant_payable"
                && account.GetProperty("credits").GetInt64() > 0);
        Assert.Equal(0, accounts.Sum(account => account.GetProperty("balance").GetInt64()));
    }

    [Fact]
    public async Task A_customer_who_returns_is_sent_on_to_the_shop()
    {
        await api.SetAutomaticCustomerAsync(automatic: false);
        var path = await StartAsync(
            api.Shop, Card(NewOrder(), more: ",\"return_url\":\"https://shop.example/thanks?cart=7\""));
        var waiting = await UntilAsync(api.Shop, path, "REQUIRES_ACTION");
        await api.ApproveAsync(path);
        await api.SetAutomaticCustomerAsync(automatic: true);
        using var browser = api.Client(null);
        var page = await browser.GetStringAsync(waiting.GetProperty("action").GetProperty("url").GetString());
        var callback = new Uri(WebUtility.HtmlDecode(CallbackForm().Match(page).Groups[1].Value)).AbsolutePath;
        Assert.StartsWith("/return/shop/razorpay/att_", callback, StringComparison.Ordinal);
        var form = new FormUrlEncodedContent([new("razorpay_payment_id", "pay_forged")]);
        var response = await browser.PostAsync(callback, form);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.StartsWith(
            "https://shop.example/thanks?cart=7&payment_id=pay_",
            response.Headers.Location?.OriginalString,
            StringComparison.Ordinal);
        Assert.EndsWith("&status=SUCCESS", response.Headers.Location?.OriginalString, StringComparison.Ordinal);

        var otherShop = callback.Replace("/shop/", "/other/", StringComparison.Ordinal);
        var otherProvider = callback.Replace("/razorpay/", "/payu/", StringComparison.Ordinal);
        var otherNonce = callback[..^4] + "0000";
        foreach (var swapped in new[] { otherShop, otherProvider, otherNonce })
        {
            await (await browser.GetAsync(swapped)).ProblemAsync(404, "payment_not_found");
        }
    }

    [GeneratedRegex("id=\"back\" action=\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CallbackForm();
}
