using System.Net;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Vault;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class CustomersHttpTests
{
    private const string Path = "/api/v1/customers/asha@1";
    private const string Card =
        """{"number":"4111 1111 1111 1111","expiry_month":12,"expiry_year":2030,"name":"A","issued_in":"US","consent":{"agreed":true,"text_version":"v1"}}""";

    [Fact]
    public async Task A_customer_is_put_read_and_erased()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var put = await client.SendJsonAsync(
            Path, """{"name":"Asha","email":"a@b.example","phone":"+919876543210"}""", "PUT");
        Assert.Equal("asha@1", (await put.JsonAsync()).GetProperty("id").GetString());
        Assert.Equal(
            new PutCustomer { Name = "Asha", Email = "a@b.example", Phone = "+919876543210" },
            Customer(host).Asked.Single());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Path)).StatusCode);
        Assert.Equal(
            "1970-01-01T00:00:00Z",
            (await (await client.DeleteAsync(Path)).JsonAsync()).GetProperty("erased_at").GetString());
        Customer(host).IsUnknown = true;
        await (await client.GetAsync(Path)).ProblemAsync(404, "customer_not_found");
        await (await client.GetAsync(Path + "/wallet")).ProblemAsync(404, "customer_not_found");
    }

    [Fact]
    public async Task The_wallet_carries_its_version_and_is_changed_on_it()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var wallet = await client.GetAsync(Path + "/wallet");
        Assert.Equal("\"7\"", wallet.Headers.ETag!.Tag);
        Assert.Equal("netbanking", (await wallet.JsonAsync()).GetProperty("disabled_methods")[0].GetString());
        var body =
            """{"default_instrument":"card_1","order":["upi_1","wallet:paytm"],"disabled_methods":["wallet"],"upi_app":"phonepe","notify_by_sms":true}""";
        Assert.Equal(
            HttpStatusCode.OK,
            (await client.SendJsonAsync(Path + "/wallet", body, "PUT", ("If-Match", "\"7\""))).StatusCode);
        var command = Assert.IsType<PutWallet>(Customer(host).Asked.Single());
        Assert.Equal((7, "card_1", "phonepe", true, true), (
            command.ExpectedVersion, command.Preferences.DefaultInstrument, command.Preferences.UpiApp,
            command.Preferences.NotifyByEmail, command.Preferences.NotifyBySms));
        Assert.Equal(["upi_1", "wallet:paytm"], command.Preferences.Order.AsEnumerable());
        Assert.Equal([PaymentMethodKind.Wallet], command.Preferences.DisabledMethods.AsEnumerable());
        Customer(host).Refusal = Refusal.Of(ErrorCode.VersionConflict, "It is at 8.");
        await (await client.SendJsonAsync(Path + "/wallet", body, "PUT", ("If-Match", "\"7\"")))
            .ProblemAsync(412, "version_conflict");
    }

    [Fact]
    public async Task A_card_is_saved_with_consent_and_never_shown()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var saved = await client.SendJsonAsync(Path + "/cards", Card);
        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        Assert.DoesNotContain("4111", await saved.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var command = Assert.IsType<SaveCard>(Customer(host).Asked.Single());
        Assert.Equal(("4111111111111111", false, "v1"), (command.Number.Reveal(), command.Indian, command.ConsentText));
        await client.SendJsonAsync(
            Path + "/cards", Card.Replace("\"issued_in\":\"US\",", "", StringComparison.Ordinal));
        Assert.True(Assert.IsType<SaveCard>(Customer(host).Asked.Last()).Indian);
        Assert.Equal(
            "card_1",
            (await (await client.GetAsync(Path + "/cards")).JsonAsync())
                .GetProperty("data")[0].GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync(Path + "/cards/card_1")).StatusCode);
        Assert.DoesNotContain(host.Log, line => line.Contains("4111", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1111 1111 1111 1111", "4111 1111 1111 1112", 400, "card_invalid", "number")]
    [InlineData("2030", "2020", 400, "card_invalid", "expiry_year")]
    [InlineData("2030", "2090", 400, "card_invalid", "expiry_year")]
    [InlineData("\"agreed\":true", "\"agreed\":false", 422, "consent_required", "consent.agreed")]
    [InlineData("\"agreed\":true,", "", 400, "missing_field", "consent.agreed")]
    [InlineData("\"US\"", "\"India\"", 400, "invalid_field", "issued_in")]
    [InlineData("\"name\":\"A\"", "\"name\":\"A\",\"cvv\":\"123\"", 400, "unknown_field", "cvv")]
    public async Task A_card_that_cannot_be_right_is_refused_by_its_field(
        string part, string instead, int status, string code, string field)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var wrong = part.StartsWith('1')
            ? Card.Replace("4111 1111 1111 1111", instead, StringComparison.Ordinal)
            : Card.Replace(part, instead, StringComparison.Ordinal);
        var problem = await (await client.SendJsonAsync(Path + "/cards", wrong)).ProblemAsync(status, code);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        Assert.Empty(Customer(host).Asked);
    }

    [Fact]
    public async Task Upi_ids_and_wallets_have_their_calls()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        Assert.Equal(
            "ASHA",
            (await (await client.SendJsonAsync(Path + "/upi/validate", """{"vpa":"Asha@Bank"}""")).JsonAsync())
                .GetProperty("name").GetString());
        Assert.Equal(
            HttpStatusCode.Created, (await client.SendJsonAsync(Path + "/upi", """{"vpa":"asha@bank"}""")).StatusCode);
        await (await client.SendJsonAsync(Path + "/upi", """{"vpa":"asha"}""")).ProblemAsync(400, "invalid_field");
        Assert.Equal(
            "upi_1",
            (await (await client.GetAsync(Path + "/upi")).JsonAsync())
                .GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync(Path + "/upi/upi_1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(Path + "/wallets/paytm", null)).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK,
            (await client.SendJsonAsync(Path + "/wallets/paytm", """{"otp":"123456"}""")).StatusCode);
        await (await client.SendJsonAsync(Path + "/wallets/paytm", """{"otp":"12a456"}"""))
            .ProblemAsync(400, "invalid_field");
        Assert.Equal(
            700,
            (await (await client.GetAsync(Path + "/wallets/paytm")).JsonAsync()).GetProperty("balance").GetInt64());
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync(Path + "/wallets/paytm")).StatusCode);
        Assert.Equal(
            ["asha@bank", "asha@bank", "upi_1", "link paytm", "confirm paytm 123456", "read paytm", "unlink paytm"],
            Customer(host).Asked);
        await (await client.GetAsync(Path + "/wallets/PAYTM")).ProblemAsync(400, "invalid_field");
        var link = """{"return_url":"https://shop.example/back"}""";
        var waiting = await (await client.SendJsonAsync(Path + "/wallets/paytm", link)).JsonAsync();
        Assert.Equal("https://wallet.example/agree", waiting.GetProperty("consent_url").GetString());
        Assert.Equal("link paytm https://shop.example/back", Customer(host).Asked.Last());
        await (await client.SendJsonAsync(Path + "/wallets/paytm", """{"return_url":"javascript:alert(1)"}"""))
            .ProblemAsync(400, "invalid_field");
        await (await client.GetAsync("/api/v1/customers/as%20ha")).ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task A_browser_that_comes_back_from_linking_a_wallet_is_led_to_the_shop()
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client(key: null);
        var back = await browser.GetAsync(
            "/return/shop/wallets/asha@1/paytm/nonce?amazonCheckoutSessionId=1&status=linked");
        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
        Assert.Equal("https://shop.example/back?x=1&wallet=paytm&status=linked", back.Headers.Location!.OriginalString);
        Assert.Equal("no-referrer", Assert.Single(back.Headers.GetValues("Referrer-Policy")));
        foreach (var wrong in (string[])[
            "/return/shop/wallets/asha@1/paytm/guess",
            "/return/shop/wallets/as%20ha/paytm/nonce",
            "/return/shop/wallets/asha@1/PAYTM/nonce",
        ])
        {
            await (await browser.GetAsync(wrong)).ProblemAsync(404, "instrument_not_found");
        }
    }

    [Fact]
    public async Task Instruments_are_for_an_amount()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var answer = await (await client.GetAsync(Path + "/instruments?amount=500&currency=INR")).JsonAsync();
        Assert.Equal("Visa ending 1111", answer.GetProperty("data")[0].GetProperty("title").GetString());
        Assert.Equal(Money.Of(500, Currency.Inr), Customer(host).Asked.Single());
        await (await client.GetAsync(Path + "/instruments")).ProblemAsync(400, "amount_invalid");
        await (await client.GetAsync(Path + "/instruments?amount=0&currency=INR")).ProblemAsync(400, "amount_invalid");
        await (await client.GetAsync(Path + "/instruments?amount=5&currency=XXY"))
            .ProblemAsync(400, "currency_unknown");
    }

    [Fact]
    public async Task Transactions_go_on_by_their_cursor()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var grain = (FakeTransactions)host.Grains.Get(typeof(ITransactionsGrain), "shop");
        var answer = await (await client.GetAsync(Path + "/transactions?type=refund&currency=INR&limit=2")).JsonAsync();
        Assert.Equal(
            (TransactionKind.Refund, "asha@1", 2), (grain.Asked!.Kind, grain.Asked.CustomerId, grain.Asked.Limit));
        Assert.StartsWith(
            "rfd_", answer.GetProperty("data")[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(500, answer.GetProperty("totals")[0].GetProperty("refunded").GetInt64());
        var cursor = answer.GetProperty("next_cursor").GetString()!;
        await client.GetAsync($"{Path}/transactions?cursor={cursor}");
        Assert.Equal((grain.Payment, 0), (grain.Asked.Before!.Payment, grain.Asked.Before.Refund));
        foreach (var wrong in (string[])["x", cursor[..^1] + "_", cursor + "A"])
        {
            await (await client.GetAsync($"{Path}/transactions?cursor={wrong}")).ProblemAsync(400, "cursor_invalid");
        }
    }

    [Fact]
    public async Task A_payment_names_what_is_saved_and_a_browser_proves_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        const string start =
            """{"order_id":"o1","amount":500,"currency":"INR","customer_id":"asha","method":"card","card":{"token":"card_1","cvv":"123"}}""";
        await client.SendJsonAsync("/api/v1/payments", start);
        var command = Assert.IsType<StartPayment>(host.Payments.Commands.Last());
        var saved = Assert.IsType<Instrument.SavedCard>(command.Instrument);
        Assert.Equal(("card_1", "123"), (saved.Token, saved.SecurityCode!.Reveal()));
        Assert.Null(command.Customer.Unproven);
        using var browser = host.Client(GatewayHost.PublishableKey);
        await browser.SendJsonAsync("/api/v1/payments", start.Replace("o1", "o2", StringComparison.Ordinal));
        Assert.True(Assert.IsType<StartPayment>(host.Payments.Commands.Last()).Customer.Unproven);
        foreach (var (card, field) in new[]
        {
            ("""{"token":"card_1","number":"4111111111111111"}""", "card.number"), ("{}", "card.number"),
            ("""{"number":"4111111111111111","expiry_month":12,"expiry_year":2030,"name":"A"}""", "card.cvv"),
        })
        {
            var problem = await (await client.SendJsonAsync(
                "/api/v1/payments",
                $"{{\"order_id\":\"o3\",\"amount\":5,\"currency\":\"INR\",\"method\":\"card\",\"card\":{card}}}"))
                    .JsonAsync();
            Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        }
    }

    [Fact]
    public async Task The_administrator_rotates_the_vaults_keys()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(GatewayHost.AdminKey);
        Assert.Equal(
            3, (await (await client.GetAsync("/api/v1/vault")).JsonAsync()).GetProperty("outdated_cards").GetInt64());
        var vault = (FakeVault)host.Grains.Get(typeof(IVaultGrain), IVaultGrain.Key);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/api/v1/vault/rotation", null)).StatusCode);
        Assert.False(vault.NewKeys);
        await client.SendJsonAsync("/api/v1/vault/rotation", """{"new_keys":true}""");
        Assert.True(vault.NewKeys);
        using var shop = host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await shop.GetAsync("/api/v1/vault")).StatusCode);
    }

    private static FakeCustomer Customer(GatewayHost host) =>
        (FakeCustomer)host.Grains.Get(typeof(ICustomerGrain), "shop/asha@1");
}
