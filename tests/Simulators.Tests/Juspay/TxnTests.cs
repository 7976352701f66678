using System.Net;

namespace PaymentCluster.Simulators.Tests.Juspay;

public sealed class TxnTests
{
    [Theory]
    [InlineData(JuspayShop.Netbanking)]
    [InlineData("payment_method_type=WALLET&payment_method=MOBIKWIK")]
    [InlineData(JuspayShop.Intent)]
    [InlineData("payment_method_type=UPI&payment_method=UPI_COLLECT&upi_vpa=a%40upi")]
    [InlineData("payment_method_type=UPI&payment_method=UPI&txn_type=UPI_COLLECT&upi_vpa=a%40upi")]
    [InlineData(
        "payment_method_type=CARD&payment_method=VISA&card_number=4111111111111111&card_exp_month=11&card_exp_year=30&card_security_code=100")]
    public async Task Every_method_waits_for_the_customer_and_is_charged(string method)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        var begun = await simulator.BeginTxnAsync("A1", method);
        Assert.Equal(("A1", "testmerchant-A1-1", "PENDING_VBV"), (begun["order_id"], begun["txn_id"], begun["status"]));
        Assert.Equal("PENDING_VBV", (await simulator.StatusAsync("A1"))["status"]);

        simulator.Clock.Advance(JuspayShop.CustomersDelay);
        var paid = await simulator.StatusAsync("A1");
        Assert.Equal(("CHARGED", "21", begun["txn_uuid"]), (paid["status"], paid["status_id"], paid["txn_uuid"]));
        Assert.Matches(
            "^[0-9]{12}$", paid.Json.GetProperty("payment_gateway_response").GetProperty("rrn").GetString()!);
        Assert.Equal("123.45", paid.Json.GetProperty("txn_detail").GetProperty("net_amount").GetRawText());
        Assert.DoesNotContain("4111111111111111", paid.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_upi_link_is_made_from_the_parameters()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        var begun = await simulator.BeginTxnAsync("A1", JuspayShop.Intent);
        var link = begun.Json.GetProperty("payment").GetProperty("sdk_params");
        Assert.Equal(
            ("simulator@juspay", "123.45", begun["txn_uuid"]),
            (
                link.GetProperty("merchant_vpa").GetString(),
                link.GetProperty("amount").GetString(),
                link.GetProperty("tr").GetString()));
    }

