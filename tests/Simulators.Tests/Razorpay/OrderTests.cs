using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class OrderTests
{
    [Fact]
    public async Task A_new_order_gets_its_entity()
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync("/razorpay/v1/orders",
            """{"amount":12345,"currency":"INR","receipt":"rcpt1"}""");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Matches("^order_[0-9A-Za-z]{14}$", reply.Id);
        Assert.Equal(
            $$"""
            {"id":"{{reply.Id}}","entity":"order","amount":12345,"amount_paid":0,"amount_due":12345,"currency":"INR",
            "receipt":"rcpt1","offer_id":null,"status":"created","attempts":0,"notes":[],"created_at":1795176000}
            """.ReplaceLineEndings(""), reply.Text);
    }

    [Fact]
    public async Task Notes_return_as_the_object_they_were()
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync("/razorpay/v1/orders",
            """{"amount":100,"currency":"INR","notes":{"k":"café ₹","n":7}}""");

        Assert.Equal("""{"k":"café ₹","n":7}""", reply["notes"]);
    }

    [Theory]
    [InlineData("""{"currency":"INR"}""", "amount", "The amount field is required.")]
    [InlineData("""{"amount":100}""", "currency", "The currency field is required.")]
    [InlineData("""{"amount":99,"currency":"INR"}""", "amount", "The amount must be at least INR 1.00")]
    [InlineData("""{"amount":-5,"currency":"INR"}""", "amount", "The amount must be at least INR 1.00")]
    [InlineData("""{"amount":100.5,"currency":"INR"}""", "amount", "The amount must be an integer.")]
    [InlineData("""{"amount":"1e3","currency":"INR"}""", "amount", "The amount must be an integer.")]
    [InlineData("""{"amount":true,"currency":"INR"}""", "amount", "The amount must be an integer.")]
    [InlineData("""{"amount":100,"currency":"XXX"}""", "currency", "Currency is not supported")]
    [InlineData("""{"amount":100,"currency":356}""", "currency", "The currency must be a string.")]
    [InlineData(
        """{"amount":1001,"currency":"KWD"}""", "amount", "The last digit of the amount must be 0 for this currency.")]
    [InlineData("""{"amount":100,"currency":"INR","receipt":"12345678901234567890123456789012345678901"}""", "receipt",
        "The receipt may not be greater than 40 characters.")]
    [InlineData("""{"amount":100,"currency":"INR","notes":"x"}""", "notes", "The notes must be an array.")]
    [InlineData(
        """{"amount":100,"currency":"INR","colour":"red"}""",
        "colour",
        "colour is/are not required and should not be sent")]
    [InlineData(
        """{"amount":100,"currency":"INR","a":1,"b":2}""", "a", "a, b is/are not required and should not be sent")]
    [InlineData(
        """{"amount":100,"currency":"INR","payment":{"capture":"later"}}""",
        "capture",
        "The selected capture is invalid.")]
    [InlineData("""{"amount":100,"currency":"INR","payment":{"capture":"manual","x":1}}""", "x",
        "x is/are not required and should not be sent")]
    [InlineData("""{"amount":100,"currency":"INR","first_payment_min_amount":50}""", "first_payment_min_amount",
        "first_payment_min_amount is/are not required and should not be sent")]
    public async Task Input_that_makes_no_sense_is_refused_with_the_field(string body, string field, string description)
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync("/razorpay/v1/orders", body);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(description, reply.Error);
        Assert.Equal(field, reply.Field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("amount=100")]
    public async Task A_body_that_is_no_object_is_refused(string body)
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.PostAsync("/razorpay/v1/orders", body)).Status);
    }

    [Fact]
    public async Task Fifteen_notes_are_taken_and_sixteen_are_not()
    {
        await using var simulator = await Simulator.StartAsync();
        Task<Reply> WithNotesAsync(int count) => simulator.PostAsync("/razorpay/v1/orders",
            $$$"""{"amount":100,"currency":"INR","notes":{{{{string.Join(",", Enumerable.Range(0, count).Select(n => $"\"k{n}\":\"v\""))}}}}}""");

        Assert.Equal(HttpStatusCode.OK, (await WithNotesAsync(15)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await WithNotesAsync(16)).Status);
    }

    [Fact]
    public async Task Orders_are_found_by_their_receipt_the_newest_first()
    {
        await using var simulator = await Simulator.StartAsync();
        var first = await simulator.OrderAsync(receipt: "same");
        await simulator.OrderAsync(receipt: "other");
        var second = await simulator.OrderAsync(receipt: "same");

        var found = await simulator.GetAsync("/v1/orders?receipt=same");

        Assert.Equal(2, found.Json.GetProperty("count").GetInt32());
        Assert.Equal(
            [second, first],
            found.Json.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("id").GetString()!));
        Assert.Equal(0, (await simulator.GetAsync("/v1/orders?receipt=none")).Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_list_can_be_paged_cut_by_time_and_expanded()
    {
        await using var simulator = await Simulator.StartAsync();
        var old = await simulator.OrderAsync();
        simulator.Clock.Advance(TimeSpan.FromSeconds(100));
        var paid = await simulator.OrderAsync();
        await simulator.PayAsync(paid);

        async Task<string[]> IdsAsync(string query) =>
            [.. (await simulator.GetAsync("/v1/orders?" + query)).Json.GetProperty("items").EnumerateArray()
                .Select(order => order.GetProperty("id").GetString()!)];

        Assert.Equal([paid], await IdsAsync("count=1"));
        Assert.Equal([old], await IdsAsync("count=1&skip=1"));
        Assert.Equal([old], await IdsAsync("to=1795176050"));
        Assert.Equal([paid], await IdsAsync("from=1795176050"));
        Assert.Equal([paid], await IdsAsync("authorized=1"));
        var expanded = (await simulator.GetAsync("/v1/orders?expand[]=payments&count=1")).Json.GetProperty("items")[0];
        Assert.Equal(
            "captured", expanded.GetProperty("payments").GetProperty("items")[0].GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("count=101")]
    [InlineData("count=0")]
    [InlineData("count=x")]
    [InlineData("colour=red")]
    public async Task A_list_of_nonsense_is_refused(string query)
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.GetAsync("/v1/orders?" + query)).Status);
    }

    [Theory]
    [InlineData("/v1/orders/order_X", "order_X is not a valid id")]
    [InlineData("/v1/orders/order_ABCDEFGHIJKLMN", "The id provided does not exist")]
    [InlineData("/v1/orders/order_ABCDEFGHIJKLMN/payments", "The id provided does not exist")]
    [InlineData("/v1/settlements", "The requested URL was not found on the server.")]
    public async Task What_is_not_there_is_a_bad_request(string path, string description)
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(description, reply.Error);
    }

    [Fact]
    public async Task An_order_is_attempted_by_its_first_payment_and_paid_by_a_captured_one()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();

        await simulator.PayAsync(order, Shop.Collect("failure@razorpay"));
        var attempted = await simulator.GetAsync($"/v1/orders/{order}");
        await simulator.PayAsync(order);
        var paid = await simulator.GetAsync($"/v1/orders/{order}");

        Assert.Equal(("attempted", "1", "0"), (attempted["status"], attempted["attempts"], attempted["amount_paid"]));
        Assert.Equal(
            ("paid", "2", "12345", "0"), (paid["status"], paid["attempts"], paid["amount_paid"], paid["amount_due"]));
    }

    [Fact]
    public async Task A_paid_order_takes_no_more_payments_even_when_refunded()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();
        var payment = await simulator.PayAsync(order);
        await simulator.RefundAsync(payment.Id);

        var again = await simulator.PostAsync("/v1/payments/create/json", Shop.Payment(order, Shop.Intent));

        Assert.Equal(HttpStatusCode.BadRequest, again.Status);
        Assert.StartsWith(
            "Your payment has been declined as the order is already paid.", again.Error, StringComparison.Ordinal);
        Assert.Equal("paid", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);
    }

    [Fact]
    public async Task A_partial_order_is_paid_when_its_parts_add_up()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync(""", "partial_payment":true,"first_payment_min_amount":5000""");
        Task<Reply> PartAsync(long amount) => simulator.PostAsync("/v1/payments/create/json",
            Shop.Payment(order, Shop.Intent).Replace("12345", amount.ToString(), StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, (await PartAsync(4999)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PartAsync(5000)).Status);
        simulator.Clock.Advance(Shop.CustomersDelay);
        Assert.Equal("attempted", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await PartAsync(7346)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PartAsync(7345)).Status);
        simulator.Clock.Advance(Shop.CustomersDelay);
        Assert.Equal("paid", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);
    }
}
