using System.Net;
using System.Net.Sockets;
using System.Text;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>What clients, proxies and tools expect of any HTTP API.</summary>
public sealed class MannersHttpTests
{
    private const string Payments = GatewayHost.Payments;

    [Fact]
    public async Task Head_is_get_without_a_body()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = GatewayHost.PathOf(await GatewayHost.PaidAsync(client, "o1"));
        foreach (var path in (string[])
            [
                payment, Payments, payment + "/timeline", "/api/v1/routing", "/health/live", "/health/ready",
                "/openapi/v1.json", "/docs/errors", "/checkout.js",
            ])
        {
            var (get, head) = (await client.GetAsync(path), await HeadAsync(client, path));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (get.StatusCode, head.StatusCode));
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync(client, "/nothing")).StatusCode);
        using var stranger = host.Client(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await HeadAsync(stranger, payment)).StatusCode);
        // What a client does not see, the server does not send: a proxy would take it for the next response.
        Assert.EndsWith("\r\n\r\n", await SentAsync(host, "HEAD /docs/errors HTTP/1.1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_head_where_a_get_does_more_than_read()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.PaidAsync(client, "o1");
        foreach (var path in (string[])
            [
                GatewayHost.PathOf(payment) + "/events", $"/return/{host.Shop.Id}/razorpay/att_1/nonce",
                $"/return/{host.Shop.Id}/wallets/asha/amazonpay/nonce",
            ])
        {
            var head = await HeadAsync(client, path);
            Assert.Equal(
                (HttpStatusCode.MethodNotAllowed, "GET"),
                (head.StatusCode, head.Content.Headers.Allow.Single()));
        }
    }

    [Fact]
    public async Task Links_are_whole_at_the_address_that_the_operator_names()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:PublicUrl", "https://pay.shop.example"));
        using var client = host.Client();
        using var started = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"));
        var path = GatewayHost.PathOf(await started.JsonAsync());
        Assert.Equal(new Uri($"https://pay.shop.example{path}"), started.Headers.Location);
        var problem = await (await client.GetAsync("/nothing")).JsonAsync();
        Assert.Equal("https://pay.shop.example/docs/errors#not_found", problem.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_caller_reads_how_much_of_its_limit_is_left()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:RequestsPerSecond", "1"), ("Gateway:RequestBurst", "3"));
        using var client = host.Client();
        var left = new List<int>();
        HttpResponseMessage response;
        do
        {
            response = await client.GetAsync(Payments);
            Assert.Equal("\"key\";q=3;w=3", response.Headers.GetValues("RateLimit-Policy").Single());
            var limit = response.Headers.GetValues("RateLimit").Single();
            left.Add(int.Parse(limit.Split(";r=")[1].Split(';')[0], System.Globalization.CultureInfo.InvariantCulture));
        }
        while (response.StatusCode == HttpStatusCode.OK);

        Assert.Equal((HttpStatusCode.TooManyRequests, 2, 0), (response.StatusCode, left[0], left[^1]));
        using var stranger = host.Client(null);
        Assert.False((await stranger.GetAsync(Payments)).Headers.Contains("RateLimit"));
    }

    private static Task<HttpResponseMessage> HeadAsync(HttpClient client, string path) =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

    // Every byte of the response.
    private static async Task<string> SentAsync(GatewayHost host, string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(host.Address.Host, host.Address.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{request}\r\nHost: gateway\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
