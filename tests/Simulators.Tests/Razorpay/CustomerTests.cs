using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class CustomerTests
{
    private const string Customers = "/razorpay/v1/customers";
    private const string Number = "4100280000001007";

    [Fact]
    public async Task A_customer_is_found_by_the_pair_of_address_and_number()
    {
        await using var simulator = await Simulator.StartAsync();

        var made = await CustomerAsync(simulator, "a@b.example", "+919876543210");

        Assert.StartsWith("cust_", made.Id, StringComparison.Ordinal);
        Assert.Equal("""{"customer":"asha"}""", made["notes"]);
        var again = await CustomerAsync(simulator, "A@B.example", "+919876543210", customer: "bala");
        Assert.Equal((made.Id, """{"customer":"asha"}"""), (again.Id, again["notes"]));
        Assert.NotEqual(made.Id, (await CustomerAsync(simulator, "a@b.example", "+919876543211")).Id);
        Assert.NotEqual(made.Id, (await CustomerAsync(simulator, "b@b.example", "+919876543210")).Id);
        Assert.Equal(made.Text, (await simulator.GetAsync($"{Customers}/{made.Id}")).Text);

        var refused = await simulator.PostAsync(Customers, """{"email":"a@b.example","contact":"+919876543210"}""");
        Assert.Equal(
            (HttpStatusCode.BadRequest, "Customer already exists for the merchant"), (refused.Status, refused.Error));
    }

    [Theory]
    [InlineData("""{"name":"A"}""", "name")]
    [InlineData("""{"name":"Asha <x>"}""", "name")]
    [InlineData("""{"email":"nobody"}""", "email")]
    [InlineData("""{"contact":"1234567"}""", "contact")]
    [InlineData("""{"contact":"12345678x"}""", "contact")]
    [InlineData("""{"fail_existing":0}""", "fail_existing")]
    [InlineData("""{"phone":"12345678"}""", "phone")]
    public async Task A_customer_that_breaks_the_rules_is_refused(string body, string field)
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync(Customers, body);

        Assert.Equal((HttpStatusCode.BadRequest, field), (reply.Status, reply.Field));
    }

    [Fact]
    public async Task A_card_is_kept_when_the_payment_is_approved_and_pays_with_and_without_its_code()
    {
        await using var simulator = await Simulator.StartAsync();
        var customer = (await CustomerAsync(simulator)).Id;

        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Saving(customer));
        Assert.Equal("0", (await TokensAsync(simulator, customer))["count"]);
        simulator.Clock.Advance(Shop.CustomersDelay);

        var payment = await simulator.FetchAsync(begun.PaymentId);
        var token = Assert.Single((await TokensAsync(simulator, customer)).Json.GetProperty("items").EnumerateArray());
        var id = token.GetProperty("id").GetString()!;
        Assert.Equal((customer, id), (payment["customer_id"], payment["token_id"]));
        Assert.Equal(
            ("card", "active", "1007", "Visa"),
            (token.GetProperty("method").GetString(), token.GetProperty("status").GetString(),
                token.GetProperty("card").GetProperty("last4").GetString(),
                token.GetProperty("card").GetProperty("network").GetString()));
        // The last second of November 2030 in India.
        Assert.Equal(1_922_293_799, token.GetProperty("expired_at").GetInt64());
        foreach (var card in (string[])["", ",\"card\":{\"cvv\":\"\"}", ",\"card\":{\"cvv\":\"123\"}"])
        {
            var paid = await simulator.PayAsync(
                await simulator.OrderAsync(), $$"""
                "method":"card","customer_id":"{{customer}}","token":"{{id}}"{{card}}
                """);
            Assert.Equal(
                ("captured", "1007", id),
                (paid["status"], paid.Json.GetProperty("card").GetProperty("last4").GetString(), paid["token_id"]));
        }

        // The same card again is the same token.
        await simulator.PayAsync(await simulator.OrderAsync(), Saving(customer));
        Assert.Equal("1", (await TokensAsync(simulator, customer))["count"]);
    }

    [Fact]
    public async Task A_declined_payment_keeps_nothing()
    {
        await using var simulator = await Simulator.StartAsync();
        var customer = (await CustomerAsync(simulator)).Id;

        await simulator.PayAsync(await simulator.OrderAsync(), Saving(customer, "4100280000060003"));

        Assert.Equal("0", (await TokensAsync(simulator, customer))["count"]);
    }

    [Fact]
    public async Task Tokens_that_are_unknown_deleted_or_another_customers_pay_nothing()
    {
        await using var simulator = await Simulator.StartAsync();
        var (customer, other) = (
            (await CustomerAsync(simulator)).Id, (await CustomerAsync(simulator, "b@b.example")).Id);
        var token = await KeptAsync(simulator, customer);

        await RefusedAsync(simulator, customer, "token_00000000000000", "The id provided does not exist");
        await RefusedAsync(simulator, other, token, "The id provided does not exist");
        await RefusedAsync(simulator, "cust_00000000000000", token, "The id provided does not exist");
        Assert.Equal("0", (await TokensAsync(simulator, other))["count"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await DeleteAsync(simulator, other, token)).Status);

        Assert.Equal("True", (await DeleteAsync(simulator, customer, token))["deleted"]);
        await RefusedAsync(simulator, customer, token, "The id provided does not exist");
        Assert.Equal(HttpStatusCode.BadRequest, (await DeleteAsync(simulator, customer, token)).Status);
        Assert.Equal("0", (await TokensAsync(simulator, customer))["count"]);
    }

    [Fact]
    public async Task A_card_whose_time_is_over_pays_nothing()
    {
        await using var simulator = await Simulator.StartAsync();
        var customer = (await CustomerAsync(simulator)).Id;
        var token = await KeptAsync(simulator, customer);

        simulator.Clock.Advance(TimeSpan.FromDays(365 * 30));

        await RefusedAsync(simulator, customer, token, "The card has expired.");
        var listed = (await TokensAsync(simulator, customer)).Json.GetProperty("items")[0];
        Assert.Equal(
            ("deactivated", "expired"),
            (listed.GetProperty("status").GetString(), listed.GetProperty("status_reason").GetString()));
    }

    [Fact]
    public async Task A_card_is_kept_for_a_customer_only()
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync(
            "/razorpay/v1/payments/create/json",
            Shop.Payment(await simulator.OrderAsync(), Shop.Card(Number) + ",\"save\":true"));

        Assert.Equal((HttpStatusCode.BadRequest, "customer_id"), (reply.Status, reply.Field));
    }

    [Fact]
    public async Task Customers_and_tokens_outlive_a_restart_and_no_number_is_written()
    {
        await using var simulator = await Simulator.StartAsync();
        var customer = (await CustomerAsync(simulator)).Id;
        var (token, gone) = (
            await KeptAsync(simulator, customer), await KeptAsync(simulator, customer, "5500670000001002"));
        await DeleteAsync(simulator, customer, gone);

        await simulator.RestartAsync();

        Assert.Equal(customer, (await CustomerAsync(simulator)).Id);
        var listed = Assert.Single((await TokensAsync(simulator, customer)).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(token, listed.GetProperty("id").GetString());
        await simulator.StopAsync();
        var journal = await File.ReadAllTextAsync(Path.Combine(simulator.Directory, "razorpay.ndjson"));
        Assert.Contains(token, journal, StringComparison.Ordinal);
        Assert.DoesNotContain("410028", journal, StringComparison.Ordinal);
        Assert.DoesNotContain("550067", journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vpa_that_no_one_has_does_not_exist()
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.PostAsync("/razorpay/v1/payments/validate/vpa", """{"vpa":"invalid@upi"}""");

        Assert.Equal((HttpStatusCode.OK, "False"), (reply.Status, reply["success"]));
        Assert.False(reply.Json.TryGetProperty("customer_name", out _));
    }

    private static string Saving(string customer, string number = Number) =>
        $$"""{{Shop.Card(number)}},"customer_id":"{{customer}}","save":true""";

    private static Task<Reply> CustomerAsync(
        Simulator simulator, string email = "a@b.example", string contact = "9876543210", string customer = "asha") =>
        simulator.PostAsync(Customers, $$"""
            {"name":"Asha B","email":"{{email}}","contact":"{{contact}}","fail_existing":"0","notes":{"customer":"{{customer}}"} }
            """);

    private static Task<Reply> TokensAsync(Simulator simulator, string customer) =>
        simulator.GetAsync($"{Customers}/{customer}/tokens");

    private static Task<Reply> DeleteAsync(Simulator simulator, string customer, string token) =>
        simulator.SendAsync(HttpMethod.Delete, $"{Customers}/{customer}/tokens/{token}", body: null);

    private static async Task<string> KeptAsync(Simulator simulator, string customer, string number = Number) =>
        (await simulator.PayAsync(await simulator.OrderAsync(), Saving(customer, number)))["token_id"];

    private static async Task RefusedAsync(Simulator simulator, string customer, string token, string why)
    {
        var reply = await simulator.PostAsync(
            "/razorpay/v1/payments/create/json",
            Shop.Payment(await simulator.OrderAsync(), $$"""
                "method":"card","customer_id":"{{customer}}","token":"{{token}}"
                """));
        Assert.Equal((HttpStatusCode.BadRequest, why), (reply.Status, reply.Error));
    }
}
