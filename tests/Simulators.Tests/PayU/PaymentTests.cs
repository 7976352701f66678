using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using PaymentCluster.Simulators.PayU;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.PayU;

public sealed partial class PaymentTests
{
    [Fact]
    public async Task A_upi_intent_gets_its_link_and_is_paid_by_the_customer()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var begun = await simulator.BeginAsync(PayUShop.Intent());
        Assert.Equal("pending", begun.Json.GetProperty("metaData").GetProperty("txnStatus").GetString());
        Assert.Contains(
            "&am=123.45&cu=INR",
            begun.Json.GetProperty("result").GetProperty("intentURIData").GetString()!,
            StringComparison.Ordinal);
        Assert.Equal("pending in progress", await simulator.StateAsync());

        simulator.Clock.Advance(PayUShop.CustomersDelay);
        var told = await simulator.VerifyAsync();
        Assert.Equal("success captured", await simulator.StateAsync());
        Assert.Equal(PayUShop.IdOf(begun), told.GetProperty("mihpayid").GetString());
        Assert.Equal("123.45", told.GetProperty("transaction_amount").GetString());
        Assert.Matches("^[0-9]{12}$", told.GetProperty("bank_ref_num").GetString());
        var line = Assert.Single(await simulator.JournalAsync());
        Assert.Equal(
            ("payu", "charge", "TXN-1", 12345, "INR", "captured"),
            (
                Text("provider"),
                Text("kind"),
                Text("reference"),
                line.GetProperty("amount").GetInt64(),
                Text("currency"),
                Text("status")));