    [Fact]
    public async Task Order_and_payment_can_be_one_call()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var begun = await simulator.FormAsync("/juspay/txns",
            $"order.order_id=A1&order.amount=10&order.currency=INR&merchant_id={JuspayShop.Merchant}&format=json"
                + $"&{JuspayShop.Netbanking}");
        Assert.Equal("PENDING_VBV", begun["status"]);
        Assert.Equal("10", (await simulator.StatusAsync("A1")).Json.GetProperty("amount").GetRawText());
    }

    [Theory]
    [InlineData(
        "payment_method_type=CARD&payment_method=VISA&card_number=4111111111111112&card_exp_month=11&card_exp_year=30&card_security_code=100",
        "card_number")]
    [InlineData(
        "payment_method_type=CARD&payment_method=VISA&card_number=4111111111111111&card_exp_month=11&card_exp_year=20&card_security_code=100",
        "card_exp_year")]
    [InlineData(
        "payment_method_type=CARD&payment_method=VISA&card_number=4111111111111111&card_exp_month=11&card_exp_year=30",
        "card_security_code")]
    [InlineData("payment_method_type=CASH", "payment_method_type")]
    [InlineData("payment_method_type=NB&payment_method=HDFC", "payment_method")]
    [InlineData("payment_method_type=UPI&payment_method=UPI_COLLECT", "upi_vpa")]
    [InlineData("payment_method_type=NB&payment_method=NB_HDFC&bank=HDFC", "bank")]
    public async Task What_is_wrong_in_a_transaction_is_named(string method, string field)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        var reply = await simulator.BeginTxnAsync("A1", method);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(
            field, reply.Json.GetProperty("error_info").GetProperty("fields")[0].GetProperty("field_name").GetString());
        Assert.Equal("NEW", (await simulator.StatusAsync("A1"))["status"]);
    }

    [Theory]
    [InlineData("4000000000000002", "AUTHORIZATION_FAILED", "05")]
    [InlineData("4000000000009995", "AUTHORIZATION_FAILED", "51")]
    [InlineData("4000000000000127", "JUSPAY_DECLINED", "INVALID_INPUT")]
    public async Task A_failing_card_fails(string number, string status, string code)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var failed = await simulator.PaidOrderAsync("A1", JuspayShop.Card(number));
        Assert.Equal((status, code), (failed["status"], failed["bank_error_code"]));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Theory]
    [InlineData("failure@upi", "Z9"), InlineData("failure.zm@upi", "ZM")]
    public async Task A_failing_upi_id_fails_with_a_code_of_npci(string vpa, string code)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var failed = await simulator.PaidOrderAsync(
            "A1", $"payment_method_type=UPI&payment_method=UPI_COLLECT&upi_vpa={vpa}");
        Assert.Equal(("AUTHORIZATION_FAILED", code), (failed["status"], failed["bank_error_code"]));
    }

    [Fact]
    public async Task What_stays_undecided_fails_in_the_end()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PutAsync("/_customer", """{"automatic":false}""");
        await simulator.OrderAsync("A1");
        await simulator.BeginTxnAsync("A1", JuspayShop.Intent);
        simulator.Clock.Advance(TimeSpan.FromMinutes(15));
        var failed = await simulator.StatusAsync("A1");
        Assert.Equal(("AUTHORIZATION_FAILED", "U69"), (failed["status"], failed["bank_error_code"]));
    }

    [Fact]
    public async Task An_order_that_failed_can_be_tried_again_and_one_that_is_paid_cannot()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1", JuspayShop.Card("4000000000000002"));
        var again = await simulator.BeginTxnAsync("A1");
        Assert.Equal("testmerchant-A1-2", again["txn_id"]);
        simulator.Clock.Advance(JuspayShop.CustomersDelay);
        Assert.Equal("CHARGED", (await simulator.StatusAsync("A1"))["status"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.BeginTxnAsync("A1")).Status);
    }

    [Fact]
    public async Task A_late_success_on_a_paid_order_is_refunded_by_itself()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        await simulator.PutAsync("/_customer", """{"automatic":false}""");
        var first = (await simulator.BeginTxnAsync("A1"))["txn_uuid"];
        var second = (await simulator.BeginTxnAsync("A1"))["txn_uuid"];
        await simulator.DecideAsync(first, "decline");
        await simulator.DecideAsync(second, "approve");
        await simulator.DecideAsync(first, "approve");
        Assert.Equal(
            ("CHARGED", second),
            ((await simulator.StatusAsync("A1"))["status"], (await simulator.StatusAsync("A1"))["txn_uuid"]));
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var journal = await simulator.JournalAsync();
        Assert.Equal(
            "auto_refunded",
            journal.Single(line => line.GetProperty("provider_id").GetString() == first)
                .GetProperty("status")
                .GetString());
        Assert.Equal(
            "success",
            journal.Single(line => line.GetProperty("kind").GetString() == "refund").GetProperty("status").GetString());
    }

    [Fact]
    public async Task What_is_held_is_captured_once()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var held = await simulator.PaidOrderAsync("A1", extra: JuspayShop.Held);
        Assert.Equal(("AUTHORIZED", "25"), (held["status"], held["status_id"]));
        var captured = await simulator.FormAsync($"/juspay/v2/txns/{held["txn_uuid"]}/capture", "");
        Assert.Equal("CHARGED", captured["status"]);
        var again = await simulator.FormAsync($"/juspay/v2/txns/{held["txn_uuid"]}/capture", "");
        Assert.Equal(
            (HttpStatusCode.BadRequest, "Cannot Capture CHARGED Transaction"), (again.Status, again["error_message"]));
        Assert.Equal(
            HttpStatusCode.BadRequest, (await simulator.FormAsync("/juspay/v2/txns/eulnobody/capture", "")).Status);
    }

    [Fact]
    public async Task What_is_held_is_released_in_a_while()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var held = await simulator.PaidOrderAsync("A1", extra: JuspayShop.Held);
        Assert.Equal(
            "VOID_INITIATED", (await simulator.FormAsync($"/juspay/v2/txns/{held["txn_uuid"]}/void", ""))["status"]);
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(
            ("VOIDED", "31"),
            ((await simulator.StatusAsync("A1"))["status"], (await simulator.StatusAsync("A1"))["status_id"]));
        var again = await simulator.FormAsync($"/juspay/v2/txns/{held["txn_uuid"]}/void", "");
        Assert.Equal("Cannot Void VOIDED Transaction", again["error_message"]);
    }

    [Fact]
    public async Task What_is_held_and_deleted_is_refunded()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1", extra: JuspayShop.Held);
        simulator.Clock.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        // The release begins then, and is done a moment later.
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("VOIDED", (await simulator.StatusAsync("A1"))["status"]);
    }

    [Fact]
    public async Task A_mismatched_amount_is_what_the_books_say()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.DialJuspayAsync("""{"amount_mismatch":1}""");
        var paid = await simulator.PaidOrderAsync("A1", extra: "&udf6=att_1");
        Assert.Equal(
            ("123.45", "124.45"),
            (paid.Json.GetProperty("amount").GetRawText(), paid.Json.GetProperty("effective_amount").GetRawText()));
        var line = Assert.Single(await simulator.JournalAsync());
        Assert.Equal(
            (12_445, "att_1"), (line.GetProperty("amount").GetInt64(), line.GetProperty("reference").GetString()));
    }

    [Fact]
    public async Task Only_cards_are_paid_in_other_currencies()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.FormAsync("/juspay/orders", "order_id=A1&amount=295&currency=JPY");
        Assert.Equal(
            "GATEWAY_NOT_FOUND",
            (await simulator.BeginTxnAsync("A1")).Json.GetProperty("error_info").GetProperty("code").GetString());
        await simulator.BeginTxnAsync("A1", JuspayShop.Card("4111111111111111"));
        simulator.Clock.Advance(JuspayShop.CustomersDelay);
        Assert.Equal("295", (await simulator.StatusAsync("A1")).Json.GetProperty("effective_amount").GetRawText());
    }
}
