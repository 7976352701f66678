using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class PaymentTests
{
    [Fact]
    public async Task An_intent_payment_gives_a_link_in_rupees_and_an_address_to_poll()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        var begun = await simulator.BeginAsync(order, Shop.Intent);

        var next = begun.Json.GetProperty("next");
        Assert.Equal(2, next.GetArrayLength());
        Assert.Equal("intent", next[0].GetProperty("action").GetString());
        Assert.Equal(
            "upi://pay?pa=simulator@razorpay&pn=Demo%20Store%20%26%20Co&tr=" + begun.PaymentId["pay_".Length..]
                + "&tn=Payment&am=123.45&cu=INR&mc=5411",
            next[0].GetProperty("url").GetString());
        Assert.Equal("poll", next[1].GetProperty("action").GetString());
        Assert.Equal(
            $"{simulator.Http.BaseAddress}razorpay/v1/payments/{begun.PaymentId}",
            next[1].GetProperty("url").GetString());
        Assert.Equal("created", (await simulator.FetchAsync(begun.PaymentId))["status"]);
    }

    [Fact]
    public async Task The_older_upi_call_returns_the_link_alone()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        var intent = await simulator.PostAsync("/v1/payments/create/upi", Shop.Payment(order, Shop.Intent));
        var collect = await simulator.PostAsync("/v1/payments/create/upi", Shop.Payment(order, Shop.Collect("a@upi")));

        Assert.StartsWith("upi://pay?", intent["link"], StringComparison.Ordinal);
        Assert.False(collect.Json.TryGetProperty("link", out _));
        Assert.StartsWith("pay_", collect.PaymentId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_is_taken_where_a_payment_is_made()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments/create/upi")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["amount"] = "12345", ["currency"] = "INR", ["order_id"] = order, ["email"] = "a@b.c",
                ["contact"] = "9000000000", ["method"] = "upi", ["upi[flow]"] = "collect", ["upi[vpa]"] = "a@upi",
                ["notes[colour]"] = "red & blue",
            }),
        };
        request.Headers.Authorization = Simulator.BasicAuth(Simulator.KeyId, Simulator.KeySecret);

        var reply = await simulator.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var payment = await simulator.FetchAsync(reply.PaymentId);
        Assert.Equal(("a@upi", """{"colour":"red & blue"}"""), (payment["vpa"], payment["notes"]));
    }

    [Theory]
    [InlineData(Shop.Intent, "upi", "rrn")]
    [InlineData("""
        "method":"upi","upi":{"flow":"collect","vpa":"Success@Razorpay","expiry_time":5}
        """, "upi", "rrn")]
    [InlineData(Shop.Netbanking, "netbanking", "bank_transaction_id")]
    [InlineData("""
        "method":"wallet","wallet":"payzapp"
        """, "wallet", "transaction_id")]
    [InlineData("""
        "method":"card","card":{"number":"4100 2800 0000 1007","name":"A B","expiry_month":"11","expiry_year":"2030","cvv":"100"},
        "authentication":{"authentication_channel":"browser"},"ip":"105.106.107.108","referer":"https://shop.example/","user_agent":"x",
        "browser":{"java_enabled":false,"javascript_enabled":false,"timezone_offset":11,"color_depth":23,"screen_width":23,
        "screen_height":100}
        """, "card", "auth_code")]
    public async Task Each_method_ends_captured_when_the_customer_approves(string method, string name, string reference)
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        var payment = await simulator.PayAsync(order, method);

        Assert.Equal(
            ("captured", "True", name, order),
            (payment["status"], payment["captured"], payment["method"], payment["order_id"]));
        // 2 % of 12345 is 246.9, and 18 % of 247 is 44.46.
        Assert.Equal(("291", "44"), (payment["fee"], payment["tax"]));
        Assert.NotEqual("", payment.Json.GetProperty("acquirer_data").GetProperty(reference).ToString());
    }

    [Theory]
    [InlineData(Shop.Intent)]
    [InlineData(Shop.Netbanking)]
    [InlineData("""
        "method":"wallet","wallet":"payzapp"
        """)]
    public async Task Each_method_ends_failed_when_the_customer_declines(string method)
    {
        await using var simulator = await Simulator.StartAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), method);

        Assert.Equal(HttpStatusCode.OK, (await simulator.CustomerAsync(begun.PaymentId, "decline")).Status);

        var payment = await simulator.FetchAsync(begun.PaymentId);
        Assert.Equal(
            ("failed", "False", "BAD_REQUEST_ERROR", "customer", "payment_authentication", "payment_cancelled"),
            (
                payment["status"],
                payment["captured"],
                payment["error_code"],
                payment["error_source"],
                payment["error_step"],
                payment["error_reason"]));
    }

    [Theory]
    [InlineData("4100280000090000", "payment_timed_out", "BAD_REQUEST_ERROR")]
    [InlineData("5305620000050001", "insufficient_fund", "BAD_REQUEST_ERROR")]
    [InlineData("4100280000070002", "payment_cancelled", "BAD_REQUEST_ERROR")]
    [InlineData("4100280000060003", "card_declined", "BAD_REQUEST_ERROR")]
    [InlineData("4100280000030006", "card_disabled_for_online_payments", "BAD_REQUEST_ERROR")]
    [InlineData("4100280000010008", "card_number_invalid", "BAD_REQUEST_ERROR")]
    [InlineData("4100280000020007", "gateway_technical_error", "GATEWAY_ERROR")]
    [InlineData("4100280000000009", "authentication_failed", "GATEWAY_ERROR")]
    public async Task The_documented_failing_cards_fail_with_their_reason(string number, string reason, string code)
    {
        await using var simulator = await Simulator.StartAsync();

        var payment = await simulator.PayAsync(await simulator.OrderAsync(), Shop.Card(number));

        Assert.Equal(("failed", reason, code), (payment["status"], payment["error_reason"], payment["error_code"]));
    }

    [Theory]
    [InlineData("4100280000001007", "Visa", "1007")]
    [InlineData("5500670000001002", "MasterCard", "1002")]
    [InlineData("6527658900001005", "RuPay", "1005")]
    [InlineData("36082800091007", "Diners Club", "1007")]
    [InlineData("340256000401007", "American Express", "1007")]
    public async Task A_card_is_known_by_its_network_and_last_four_digits(string number, string network, string last4)
    {
        await using var simulator = await Simulator.StartAsync();

        var payment = await simulator.PayAsync(await simulator.OrderAsync(), Shop.Card(number));

        var card = payment.Json.GetProperty("card");
        Assert.Equal(
            (network, last4), (card.GetProperty("network").GetString(), card.GetProperty("last4").GetString()));
        Assert.Equal(payment["card_id"], card.GetProperty("id").GetString());
    }

    [Fact]
    public async Task No_card_number_or_cvv_reaches_the_disk()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(),
            Shop.Card("4012888888881881").Replace("\"100\"", "\"947\"", StringComparison.Ordinal));
        Assert.Equal("captured", payment["status"]);

        await simulator.StopAsync();
        var written = string.Concat(Directory.EnumerateFiles(simulator.Directory).Select(File.ReadAllText));

        Assert.Contains(payment.Id, written, StringComparison.Ordinal);
        Assert.DoesNotContain("4012888888881881", written, StringComparison.Ordinal);
        Assert.DoesNotContain("401288", written, StringComparison.Ordinal);
        Assert.DoesNotContain("\"947\"", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collect_request_to_the_failing_vpa_is_declined_by_the_bank()
    {
        await using var simulator = await Simulator.StartAsync();

        var payment = await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));

        Assert.Equal(
            ("failed", "bank", "payment_declined"),
            (payment["status"], payment["error_source"], payment["error_reason"]));
    }

    [Theory]
    [InlineData("\"method\":\"card\"", "card")]
    [InlineData("\"method\":\"cash\"", "method")]
    [InlineData("\"method\":\"netbanking\"", "bank")]
    [InlineData("\"method\":\"netbanking\",\"bank\":\"NONE\"", "bank")]
    [InlineData("\"method\":\"wallet\",\"wallet\":\"purse\"", "wallet")]
    [InlineData("\"method\":\"upi\"", "upi")]
    [InlineData("\"method\":\"upi\",\"upi\":{\"flow\":\"push\"}", "flow")]
    [InlineData("\"method\":\"upi\",\"upi\":{\"flow\":\"collect\"}", "vpa")]
    [InlineData("\"method\":\"upi\",\"upi\":{\"flow\":\"collect\",\"vpa\":\"nobody\"}", "vpa")]
    [InlineData("\"method\":\"upi\",\"upi\":{\"flow\":\"intent\"},\"bank\":\"HDFC\"", "bank")]
    [InlineData(
        "\"method\":\"upi\",\"upi\":{\"flow\":\"intent\"},\"callback_url\":\"javascript:alert(1)\"", "callback_url")]
    public async Task A_method_without_what_it_needs_is_refused(string method, string field)
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        var reply = await simulator.PostAsync("/v1/payments/create/json", Shop.Payment(order, method));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(field, reply.Field);
        Assert.Equal("created", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);
    }

    [Theory]
    [InlineData("4100280000001008", "11", "30", "100", "number")]
    [InlineData("4100", "11", "30", "100", "number")]
    [InlineData("4100280000001007", "13", "30", "100", "expiry_month")]
    [InlineData("4100280000001007", "10", "26", "100", "expiry_year")]
    [InlineData("4100280000001007", "11", "30", "1x0", "cvv")]
    public async Task A_card_that_cannot_be_one_is_refused(
        string number, string month, string year, string cvv, string field)
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        var reply = await simulator.PostAsync("/v1/payments/create/json", Shop.Payment(order,
            $$"""
            "method":"card","card":{"number":"{{number}}","name":"A","expiry_month":"{{month}}","expiry_year":"{{year}}","cvv":"{{cvv}}"}
            """));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(field, reply.Field);
    }

    [Theory]
    [InlineData("12345", "12344", "amount")]
    [InlineData("INR", "USD", "currency")]
    [InlineData("a@b.c", "ab.c", "email")]
    [InlineData("9000000000", "call me", "contact")]
    public async Task A_payment_that_does_not_fit_its_order_or_customer_is_refused(string from, string to, string field)
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        var reply = await simulator.PostAsync("/v1/payments/create/json",
            Shop.Payment(order, Shop.Netbanking).Replace(from, to, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(field, reply.Field);
    }

    [Fact]
    public async Task A_payment_that_stays_undecided_fails_after_ten_minutes()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent);

        simulator.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal("created", (await simulator.FetchAsync(begun.PaymentId))["status"]);
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var payment = await simulator.FetchAsync(begun.PaymentId);
        Assert.Equal(("failed", "payment_timed_out"), (payment["status"], payment["error_reason"]));
    }

    [Fact]
    public async Task A_collect_request_fails_after_the_time_it_was_given()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), """
            "method":"upi","upi":{"flow":"collect","vpa":"a@upi","expiry_time":2}
            """);

        simulator.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("payment_collect_request_expired", (await simulator.FetchAsync(begun.PaymentId))["error_reason"]);
    }

    [Fact]
    public async Task A_failed_payment_can_still_be_authorised_late()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var order = await simulator.OrderAsync();
        var begun = await simulator.BeginAsync(order, Shop.Intent);
        simulator.Clock.Advance(TimeSpan.FromMinutes(10));

        await simulator.CustomerAsync(begun.PaymentId, "approve");

        var payment = await simulator.FetchAsync(begun.PaymentId);
        Assert.Equal(("captured", ""), (payment["status"], payment["error_reason"]));
        Assert.Equal("paid", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);
    }

    [Fact]
    public async Task A_decided_payment_cannot_be_decided_again()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        Assert.Equal(HttpStatusCode.Conflict, (await simulator.CustomerAsync(payment.Id, "decline")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await simulator.CustomerAsync(payment.Id, "approve")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.CustomerAsync(payment.Id, "dither")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.CustomerAsync("pay_ABCDEFGHIJKLMN", "approve")).Status);
    }

    [Theory]
    [InlineData("a@upi", HttpStatusCode.OK)]
    [InlineData("success@razorpay", HttpStatusCode.OK)]
    [InlineData("nobody", HttpStatusCode.BadRequest)]
    [InlineData("@upi", HttpStatusCode.BadRequest)]
    public async Task A_vpa_is_validated_by_its_shape(string vpa, HttpStatusCode expected)
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync("/v1/payments/validate/vpa", $$"""{"vpa":"{{vpa}}"}""");

        Assert.Equal(expected, reply.Status);
        if (expected == HttpStatusCode.OK)
        {
            Assert.Equal((vpa, "True"), (reply["vpa"], reply["success"]));
        }
    }
}
