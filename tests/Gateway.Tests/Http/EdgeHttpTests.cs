using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Orleans.Runtime.Messaging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class EdgeHttpTests
{
    private const string Payments = "/api/v1/payments";

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "not_found")]
    [InlineData("GET", "/", 404, "not_found")]
    [InlineData("GET", "/api/v1/payments/a/b/c", 404, "not_found")]
    [InlineData("DELETE", "/api/v1/payments", 405, "method_not_allowed")]
    [InlineData("PATCH", "/health/live", 405, "method_not_allowed")]
    [InlineData("OPTIONS", "/api/v1/ledger/accounts", 405, "method_not_allowed")]
    public async Task What_routing_refuses_is_a_problem_too(string method, string path, int status, string code)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await response.ProblemAsync(status, code);
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/problem+json")]
    [InlineData(null)]
    public async Task A_body_of_another_media_type_is_refused(string? mediaType)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(PaymentBodies.Upi("o1")));
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        await (await client.PostAsync(Payments, content)).ProblemAsync(415, "unsupported_media_type");
        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    public async Task JSON_in_UTF8_is_taken(string mediaType)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(PaymentBodies.Upi("o1")));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(Payments, content)).StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_above_the_limit_is_refused_with_or_without_a_length(bool chunked)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var request = new HttpRequestMessage(HttpMethod.Post, Payments)
        {
            Content = new StringContent(
                PaymentBodies.Upi("o1", $",\"description\":\"{new string('x', 70_000)}\""),
                Encoding.UTF8,
                "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        await (await client.SendAsync(request)).ProblemAsync(413, "body_too_large");
        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Fact]
    public async Task An_endless_chunked_body_is_cut_off()
    {
        await using var host = await GatewayHost.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Payments} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {host.Shop.SecretKey}\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
        var chunk = Encoding.ASCII.GetBytes($"1000\r\n{new string(' ', 4096)}\r\n");
        var response = ReadAsync(stream);
        try
        {
            for (var sent = 0; sent < 10_000 && !response.IsCompleted; sent++)
            {
                await stream.WriteAsync(chunk);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The server has closed the connection: that is what it is for.
        }

        Assert.Contains(" 413 ", await response, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
    [InlineData("Content-Length: -1\r\n\r\n{}")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n{}")]
    public async Task An_ambiguous_framing_accepts_nothing(string rest)
    {
        await using var host = await GatewayHost.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Payments} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {host.Shop.SecretKey}\r\nContent-Type: "
                + $"application/json\r\nConnection: close\r\n{rest}"));
        var response = await ReadAsync(stream);
        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", response);
        Assert.Equal(0, host.Calls.Count<IPaymentGrain>());
    }

    [Theory]
    [InlineData(80, 10)]
    [InlineData(10, 4_000)]
    public async Task Too_many_or_too_long_headers_are_refused(int count, int length)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        for (var number = 0; number < count; number++)
        {
            client.DefaultRequestHeaders.Add(
                string.Create(CultureInfo.InvariantCulture, $"X-{number}"), new string('x', length));
        }

        Assert.Equal(431, (int)(await client.GetAsync(Payments)).StatusCode);
    }

    [Fact]
    public async Task Every_response_says_not_to_keep_and_not_to_guess_it()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        foreach (var path in (string[])[
            Payments, "/nothing", "/health/live", Payments + "/pay_x", "/openapi/v1.json", "/docs/errors",
        ])
        {
            var response = await client.GetAsync(path);
            Assert.True(response.Headers.CacheControl?.NoStore, path);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.False(response.Headers.Contains("Server"), path);
            Assert.True(response.Headers.Contains("X-Request-Id"), path);
        }
    }

    [Theory]
    [InlineData("abc-1.2_3", true)]
    [InlineData("with space", false)]
    [InlineData("<script>", false)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789", false)]
    public async Task A_request_keeps_its_name_if_it_has_a_proper_one(string name, bool kept)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Request-Id", name);
        Assert.Equal(kept, (await client.GetAsync(Payments)).Headers.GetValues("X-Request-Id").Single() == name);
    }

    [Fact]
    public async Task A_fault_tells_the_caller_nothing_but_where_to_look()
    {
        await using var host = await GatewayHost.StartAsync();
        using var fault = host.Calls.Break<IPaymentGrain>(new InvalidOperationException("Host=db;Password=canary"));
        using var client = host.Client();
        var response = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"));
        var problem = await response.ProblemAsync(500, "internal_error");
        Assert.DoesNotContain("canary", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(host.Log, line => line.StartsWith("Error POST /api/v1/payments", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unavailable_silo_or_store_is_a_retryable_503()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        foreach (var fault in (Exception[])
        [
            new TimeoutException("t"), new OrleansException("o"), new SocketException(111),
            new SiloUnavailableException(), new ConnectionFailedException("c"), new GatewayTooBusyException(),
            new EnumerationAbortedException(), new AggregateException(new SiloUnavailableException()),
        ])
        {
            using var broken = host.Calls.Break<IPaymentGrain>(fault);
            var response = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"));
            await response.ProblemAsync(503, "unavailable");
            Assert.NotNull(response.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task A_body_that_is_too_slow_is_a_timeout_that_may_be_repeated()
    {
        await using var host = await GatewayHost.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Payments} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {host.Shop.SecretKey}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var response = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 408 ", response, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", response, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "{}", 415)]
    [InlineData("multipart/form-data", "x", 400)]
    [InlineData("multipart/form-data; boundary=", "x", 400)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nnonsense", 400)]
    [InlineData("application/x-www-form-urlencoded", "%ZZ=%", 404)]
    [InlineData(null, "key=x", 415)]
    public async Task A_form_that_is_none_is_refused(string? mediaType, string body, int status)
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:DemoMerchant", "shop"));
        await FormIsRefusedAsync(host, "/checkout/pay_01m7wtn50sfz5txb0tmw4px1yr/pay", mediaType, body, status);
        await FormIsRefusedAsync(host, "/demo/buy", mediaType, body, status == 404 ? 400 : status);
    }

    [Fact]
    public async Task A_form_with_too_much_in_it_is_refused()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:DemoMerchant", "shop"));
        string[] bodies =
        [
            $"name={new string('x', 1100)}", $"{new string('x', 1100)}=1",
            string.Join('&', Enumerable.Range(0, 33).Select(number => $"f{number}=1")), $"a={new string('x', 20_000)}",
        ];
        foreach (var body in bodies)
        {
            foreach (var path in (string[])["/checkout/pay_01m7wtn50sfz5txb0tmw4px1yr/pay", "/demo/buy"])
            {
                await FormIsRefusedAsync(host, path, "application/x-www-form-urlencoded", body, 400);
            }
        }
    }

    [Fact]
    public async Task A_card_is_in_no_response_and_no_log()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var body = PaymentBodies.Card("o1");
        var responses = new StringBuilder();
        foreach (var text in (string[])
        [
            body, body[..^1], body.Replace("2040", "2001"), body.Replace("\"A Customer\"", "7"),
            body.Replace("987", "9876"), body.Replace("\"card\"", "\"cards\""),
            body.Replace("4111111111111111", "4111111111111112"), body + "x",
        ])
        {
            responses.Append(await (await client.SendJsonAsync(Payments, text)).Content.ReadAsStringAsync());
        }

        using (host.Calls.Break<IPaymentGrain>(new InvalidOperationException("no")))
        {
            responses.Append(await (await client.SendJsonAsync(Payments, body)).Content.ReadAsStringAsync());
        }

        await GatewayHost.PaidAsync(client, "o1");
        Assert.Equal(PaymentBodies.CardNumber, CardNumberOf(host.Shop));
        responses.AppendJoin('\n', host.Log).AppendJoin('\n', GatewaySilo.Log);
        CardTraces.NoneIn(responses.ToString(), PaymentBodies.CardNumber, PaymentBodies.SecurityCode);
        Assert.Contains("\"last4\":\"1111\"", responses.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_docs_are_this_servers_own()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        Assert.Equal("docs/index.html", (await client.GetAsync("/docs")).Headers.Location?.OriginalString);
        var page = await client.GetAsync("/docs/index.html");
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("swagger-ui", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Contains(
            "script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotMatch("<script[^>]*>[^<]", html);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/docs/swagger-ui-bundle.js")).StatusCode);
        Assert.Contains("payment_not_found", await client.GetStringAsync("/docs/errors"), StringComparison.Ordinal);
    }

    private static string CardNumberOf(Shop shop) =>
        Assert.IsType<ChargeInstrument.TypedCard>(Assert.Single(shop.Account.Charges).Instrument).Card.Number.Reveal();

    private static async Task FormIsRefusedAsync(
        GatewayHost host, string path, string? mediaType, string body, int status)
    {
        using var browser = host.Client(null);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        var response = await browser.PostAsync(path, content);
        Assert.True(
            (int)response.StatusCode == status,
            $"{path} {mediaType} {body[..Math.Min(20, body.Length)]}: {response.StatusCode}");
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        try
        {
            return await reader.ReadLineAsync() ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
