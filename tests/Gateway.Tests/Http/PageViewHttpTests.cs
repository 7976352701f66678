using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>What a payer's browser reads of a payment, by its client secret and by tickets.</summary>
public sealed class PageViewHttpTests
{
    private const string Payments = GatewayHost.Payments;

    private static readonly string[] Members =
    [
        "id", "order_id", "status", "amount", "currency", "captured_amount", "refunded_amount", "method", "upi_flow",
        "card", "wallet", "netbanking", "action", "failure", "attempt", "description", "return_url", "expires_at",
        "version", "settled", "basket", "client_secret", "checkout_url",
    ];

    [Fact]
    public async Task A_page_reads_what_its_customer_knows_and_no_operators_word_or_reference()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Shop.Account.Bank = _ => new ProviderOutcome.Declined
        {
            Failure = new Failure
            {
                Code = "declined", Message = "Scriptpay refused the merchant's API key.", Party = FailureParty.Merchant,
            },
        };
        using var shop = host.Client();
        var (payer, path) = await OpenAsync(
            host, shop, "o1", ",\"metadata\":{\"margin\":\"12\"},\"customer_id\":\"asha\"");
        using (payer)
        {
            await payer.SendJsonAsync(path + "/confirm", """{"method":"upi"}""");
            await GatewayHost.UntilAsync(shop, path, "FAILED");
            var seen = await (await payer.GetAsync(path)).JsonAsync();
            Assert.Equal(Members.Order(), seen.EnumerateObject().Select(member => member.Name).Order());
            Assert.Equal(
                """{"code":"declined","party":"merchant"}""", seen.GetProperty("failure").GetRawText());
            await shop.SendJsonAsync(path + "/cancel", """{"reason":"the operator's note"}""");
            foreach (var hidden in (string[])["Scriptpay", "scriptpay", "margin", "asha", "the operator's note"])
            {
                Assert.DoesNotContain(hidden, seen.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(
                    hidden, await EventsAsync(payer, path + "/events"), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_events_of_a_page_tell_version_time_and_status_and_those_of_a_server_the_whole_history()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var (payer, path) = await OpenAsync(host, shop, "o1");
        using (payer)
        {
            await payer.SendJsonAsync(path + "/confirm", """{"method":"upi"}""");
            var waiting = await GatewayHost.UntilAsync(shop, path, "REQUIRES_ACTION");
            await host.Shop.PayAsync(shop, waiting);
            await GatewayHost.UntilAsync(shop, path, "SUCCESS");
            var items = await ItemsAsync(await payer.GetAsync(path + "/events"));
            Assert.Equal(["1", "2", "3", "4"], items.Select(item => item.EventId));
            Assert.All(items, item => Assert.Equal(
                ["version", "at", "status"],
                JsonSerializer.Deserialize<JsonElement>(item.Data).EnumerateObject().Select(member => member.Name)));
            Assert.Contains("scriptpay", await EventsAsync(shop, path + "/events"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_ticket_opens_events_and_QR_codes_by_their_URL_and_nothing_else()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var (payer, path) = await OpenAsync(host, shop, "o1");
        using var _ = payer;
        var (other, otherPath) = await OpenAsync(host, shop, "o2");
        using var __ = other;
        await payer.SendJsonAsync(path + "/confirm", """{"method":"upi"}""");
        await GatewayHost.UntilAsync(shop, path, "REQUIRES_ACTION");
        var ticket = await TicketAsync(payer, path);
        using var page = host.Client(null);
        using var image = await page.GetAsync($"{path}/qr.png?ticket={ticket}");
        Assert.Equal("image/png", image.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync($"{path}/qr.svg?ticket={ticket}")).StatusCode);
        using var stream = await page.GetAsync(
            $"{path}/events?ticket={ticket}", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);

        // Nothing else, by URL or header; no other payment; and no other word than a ticket.
        await (await page.GetAsync($"{path}?ticket={ticket}")).ProblemAsync(401, "authentication_required");
        await (await page.SendJsonAsync($"{path}/confirm?ticket={ticket}", "{}"))
            .ProblemAsync(401, "authentication_required");
        await (await page.GetAsync($"{otherPath}/qr.png?ticket={ticket}")).ProblemAsync(404, "payment_not_found");
        using var bearer = host.Client(ticket);
        await (await bearer.GetAsync(path)).ProblemAsync(401, "api_key_invalid");
        await (await bearer.GetAsync(path + "/qr.png")).ProblemAsync(401, "api_key_invalid");
        foreach (var secret in (string[])[host.Shop.SecretKey, host.Shop.PublishableKey, ticket[..^2] + "AA", "tk_"])
        {
            var problem = await (await page.GetAsync($"{path}/qr.png?ticket={secret}"))
                .ProblemAsync(401, "api_key_invalid");
            Assert.DoesNotContain(secret, problem.ToString(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(host.Log, line => line.Contains(ticket, StringComparison.Ordinal));
        using var browser = host.Client(host.Shop.PublishableKey);
        await (await browser.SendJsonAsync(path + "/tickets", "")).ProblemAsync(403, "permission_denied");
        await (await other.SendJsonAsync(path + "/tickets", "{}")).ProblemAsync(404, "payment_not_found");
    }

    [Fact]
    public async Task A_ticket_counts_on_pages_of_registered_origins_alone()
    {
        await using var host = await GatewayHost.StartAsync();
        var registered = await host.OpenShopAsync(shop => shop with { Origins = ["https://shop.example"] });
        using var shop = host.Client(registered.SecretKey);
        var (payer, path) = await OpenAsync(host, shop, "o1");
        using var _ = payer;
        var ticket = await TicketAsync(payer, path);
        using var page = host.Client(null);
        async Task<HttpResponseMessage> FollowAsync(string origin)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{path}/events?ticket={ticket}");
            request.Headers.Add("Origin", origin);
            return await page.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        using var own = await FollowAsync("https://shop.example");
        Assert.Equal("https://shop.example", own.Headers.GetValues("Access-Control-Allow-Origin").Single());
        using var foreign = await FollowAsync("https://evil.example");
        await foreign.ProblemAsync(403, "origin_not_registered");
    }

    private static async Task<(HttpClient Payer, string Path)> OpenAsync(
        GatewayHost host, HttpClient shop, string order, string more = "")
    {
        var created = await (await shop.SendJsonAsync(
            Payments,
            $"{{\"order_id\":\"{order}\",\"amount\":50000,\"currency\":\"INR\",\"confirm\":false{more}}}")).JsonAsync();
        return (host.Client(created.GetProperty("client_secret").GetString()), GatewayHost.PathOf(created));
    }

    private static async Task<string> TicketAsync(HttpClient payer, string path)
    {
        using var response = await payer.PostAsync(path + "/tickets", null);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("ticket").GetString()!;
    }

    // Until the payment's last event; a cancelled payment is final.
    private static async Task<string> EventsAsync(HttpClient client, string path) =>
        string.Concat((await ItemsAsync(await client.GetAsync(path))).Select(item => item.Data));

    private static async Task<List<SseItem<string>>> ItemsAsync(HttpResponseMessage response)
    {
        var items = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            if (item.EventType == "message")
            {
                items.Add(item);
            }
        }

        return items;
    }
}