        string? Text(string name) => line.GetProperty(name).GetString();
    }

    [Fact]
    public async Task A_dynamic_qr_code_is_the_whole_link_and_lives_as_long_as_it_is_told()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        var begun = await simulator.BeginAsync(
            PayUShop.Server("TXN-1", ("pg", "DBQR"), ("bankcode", "UPIDBQR"), ("expiry_time", "60")));
        Assert.StartsWith(
            "upi://pay?pa=",
            begun.Json.GetProperty("result").GetProperty("qrString").GetString()!,
            StringComparison.Ordinal);

        simulator.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("failure dropped", await simulator.StateAsync());
    }

    [Fact]
    public async Task A_card_gets_the_banks_page()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        var begun = await simulator.BeginAsync(PayUShop.Card("5123456789012346"));
        var page = Encoding.UTF8.GetString(
            Convert.FromBase64String(begun.Json.GetProperty("result").GetProperty("acsTemplate").GetString()!));
        var url = Action().Match(page).Groups["url"].Value;

        var sent = await simulator.GetAsync(url);
        Assert.Contains("value=\"approve\"", sent.Text, StringComparison.Ordinal);
        Assert.Contains("512345XXXXXX2346", sent.Text, StringComparison.Ordinal);
        var approved = await simulator.PostFormAsync(url, new() { ["action"] = "approve" });
        Assert.Contains("name=\"unmappedstatus\" value=\"captured\"", approved.Text, StringComparison.Ordinal);
        Assert.Equal("success captured", await simulator.StateAsync());
        Assert.DoesNotContain(
            "5123456789012346", await File.ReadAllTextAsync(await JournalOfAsync(simulator)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_customer_returns_with_a_hashed_form()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        var sent = await simulator.BeginAsync(PayUShop.Fields(more: [("pg", "NB"), ("bankcode", "HDFB")]));
        Assert.Contains("HDFB", sent.Text, StringComparison.Ordinal);
        var page = await simulator.PostFormAsync(
            Action().Match(sent.Text).Groups["url"].Value, new() { ["action"] = "decline" });
        var fields = Inputs().Matches(page.Text).ToDictionary(
            input => input.Groups["name"].Value,
            input => WebUtility.HtmlDecode(input.Groups["value"].Value),
            StringComparer.Ordinal);

        Assert.Contains("action=\"https://shop.example/f\"", page.Text, StringComparison.Ordinal);
        Assert.Equal(
            ("failure", "userCancelled", "TXN-1"), (fields["status"], fields["unmappedstatus"], fields["txnid"]));
        Assert.Equal(
            PayUHash.OfResponse(
                PayUShop.Salt, "failure", ["one", "", "", "", ""], "asha@example.com", "Asha", "Order 1", "123.45",
                "TXN-1", PayUShop.Key),
            fields["hash"]);
    }

    [Theory]
    [InlineData("txnid", "a:b"), InlineData("amount", "1,5"), InlineData("amount", "0.00")]
    [InlineData("amount", "1.234"), InlineData("email", "nobody")]
    [InlineData("phone", "12"), InlineData("surl", "/back")]
    [InlineData("api_version", "19"), InlineData("pre_authorize", "yes")]
    [InlineData("s2s_client_ip", "here"), InlineData("s2s_device_info", "")]
    [InlineData("upiAppName", "own"), InlineData("amount", "0.99")]
    [InlineData("txn_s2s_flow", "2"), InlineData("productinfo", "")]
    public async Task A_field_that_is_wrong_missing_or_unknown_is_refused(string name, string value)
    {
        await using var simulator = await PayUShop.OpenAsync();
        var begun = await simulator.BeginAsync(PayUShop.Intent(more: [(name, value)]));
        var meta = begun.Json.GetProperty("metaData");
        Assert.Equal(
            ("failed", "E1101"),
            (meta.GetProperty("txnStatus").GetString(), meta.GetProperty("statusCode").GetString()));
        Assert.Equal(0, (await simulator.CommandAsync("verify_payment", "TXN-1")).GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("key", "OTHER"), InlineData("amount", "123.46"), InlineData("udf1", "two"), InlineData("hash", "00")]
    public async Task A_wrong_hash_is_refused(string name, string value)
    {
        await using var simulator = await PayUShop.OpenAsync();
        var fields = PayUShop.Signed(PayUShop.Intent());
        fields[name] = value;
        var reply = await simulator.PostFormAsync("/payu/_payment", fields);
        Assert.Equal("E1903", reply.Json.GetProperty("metaData").GetProperty("statusCode").GetString());
    }

    [Theory]
    [InlineData("4111111111111112", "123"), InlineData("5123456789012346", "12"), InlineData("512", "123")]
    public async Task A_card_that_cannot_be_one_is_refused(string number, string cvv)
    {
        await using var simulator = await PayUShop.OpenAsync();
        var begun = await simulator.BeginAsync(PayUShop.Card(number, more: [("ccvv", cvv)]));
        Assert.Equal("E1101", begun.Json.GetProperty("metaData").GetProperty("statusCode").GetString());
    }

    [Fact]
    public async Task Card_data_in_the_customers_form_is_refused()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var page = await simulator.BeginAsync(
            PayUShop.Fields(more: [("pg", "CC"), ("bankcode", "CC"), ("ccnum", "5123456789012346")]));
        Assert.Contains("card data must not come", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4000000000000002", "E310"), InlineData("4000000000009995", "E308")]
    [InlineData("4000000000000127", "E1804"), InlineData("4000000000000119", "E216")]
    public async Task A_failing_card_fails(string number, string code)
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.PayUAsync(PayUShop.Card(number));
        Assert.Equal("failure failed", await simulator.StateAsync());
        Assert.Equal(code, (await simulator.VerifyAsync()).GetProperty("error_code").GetString());
    }

    [Fact]
    public async Task A_txnid_is_refused_after_a_success_alone()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.PayUAsync(
            PayUShop.Server("TXN-1", ("pg", "UPI"), ("bankcode", "UPI"), ("vpa", "failure@payu")));
        Assert.Equal("failure failed", await simulator.StateAsync());
        var paid = await simulator.PayUAsync(PayUShop.Intent());
        Assert.Equal("success captured", await simulator.StateAsync());
        var again = await simulator.BeginAsync(PayUShop.Intent());
        Assert.Equal("E202", again.Json.GetProperty("metaData").GetProperty("statusCode").GetString());
        Assert.Equal(paid, (await simulator.VerifyAsync()).GetProperty("mihpayid").GetString());
    }

    [Fact]
    public async Task Money_that_comes_after_a_payment_was_given_up_is_refunded()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        var id = PayUShop.IdOf(await simulator.BeginAsync(PayUShop.Intent()));
        simulator.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("failure dropped", await simulator.StateAsync());
        await simulator.PostAsync($"/_customer/payu/{id}", """{"action":"approve"}""");
        Assert.Equal("failure autoRefund", await simulator.StateAsync());
        var line = Assert.Single(await simulator.JournalAsync());
        Assert.Equal(
            (12345, 12345), (line.GetProperty("amount").GetInt64(), line.GetProperty("amount_refunded").GetInt64()));
    }

    [Fact]
    public async Task Another_amount_and_additional_charges_are_reported_as_they_are()
    {
        await using var simulator = await PayUShop.OpenAsync(null, "--Simulators:PayU:AdditionalCharges", "250");
        await simulator.PayUDialAsync("""{"amount_mismatch":1}""");
        await simulator.PayUAsync(PayUShop.Intent());
        var told = await simulator.VerifyAsync();
        Assert.Equal(
            ("124.45", "2.50", "126.95", "126.95"),
            (told.GetProperty("transaction_amount").GetString(), told.GetProperty("additional_charges").GetString(),
                told.GetProperty("amt").GetString(), told.GetProperty("net_amount_debit").GetRawText()));
    }

    [Fact]
    public async Task Too_many_requests_are_refused_in_words()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.PayUDialAsync("""{"rate_limited":1,"operations":["payment","query"]}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await simulator.BeginAsync(PayUShop.Intent())).Status);
        Assert.Equal(
            "Requests limit reached",
            (await simulator.CommandAsync("verify_payment", "TXN-1")).GetProperty("msg").GetString());
    }

    private static async Task<string> JournalOfAsync(Simulator simulator)
    {
        var copy = Path.Combine(simulator.Directory, "copy");
        await simulator.StopAsync();
        File.Copy(Path.Combine(simulator.Directory, "payu.ndjson"), copy);
        return copy;
    }

    [GeneratedRegex("action=\"(?<url>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Action();

    [GeneratedRegex(
        "name=\"(?<name>[A-Za-z0-9_]+)\" value=\"(?<value>[^\"]*)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Inputs();
}
