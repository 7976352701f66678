using System.Net;

namespace PaymentCluster.Simulators.Tests.Juspay;

public sealed class OrderTests
{
    [Fact]
    public async Task An_order_is_as_it_was_requested()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var order = await simulator.OrderAsync(
            "ORD1001",
            "&customer_id=c1&udf6=att_x_1&return_url=https://m.example/r&options.get_client_auth_token=true");

        Assert.Matches("^ordeh_[0-9a-f]{32}$", order.Id);
        Assert.Equal(
            ("ORD1001", "NEW", "10", "123.45", "INR", "att_x_1"),
            (order["order_id"], order["status"], order["status_id"],
                order.Json.GetProperty("amount").GetRawText(), order["currency"], order["udf6"]));
        Assert.StartsWith(
            "tkn_",
            order.Json.GetProperty("juspay").GetProperty("client_auth_token").GetString()!,
            StringComparison.Ordinal);
        Assert.Equal(order.Id, (await simulator.StatusAsync("ord1001")).Id);
    }

    [Theory]
    [InlineData("1", "1"), InlineData("1.5", "1.5"), InlineData("1.50", "1.5")]
    [InlineData("100.15", "100.15"), InlineData("0.01", "0.01")]
    public async Task Amounts_are_whole_units_with_up_to_two_decimals(string sent, string shown)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        Assert.Equal(shown, (await simulator.OrderAsync("A1", amount: sent)).Json.GetProperty("amount").GetRawText());
    }

    [Theory]
    [InlineData("order_id=A1&amount=100.1532&currency=INR", "amount")]
    [InlineData("order_id=A1&amount=-1&currency=INR", "amount")]
    [InlineData("order_id=A1&amount=0&currency=INR", "amount")]
    [InlineData("order_id=A1&amount=1e3&currency=INR", "amount")]
    [InlineData("order_id=A1&amount=1.&currency=INR", "amount")]
    [InlineData("order_id=A1&amount=1.5&currency=JPY", "amount")]
    [InlineData("order_id=A1&currency=INR", "amount"), InlineData("amount=1&currency=INR", "order_id")]
    [InlineData("order_id=A_1&amount=1", "order_id")]
    [InlineData("order_id=A123456789012345678901&amount=1", "order_id")]
    [InlineData("order_id=A1&amount=1&currency=inr", "currency"), InlineData("order_id=A1&amount=1&udf1=a_b", "udf1")]
    [InlineData("order_id=A1&amount=1&colour=red", "colour"), InlineData("order_id=A1&amount=1&amount=2", "body")]
    [InlineData("order_id=A1&amount=1&return_url=ftp://x", "return_url")]
    public async Task What_is_wrong_in_an_order_is_named(string form, string field)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var reply = await simulator.FormAsync("/juspay/orders", form);
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_REQUEST"), (reply.Status, reply["error_code"]));
        Assert.Equal(
            field, reply.Json.GetProperty("error_info").GetProperty("fields")[0].GetProperty("field_name").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.StatusAsync("A1")).Status);
    }

    [Fact]
    public async Task A_name_is_used_once()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var order = await simulator.OrderAsync("A1");
        Assert.Equal(order.Id, (await simulator.OrderAsync("a1")).Id);
        var other = await simulator.FormAsync("/juspay/orders", "order_id=A1&amount=2&currency=INR");
        Assert.Equal(
            (HttpStatusCode.BadRequest, "ALREADY_EXISTS"),
            (other.Status, other.Json.GetProperty("error_info").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task An_order_that_no_one_made_is_not_found()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var reply = await simulator.StatusAsync("nobody");
        Assert.Equal((HttpStatusCode.NotFound, "NOT_FOUND", "40"), (reply.Status, reply["status"], reply["status_id"]));
    }

    [Fact]
    public async Task The_amount_can_be_changed_while_no_one_pays()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        Assert.Equal(
            "7.5",
            (await simulator.FormAsync("/juspay/orders/A1", "amount=7.50")).Json.GetProperty("amount").GetRawText());
        await simulator.BeginTxnAsync("A1");
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.FormAsync("/juspay/orders/A1", "amount=8")).Status);
    }

    [Fact]
    public async Task A_session_brings_what_the_hosted_page_needs()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var session = await simulator.CallAsync(
            HttpMethod.Post,
            "/juspay/session",
            """{"order_id":"A1","amount":"10.0","payment_page_client_id":"testmerchant","action":"paymentPage","customer_id":"c1"}""",
            "application/json");
        Assert.Equal(("NEW", "A1"), (session["status"], session["order_id"]));
        var payload = session.Json.GetProperty("sdk_payload").GetProperty("payload");
        Assert.Equal(
            ("10", "A1"), (payload.GetProperty("amount").GetString(), payload.GetProperty("orderId").GetString()));
        Assert.Equal("NEW", (await simulator.StatusAsync("A1"))["status"]);
    }

    [Theory]
    [InlineData(JuspayShop.ApiKey + ":", JuspayShop.Merchant, true)]
    [InlineData(JuspayShop.ApiKey, JuspayShop.Merchant, true)]
    [InlineData(JuspayShop.ApiKey + ":", null, true), InlineData(JuspayShop.ApiKey + ":", "another", false)]
    [InlineData("wrong:", JuspayShop.Merchant, false)]
    [InlineData(":", JuspayShop.Merchant, false)]
    [InlineData("", JuspayShop.Merchant, false)]
    [InlineData(JuspayShop.ApiKey + ":password", JuspayShop.Merchant, false)]
    public async Task The_key_is_the_user_and_there_is_no_password(string key, string? merchant, bool accepted)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        var reply = await simulator.CallAsync(
            HttpMethod.Get, "/juspay/orders/A1", form: null, key: key, merchant: merchant);
        Assert.Equal(accepted ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, reply.Status);
        if (!accepted)
        {
            Assert.Equal("access_denied", reply["error_code"]);
        }
    }

    [Fact]
    public async Task An_account_sees_its_own_orders_alone()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        await simulator.PutAsync("/_accounts/juspay/other", """{"api_key":"OTHERKEY"}""");
        var reply = await simulator.CallAsync(
            HttpMethod.Get, "/juspay/orders/A1", form: null, key: "OTHERKEY:", merchant: "other");
        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
    }
}
