using System.Net;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Testing.Silos;

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
        await (await client.GetAsync(Path)).ProblemAsync(404, "customer_not_found");
        await (await client.GetAsync(Path + "/wallet")).ProblemAsync(404, "customer_not_found");
        var put = await (await client.SendJsonAsync(
            Path, """{"name":"Asha","email":"a@b.example","phone":"+919876543210"}""", "PUT")).JsonAsync();
        var read = await (await client.GetAsync(Path)).JsonAsync();
        Assert.Equal(put.GetRawText(), read.GetRawText());
        Assert.Equal(
            ("asha@1", "Asha", "a@b.example", "+919876543210"),
            (Text(read, "id"), Text(read, "name"), Text(read, "email"), Text(read, "phone")));
        var erased = await (await client.DeleteAsync(Path)).JsonAsync();
        Assert.Equal((null, null, null), (Text(erased, "name"), Text(erased, "email"), Text(erased, "phone")));
        Assert.NotNull(Text(erased, "erased_at"));
        await (await client.GetAsync(Path + "/wallet")).ProblemAsync(404, "customer_not_found");
    }

    [Fact]
    public async Task The_wallet_carries_its_version_and_is_changed_on_it()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = await CustomerAsync(host);
        var upi = Text(await (await client.SendJsonAsync(Path + "/upi", """{"vpa":"asha@bank"}""")).JsonAsync(), "id");
        var wallet = await client.GetAsync(Path + "/wallet");
        var tag = wallet.Headers.ETag!.Tag;
        Assert.Equal((await wallet.JsonAsync()).GetProperty("version").ToString(), tag.Trim('"'));
        var body =
            $$"""
            {"default_instrument":"{{upi}}","order":["{{upi}}"],"disabled_methods":["wallet"],"upi_app":"phonepe",
             "notify_by_sms":true}
            """;
        var put = await client.SendJsonAsync(Path + "/wallet", body, "PUT", ("If-Match", tag));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.NotEqual(tag, put.Headers.ETag!.Tag);
        var changed = await (await client.GetAsync(Path + "/wallet")).JsonAsync();
        Assert.Equal(
            (upi, "phonepe", true, true),
            (
                Text(changed, "default_instrument"), Text(changed, "upi_app"),
                changed.GetProperty("notify_by_email").GetBoolean(),
                changed.GetProperty("notify_by_sms").GetBoolean()));
        Assert.Equal(upi, changed.GetProperty("order")[0].GetString());
        Assert.Equal("wallet", changed.GetProperty("disabled_methods")[0].GetString());
        await (await client.SendJsonAsync(Path + "/wallet", body, "PUT", ("If-Match", tag)))
            .ProblemAsync(412, "version_conflict");
        var unknown = await (await client.SendJsonAsync(Path + "/wallet", """{"default_instrument":"card_1"}""", "PUT"))
            .ProblemAsync(400, "invalid_field");
        Assert.True(unknown.BlamesField("default_instrument"));
    }

    [Fact]
    public async Task A_card_is_saved_with_consent_and_never_shown()
    {
        await using var host = await GatewayHost.StartAsync();
        var vault = await host.OpenShopAsync(shop => shop with { CardVault = true });
        using var client = await CustomerAsync(host, vault);
        var saved = await client.SendJsonAsync(Path + "/cards", Card);
        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        var text = await saved.Content.ReadAsStringAsync();
        CardTraces.NoneIn(text, "4111111111111111");
        var token = Text(await saved.JsonAsync(), "token");
        Assert.Equal("v1", Text(await saved.JsonAsync(), "consent_text"));
        await (await client.SendJsonAsync(
            Path + "/cards", Card.Replace("\"issued_in\":\"US\",", "", StringComparison.Ordinal)))
            .ProblemAsync(422, "card_not_kept");
        var card = Assert.Single(
            (await (await client.GetAsync(Path + "/cards")).JsonAsync()).GetProperty("data").EnumerateArray());
        Assert.Equal((token, "1111", "visa"), (Text(card, "token"), Text(card, "last4"), Text(card, "network")));
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync($"{Path}/cards/{token}")).StatusCode);
        Assert.Empty(
            (await (await client.GetAsync(Path + "/cards")).JsonAsync()).GetProperty("data").EnumerateArray());
        CardTraces.NoneIn(string.Join('\n', host.Log.Concat(GatewaySilo.Log)), "4111111111111111");
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
        Assert.True(problem.BlamesField(field), problem.ToString());
        Assert.Equal(0, host.Calls.Count<ICustomerGrain>());
    }

    [Fact]
    public async Task Upi_ids_have_their_calls()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.Shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
        using var client = await CustomerAsync(host);
        var checkedId = await (await client.SendJsonAsync(Path + "/upi/validate", """{"vpa":"Asha@Bank"}"""))
            .JsonAsync();
        Assert.Equal(("asha@bank", "ASHA"), (Text(checkedId, "vpa"), Text(checkedId, "name")));
        var saved = await client.SendJsonAsync(Path + "/upi", """{"vpa":"asha@bank"}""");
        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        var id = Text(await saved.JsonAsync(), "id");
        await (await client.SendJsonAsync(Path + "/upi", """{"vpa":"asha"}""")).ProblemAsync(400, "invalid_field");
        var listed = (await (await client.GetAsync(Path + "/upi")).JsonAsync()).GetProperty("data");
        Assert.Equal(id, Text(Assert.Single(listed.EnumerateArray()), "id"));
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync($"{Path}/upi/{id}")).StatusCode);
        await (await client.DeleteAsync($"{Path}/upi/{id}")).ProblemAsync(404, "instrument_not_found");
        await (await client.GetAsync("/api/v1/customers/as%20ha")).ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task A_wallet_is_linked_by_a_password_read_and_given_up()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.Shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
        using var client = await CustomerAsync(host);
        const string wallet = Path + "/wallets/paytm";
        Assert.False(
            (await (await client.PostAsync(wallet, null)).JsonAsync()).GetProperty("linked").GetBoolean());
        await (await client.SendJsonAsync(wallet, """{"otp":"12a456"}""")).ProblemAsync(400, "invalid_field");
        Assert.Equal(422, (int)(await client.SendJsonAsync(wallet, """{"otp":"000000"}""")).StatusCode);
        var linked = await (await client.SendJsonAsync(wallet, $$"""{"otp":"{{KeepingConnector.Password}}"}"""))
            .JsonAsync();
        Assert.True(linked.GetProperty("linked").GetBoolean());
        Assert.Equal(700, (await (await client.GetAsync(wallet)).JsonAsync()).GetProperty("balance").GetInt64());
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync(wallet)).StatusCode);
        await (await client.GetAsync(wallet)).ProblemAsync(404, "instrument_not_found");
        await (await client.GetAsync(Path + "/wallets/PAYTM")).ProblemAsync(400, "invalid_field");
        await (await client.SendJsonAsync(wallet, """{"return_url":"javascript:alert(1)"}"""))
            .ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task A_browser_that_returns_from_linking_a_wallet_is_led_to_the_shop()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.Shop.ConnectAsync(GatewaySilo.ConsentingProvider.Provider);
        using var client = await CustomerAsync(host);
        var waiting = await (await client.SendJsonAsync(
            $"{Path}/wallets/{ConsentingConnector.Wallet}", """{"return_url":"https://shop.example/back?x=1"}"""))
            .JsonAsync();
        var page = Text(waiting, "consent_url")!.Split('/')[^1];
        var callback = GatewaySilo.ConsentingProvider.Callbacks[page].AbsolutePath;
        GatewaySilo.ConsentingProvider.Pages[page] = ConsentingConnector.Decision.Agreed;
        using var browser = host.Client(key: null);
        var back = await browser.GetAsync(callback + "?amazonCheckoutSessionId=1&status=declined");
        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
        Assert.Equal(
            "https://shop.example/back?x=1&wallet=agreepay&status=linked", back.Headers.Location!.OriginalString);
        Assert.Equal("no-referrer", Assert.Single(back.Headers.GetValues("Referrer-Policy")));
        foreach (var wrong in (string[])[
            callback[..callback.LastIndexOf('/')] + "/guess",
            callback.Replace("asha%401", "as%20ha", StringComparison.Ordinal),
            callback.Replace("agreepay", "AGREEPAY", StringComparison.Ordinal),
        ])
        {
            Assert.NotEqual(callback, wrong);
            await (await browser.GetAsync(wrong)).ProblemAsync(404, "instrument_not_found");
        }
    }

    [Fact]
    public async Task Instruments_are_for_an_amount()
    {
        await using var host = await GatewayHost.StartAsync();
        var shop = await host.OpenShopAsync(shop => shop with { CardVault = true });
        await shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
        using var client = await CustomerAsync(host, shop);
        await client.SendJsonAsync(Path + "/wallets/paytm", "{}");
        var card = Text(await (await client.SendJsonAsync(Path + "/cards", Card)).JsonAsync(), "token");
        var response = await (await client.GetAsync(Path + "/instruments?amount=500&currency=INR")).JsonAsync();
        var instruments = response.GetProperty("data").EnumerateArray().Select(one => (
            Text(one, "id"), Text(one, "title"), one.GetProperty("saved").GetBoolean(),
            one.GetProperty("usable").GetBoolean())).ToList();
        Assert.Equal((card, "Visa ending 1111", true, true), instruments[0]);
        Assert.Contains(instruments, one => one is ("upi_intent", _, false, true));
        Assert.Contains(instruments, one => one is ("wallet:paytm", _, true, false));
        await (await client.GetAsync(Path + "/instruments")).ProblemAsync(400, "amount_invalid");
        await (await client.GetAsync(Path + "/instruments?amount=0&currency=INR")).ProblemAsync(400, "amount_invalid");
        await (await client.GetAsync(Path + "/instruments?amount=5&currency=XXY"))
            .ProblemAsync(400, "currency_unknown");
    }

    [Fact]
    public async Task Transactions_go_on_by_their_cursor()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = await CustomerAsync(host);
        var payment = await GatewayHost.StartPaymentAsync(
            client, PaymentBodies.Card("o1", ",\"customer_id\":\"asha@1\""));
        var refunds = new List<string?>();
        foreach (var amount in (int[])[100, 200])
        {
            var refund = await client.SendJsonAsync(
                GatewayHost.PathOf(payment) + "/refunds", $$"""{"amount":{{amount}}}""");
            var id = Text(await refund.JsonAsync(), "id");
            await Eventually.HoldsAsync(
                async () => Text(await (await client.GetAsync(refund.Headers.Location)).JsonAsync(), "status")
                    == "SUCCESS",
                "the refund succeeds");
            refunds.Add(id);
        }

        var all = (await (await client.GetAsync(Path + "/transactions")).JsonAsync()).GetProperty("data");
        Assert.Equal(
            [refunds[1], refunds[0], Text(payment, "id")], all.EnumerateArray().Select(one => Text(one, "id")));
        var page = await client.GetAsync(Path + "/transactions?type=refund&currency=INR&limit=1");
        var response = await page.JsonAsync();
        Assert.Equal(refunds[1], Text(response.GetProperty("data")[0], "id"));
        Assert.Equal(300, response.GetProperty("totals")[0].GetProperty("refunded").GetInt64());
        var cursor = Text(response, "next_cursor")!;
        var rest = await client.GetAsync($"{Path}/transactions?type=refund&limit=1&cursor={cursor}");
        var next = await rest.JsonAsync();
        Assert.Equal(refunds[0], Text(next.GetProperty("data")[0], "id"));
        foreach (var wrong in (string[])["x", cursor[..^1] + "_", cursor + "A"])
        {
            await (await client.GetAsync($"{Path}/transactions?cursor={wrong}")).ProblemAsync(400, "cursor_invalid");
        }
    }

    [Fact]
    public async Task A_payment_names_what_is_saved_and_a_browser_proves_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        var vault = await host.OpenShopAsync(shop => shop with { CardVault = true });
        using var client = await CustomerAsync(host, vault);
        var token = Text(await (await client.SendJsonAsync(Path + "/cards", Card)).JsonAsync(), "token");
        string Start(string order) =>
            $$$"""
            {"order_id":"{{{order}}}","amount":500,"currency":"INR","customer_id":"asha@1","method":"card",
             "card":{"token":"{{{token}}}","cvv":"123"}}
            """;
        await GatewayHost.StartPaymentAsync(client, Start("o1"));
        var charged = Assert.IsType<ChargeInstrument.TypedCard>(Assert.Single(vault.Account.Charges).Instrument).Card;
        Assert.Equal(("4111111111111111", "123"), (charged.Number.Reveal(), charged.SecurityCode.Reveal()));
        Assert.Null(Assert.Single(host.Calls.Sent<StartPayment>()).Customer.Unproven);
        using var browser = host.Client(vault.PublishableKey);
        await (await browser.SendJsonAsync("/api/v1/payments", Start("o2"))).ProblemAsync(403, "order_token_required");
        Assert.Single(vault.Account.Charges);
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
            Assert.True(problem.BlamesField(field), problem.ToString());
        }
    }

    [Fact]
    public async Task The_administrator_rotates_the_vaults_keys()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(GatewayHost.AdminKey);
        using var owner = await CustomerAsync(host, await host.OpenShopAsync(shop => shop with { CardVault = true }));
        await owner.SendJsonAsync(Path + "/cards", Card);
        var before = await (await client.GetAsync("/api/v1/vault")).JsonAsync();
        Assert.InRange(before.GetProperty("cards").GetInt64(), 1, long.MaxValue);
        var rotated = await client.PostAsync("/api/v1/vault/rotation", null);
        Assert.Equal(0, (await rotated.JsonAsync()).GetProperty("outdated_keys").GetInt64());
        var renewed = await client.SendJsonAsync("/api/v1/vault/rotation", """{"new_keys":true}""");
        Assert.Equal(0, (await renewed.JsonAsync()).GetProperty("outdated_cards").GetInt64());
        Assert.Equal([false, true], host.Calls.Sent<bool>());
        using var shop = host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await shop.GetAsync("/api/v1/vault")).StatusCode);
    }

    private static Task<HttpClient> CustomerAsync(GatewayHost host) => CustomerAsync(host, host.Shop);

    private static async Task<HttpClient> CustomerAsync(GatewayHost host, Shop shop)
    {
        var client = host.Client(shop.SecretKey);
        Assert.Equal(HttpStatusCode.OK, (await client.SendJsonAsync(Path, """{"name":"Asha"}""", "PUT")).StatusCode);
        return client;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
