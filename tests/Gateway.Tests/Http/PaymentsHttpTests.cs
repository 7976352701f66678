using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class PaymentsHttpTests
{
    private const string Payments = "/api/v1/payments";

    [Fact]
    public async Task A_payment_is_accepted_with_its_address()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var response = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var payment = await response.JsonAsync();
        Assert.Equal("Payment initiated successfully", payment.GetProperty("message").GetString());
        Assert.Equal(
            new Uri(client.BaseAddress!, $"{Payments}/{payment.GetProperty("id").GetString()}"),
            response.Headers.Location);
        Assert.Equal("PENDING", payment.GetProperty("status").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", payment.GetProperty("created_at").GetString());
        var read = await GatewayHost.UntilAsync(client, response.Headers.Location!.OriginalString, "REQUIRES_ACTION");
        Assert.False(read.TryGetProperty("message", out _));
    }

    [Fact]
    public async Task A_hundred_posts_of_one_order_find_one_payment()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var responses = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"))));
        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Accepted);
        Assert.Equal(99, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        var ids = await Task.WhenAll(
            responses.Select(async response => (await response.JsonAsync()).GetProperty("id").GetString()));
        Assert.Single(ids.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_refusal_of_the_grain_leaves_with_its_code_and_field()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var body = PaymentBodies.Upi("o1");
        await client.SendJsonAsync(Payments, body);
        var problem = await (await client.SendJsonAsync(Payments, body.Replace("50000", "50001")))
            .ProblemAsync(409, "order_conflict");
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal(
            ("amount", "order_conflict", "The order exists with another amount: 500.00 INR."),
            (error.GetProperty("field").GetString(),
                error.GetProperty("code").GetString(),
                error.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task An_idempotency_key_goes_with_the_command_and_a_replay_is_marked()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var first = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"), headers: ("Idempotency-Key", "k-1"));
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        var again = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"), headers: ("Idempotency-Key", "k-1"));
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        var requests = host.Calls.Sent<StartPayment>().Select(command => command.Request!).ToList();
        Assert.All(
            requests, request => Assert.Equal(("k-1", requests[0].Fingerprint), (request.Key, request.Fingerprint)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\there")]
    [InlineData("sch\u00f6n")]
    public async Task An_idempotency_key_out_of_form_is_refused(string key)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = new HttpClient(
            new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = host.Address,
        };
        client.DefaultRequestHeaders.Authorization = new("Bearer", host.Shop.SecretKey);
        await (await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"), headers: ("Idempotency-Key", key)))
            .ProblemAsync(400, "idempotency_key_invalid");
        await (await client.SendJsonAsync(
            Payments, PaymentBodies.Upi("o1"), headers: ("Idempotency-Key", new string('k', 256))))
            .ProblemAsync(400, "idempotency_key_invalid");
        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Fact]
    public async Task A_page_reads_nothing_of_the_merchants_own()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var body = """
            {"order_id":"o1","amount":50000,"currency":"INR","confirm":false,"customer_id":"c1",
             "customer":{"email":"a@b.example"},"metadata":{"margin":"12"}}
            """;
        var full = await (await shop.SendJsonAsync(Payments, body)).JsonAsync();
        Assert.Equal("a@b.example", full.GetProperty("customer").GetProperty("email").GetString());
        using var payer = host.Client(full.GetProperty("client_secret").GetString());
        foreach (var seen in (JsonElement[])
        [
            await (await payer.GetAsync(GatewayHost.PathOf(full))).JsonAsync(),
            await (await payer.SendJsonAsync(
                GatewayHost.PathOf(full) + "/confirm", """{"method":"upi"}""")).JsonAsync(),
        ])
        {
            Assert.All(
                ["customer", "customer_id", "metadata", "refunds"],
                member => Assert.False(seen.TryGetProperty(member, out var _), member));
        }
    }

    [Fact]
    public async Task Commands_of_a_payment_reach_its_grain()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var created = await (await client.SendJsonAsync(
            Payments,
            """{"order_id":"o1","amount":100,"currency":"INR","confirm":false,"capture":"manual"}""")).JsonAsync();
        var path = GatewayHost.PathOf(created);
        Assert.Equal(
            202,
            (int)(await client.SendJsonAsync(
                path + "/confirm", """{"method":"netbanking","netbanking":{"bank":"HDFC"}}""")).StatusCode);
        Assert.Equal(
            new Instrument.Netbanking { Bank = "HDFC" },
            Assert.Single(host.Calls.Sent<ConfirmPayment>()).Instrument);
        await host.Shop.AuthorizeAsync(
            client, await GatewayHost.UntilAsync(client, path, "REQUIRES_ACTION"));
        await GatewayHost.UntilAsync(client, path, "AUTHORIZED");
        Assert.Equal(202, (int)(await client.SendJsonAsync(path + "/capture", """{"amount":60}""")).StatusCode);
        var captured = await GatewayHost.UntilAsync(client, path, "SUCCESS");
        Assert.Equal(60, captured.GetProperty("captured_amount").GetInt64());
        var refund = await client.SendJsonAsync(path + "/refunds", """{"amount":1,"reason":"because"}""");
        Assert.Equal(202, (int)refund.StatusCode);
        var refundId = (await refund.JsonAsync()).GetProperty("id").GetString();
        Assert.Equal(new Uri(client.BaseAddress!, $"/api/v1/refunds/{refundId}"), refund.Headers.Location);
        Assert.Equal(
            "because",
            (await (await client.GetAsync(refund.Headers.Location)).JsonAsync()).GetProperty("reason").GetString());
        await (await client.PostAsync(path + "/cancel", null)).ProblemAsync(409, "status_conflict");
        var timeline = (await (await client.GetAsync(path + "/timeline")).JsonAsync()).GetProperty("data")
            .EnumerateArray().ToList();
        Assert.Equal(
            Enumerable.Range(1, timeline.Count), timeline.Select(entry => entry.GetProperty("version").GetInt32()));
        Assert.Equal(
            ["payment_created", "attempt_started", "attempt_accepted", "payment_authorized", "capture_requested",
                "payment_captured", "refund_requested"],
            timeline.Select(entry => entry.GetProperty("type").GetString()).Take(7));
    }

    [Fact]
    public async Task A_payment_is_cancelled_for_a_reason()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var cancelled = await client.SendJsonAsync(
            GatewayHost.PathOf(payment) + "/cancel", """{"reason":"the shop is closed"}""");
        Assert.Equal(202, (int)cancelled.StatusCode);
        Assert.Equal("CANCELLED", (await cancelled.JsonAsync()).GetProperty("status").GetString());
        Assert.Equal("the shop is closed", Assert.Single(host.Calls.Sent<CancelPayment>()).Reason);
    }

    [Fact]
    public async Task Another_way_names_the_attempt_that_it_replaces()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var created = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var first = created.GetProperty("attempt").GetString()!;
        Assert.EndsWith("_1", first, StringComparison.Ordinal);
        Task<HttpResponseMessage> ConfirmAsync(string replaces) => client.SendJsonAsync(
            GatewayHost.PathOf(created) + "/confirm",
            $$"""{"method":"netbanking","netbanking":{"bank":"HDFC"},"replaces":"{{replaces}}"}""");
        await (await ConfirmAsync("1")).ProblemAsync(400, "invalid_field");
        await (await ConfirmAsync($"{first[..^3]}{(first[^3] == '0' ? '1' : '0')}_1"))
            .ProblemAsync(400, "invalid_field");
        await (await ConfirmAsync($"{first[..^1]}2")).ProblemAsync(409, "status_conflict");
        var replaced = await ConfirmAsync(first);
        Assert.Equal(202, (int)replaced.StatusCode);
        Assert.EndsWith(
            "_2", (await replaced.JsonAsync()).GetProperty("attempt").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_UPI_id_is_verified_for_who_pays_and_named_where_the_shops_server_said_who_that_is()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.Shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
        using var shop = host.Client();
        var path = "";
        foreach (var order in (string[])["o1", "o2"])
        {
            var created = await (await shop.SendJsonAsync(
                Payments,
                $"{{\"order_id\":\"{order}\",\"amount\":500,\"currency\":\"INR\",\"confirm\":false}}")).JsonAsync();
            path = GatewayHost.PathOf(created) + "/upi/validate";
            using var payer = host.Client(created.GetProperty("client_secret").GetString());
            var response = await (await (order == "o1" ? shop : payer).SendJsonAsync(path, """{"vpa":"Asha@Bank"}"""))
                .JsonAsync();
            Assert.Equal(
                ("asha@bank", true, "ASHA"),
                (
                    response.GetProperty("vpa").GetString(),
                    response.GetProperty("valid").GetBoolean(),
                    response.GetProperty("name").GetString()));
        }

        await (await shop.SendJsonAsync(path, """{"vpa":"asha"}""")).ProblemAsync(400, "invalid_field");
        using var other = host.Client((await host.OpenShopAsync()).SecretKey);
        await (await other.SendJsonAsync(path, """{"vpa":"asha@bank"}""")).ProblemAsync(404, "payment_not_found");
        for (var number = 2; number <= 10; number++)
        {
            var response = await shop.SendJsonAsync(path, $$"""{"vpa":"asha{{number}}@bank"}""");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await (await shop.SendJsonAsync(path, """{"vpa":"often@bank"}""")).ProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task An_operator_resolves_what_needs_review_and_leaves_key_and_reason()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        const string word = """{"paid":true,"provider_reference":"pay_1","note":"settled"}""";
        host.Shop.Account.Bank = request => new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Captured, Amount = request.Amount with { AmountMinor = 40_000 },
        };
        var path = GatewayHost.PathOf(await GatewayHost.StartPaymentAsync(client, PaymentBodies.Card("o1")));
        await GatewayHost.UntilAsync(client, path, "NEEDS_REVIEW");
        var resolved = await (await client.SendJsonAsync(path + "/resolve", word)).JsonAsync();
        Assert.Equal(
            ("SUCCESS", 40_000),
            (resolved.GetProperty("status").GetString(), resolved.GetProperty("captured_amount").GetInt64()));
        var command = Assert.Single(host.Calls.Sent<ResolvePayment>());
        Assert.Equal(("pay_1", "settled"), (command.ProviderReference, command.Note));
        // Who it was is not for the caller to say.
        Assert.StartsWith("key_", command.By, StringComparison.Ordinal);
        var named = await client.SendJsonAsync(path + "/resolve", """{"paid":true,"by":"ops","note":"settled"}""");
        await named.ProblemAsync(400, "unknown_field");
        await (await client.SendJsonAsync(path + "/resolve", word)).ProblemAsync(409, "status_conflict");

        host.Shop.Account.PaysBack = amount => amount with { AmountMinor = 1 };
        var refunded = await (await client.SendJsonAsync(path + "/refunds", "{}")).JsonAsync();
        var refund = $"/api/v1/refunds/{refunded.GetProperty("id").GetString()}";
        await Eventually.HoldsAsync(
            async () => (await (await client.GetAsync(refund)).JsonAsync()).GetProperty("status").GetString()
                == "NEEDS_REVIEW",
            "the refund needs review");
        var paidOut = await client.SendJsonAsync(refund + "/resolve", word);
        Assert.Equal("SUCCESS", (await paidOut.JsonAsync()).GetProperty("status").GetString());

        var incomplete = await client.SendJsonAsync(path + "/resolve", """{"paid":true}""");
        Assert.Equal(400, (int)incomplete.StatusCode);
        Assert.Contains("note", await incomplete.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await (await client.SendJsonAsync(refund + "9/resolve", word)).ProblemAsync(404, "refund_not_found");
        await (await client.SendJsonAsync("/api/v1/refunds/rfd_1/resolve", word)).ProblemAsync(404, "refund_not_found");
        const string seen = """{"note":"looked at"}""";
        foreach (var unknown in (string[])["/unexpected/1/clear", "/unexpected/-1/clear", "/unexpected/x/clear"])
        {
            await (await client.SendJsonAsync(path + unknown, seen)).ProblemAsync(404, "unexpected_money_not_found");
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_take_its_payment_along()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        using var leaving = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, Payments)
        {
            Content = new StringContent(
                PaymentBodies.Upi("o1"),
                Encoding.UTF8,
                new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
        };
        using (host.Calls.Hold<IPaymentGrain>())
        {
            var sending = client.SendAsync(request, leaving.Token);
            await Eventually.HoldsAsync(() => host.Calls.Count<IPaymentGrain>() > 0, "the command comes");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }

        await Eventually.HoldsAsync(
            async () => (await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"))).StatusCode == HttpStatusCode.OK,
            "the payment is taken");
    }

    [Fact]
    public async Task A_UPI_link_is_shown_as_a_QR_code()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var action = payment.GetProperty("action");
        Assert.Equal(ScriptedProvider.UpiLink, action.GetProperty("url").GetString());
        var svg = await client.GetAsync(action.GetProperty("qr_svg").GetString());
        Assert.Equal("image/svg+xml", svg.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<svg", await svg.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var png = await client.GetAsync(action.GetProperty("qr_png").GetString());
        Assert.Equal("image/png", png.Content.Headers.ContentType?.MediaType);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await png.Content.ReadAsByteArrayAsync())[..4]);
        var card = await (await client.SendJsonAsync(Payments, PaymentBodies.Card("o2"))).JsonAsync();
        await (await client.GetAsync($"{Payments}/{card.GetProperty("id").GetString()}/qr.svg"))
            .ProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("pay_")]
    [InlineData("PAY_01M7WTN50SFZ5TXB0TMW4PX1YR")]
    [InlineData("pay_01m7wtn50sfz5txb0tmw4px1yr%2f")]
    [InlineData("rfd_01m7wtn50sfz5txb0tmw4px1yr_1")]
    public async Task An_id_out_of_form_is_no_payments(string id)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await (await client.GetAsync($"{Payments}/{id}")).ProblemAsync(404, "payment_not_found");
        await (await client.GetAsync($"/api/v1/refunds/{id}")).ProblemAsync(404, "refund_not_found");
    }
}
