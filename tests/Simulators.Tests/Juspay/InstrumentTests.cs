using System.Net;

namespace PaymentCluster.Simulators.Tests.Juspay;

public sealed class InstrumentTests
{
    private const string Customer = "object_reference_id=user_10001&mobile_number=9000000000"
        + "&email_address=a@b.c&first_name=A";

    [Fact]
    public async Task A_customer_is_made_once_and_found_by_either_id()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var customer = await simulator.FormAsync("/juspay/customers", Customer);
        Assert.StartsWith("cst_", customer.Id, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.FormAsync("/juspay/customers", Customer)).Status);
        Assert.Equal(customer.Id, (await simulator.SendAsync("/juspay/customers/user_10001")).Id);
        Assert.Equal(customer.Id, (await simulator.SendAsync($"/juspay/customers/{customer.Id}")).Id);
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.SendAsync("/juspay/customers/nobody")).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await simulator.FormAsync("/juspay/customers", "object_reference_id=short")).Status);
    }

    [Fact]
    public async Task A_card_that_may_be_kept_can_be_paid_with_until_it_is_deleted()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.FormAsync("/juspay/customers", Customer);
        await simulator.PaidOrderAsync(
            "A1",
            JuspayShop.Card("4111111111111111") + "&save_to_locker=true&tokenize=true",
            "&customer_id=user_10001");
        var cards = await simulator.SendAsync("/juspay/cards?customer_id=user_10001");
        var card = Assert.Single(cards.Json.GetProperty("cards").EnumerateArray());
        Assert.Equal("4111-XXXXXXXX-1111", card.GetProperty("card_number").GetString());
        var token = card.GetProperty("card_token").GetString();

        var paid = await simulator.PaidOrderAsync(
            "A2", $"payment_method_type=CARD&card_token={token}&card_security_code=100");
        Assert.Equal("CHARGED", paid["status"]);
        Assert.True(paid.Json.GetProperty("card").GetProperty("using_saved_card").GetBoolean());

        Assert.Equal("True", (await simulator.FormAsync("/juspay/card/delete", $"card_token={token}"))["deleted"]);
        Assert.Equal("False", (await simulator.FormAsync("/juspay/card/delete", $"card_token={token}"))["deleted"]);
        Assert.Empty((await simulator.SendAsync("/juspay/cards?customer_id=user_10001")).Json.GetProperty("cards")
            .EnumerateArray());
        await simulator.OrderAsync("A3");
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await simulator.BeginTxnAsync("A3", $"payment_method_type=CARD&card_token={token}")).Status);
    }

    [Fact]
    public async Task A_wallet_is_linked_by_a_password_and_pays_with_a_token_that_is_good_once()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.FormAsync("/juspay/customers", Customer);
        var wallet = await simulator.FormAsync(
            "/juspay/customers/user_10001/wallets", "gateway=MOBIKWIK&command=authenticate");
        Assert.Equal("False", wallet["linked"]);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await simulator.FormAsync($"/juspay/wallets/{wallet.Id}", "command=link&otp=000000")).Status);
        var linked = await simulator.FormAsync($"/juspay/wallets/{wallet.Id}", "command=link&otp=123456");
        Assert.Equal(("true", "1000"), (linked["linked"], linked.Json.GetProperty("current_balance").GetRawText()));

        var method = $"payment_method_type=WALLET&payment_method=MOBIKWIK&direct_wallet_token={linked["token"]}";
        await simulator.OrderAsync("A1");
        Assert.Equal("CHARGED", (await simulator.BeginTxnAsync("A1", method))["status"]);
        await simulator.OrderAsync("A2");
        Assert.Equal("AUTHORIZATION_FAILED", (await simulator.BeginTxnAsync("A2", method))["status"]);

        var refreshed = await simulator.SendAsync($"/juspay/wallets/{wallet.Id}?command=refresh");
        Assert.Equal("876.55", refreshed.Json.GetProperty("current_balance").GetRawText());
        var wallets = await simulator.SendAsync("/juspay/customers/user_10001/wallets/refresh-balances");
        Assert.Equal("1", wallets["total"]);
        Assert.Equal("False", (await simulator.FormAsync($"/juspay/wallets/{wallet.Id}", "command=delink"))["linked"]);
    }

    [Theory]
    [InlineData("a@upi", "VALID"), InlineData("invalid@upi", "INVALID"), InlineData("nobody", "INVALID")]
    public async Task A_upi_id_is_looked_up(string vpa, string status)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var reply = await simulator.FormAsync(
            "/juspay/v2/upi/verify-vpa", $"vpa={vpa}&merchant_id={JuspayShop.Merchant}");
        Assert.Equal((HttpStatusCode.OK, status), (reply.Status, reply["status"]));
    }

    [Fact]
    public async Task Payment_methods_are_listed()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        var reply = await simulator.SendAsync($"/juspay/merchants/{JuspayShop.Merchant}/paymentmethods");
        Assert.NotEmpty(reply.Json.GetProperty("payment_methods").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.SendAsync("/juspay/nothing/here")).Status);
    }
}
