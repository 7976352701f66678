using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Tests.Access;

/// <summary>Credentials that do not verify: who sends many is slowed down and refused, and no one else is.</summary>
public sealed class GuessingTests
{
    [Fact]
    public async Task Who_guesses_keys_is_refused_and_valid_keys_of_the_same_address_are_let_in()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:FailedKeysPerAddress", "3"), ("Gateway:KeyLifetime", "00:00:00"));
        using var guesser = host.Client("sk_test_guessguessguessguess");
        var responses = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => guesser.GetAsync("/api/v1/payments")));
        Assert.Contains(responses, response => response.StatusCode == HttpStatusCode.Unauthorized);
        var refused = responses.First(response => response.StatusCode == HttpStatusCode.TooManyRequests);
        await refused.ProblemAsync(429, "rate_limited");
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains(host.Log, line => line.Contains("keeps sending", StringComparison.Ordinal));

        // None of these was known to this process as valid.
        using var shop = host.Client();
        var created = await shop.SendJsonAsync(
            "/api/v1/payments", """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""");
        Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        var payment = await created.JsonAsync();
        using var payer = host.Client(payment.GetProperty("client_secret").GetString());
        Assert.Equal(
            HttpStatusCode.OK,
            (await payer.GetAsync($"/api/v1/payments/{payment.GetProperty("id").GetString()}")).StatusCode);
        using var administrator = host.Client(GatewayHost.AdminKey);
        Assert.Equal(HttpStatusCode.NotFound, (await administrator.GetAsync("/api/v1/merchants/none")).StatusCode);
    }

    [Fact]
    public async Task One_guess_a_second_is_left_to_an_address_over_its_limit()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:FailedKeysPerAddress", "3"));
        using var guesser = host.Client("sk_test_guessguessguessguess");
        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => guesser.GetAsync("/api/v1/payments")));
        var started = TimeProvider.System.GetTimestamp();
        var tried = 0;
        for (var round = 0; round < 10; round++)
        {
            var responses = await Task.WhenAll(
                Enumerable.Range(0, 20).Select(_ => guesser.GetAsync("/api/v1/payments")));
            tried += responses.Count(response => response.StatusCode == HttpStatusCode.Unauthorized);
        }

        Assert.InRange(tried, 0, (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds + 2);
    }

    [Fact]
    public async Task Who_guesses_keys_from_the_addresses_of_one_IPv6_network_is_one_caller()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:FailedKeysPerAddress", "3"), ("Gateway:KnownProxies:0", "127.0.0.1"));
        var guesses = await Task.WhenAll(
            Enumerable.Range(1, 60).Select(number => GuessAsync(host, $"2001:db8:1:2:{number:x}:4:5:{number:x}")));
        Assert.Contains(HttpStatusCode.Unauthorized, guesses);
        Assert.Contains(HttpStatusCode.TooManyRequests, guesses);
        var others = await Task.WhenAll(
            Enumerable.Range(3, 20).Select(number => GuessAsync(host, $"2001:db8:1:{number:x}::1")));
        Assert.All(others, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
    }

    [Fact]
    public async Task Who_a_request_was_forwarded_for_is_trusted_of_known_proxies_alone()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:FailedKeysPerAddress", "3"));
        var guesses = await Task.WhenAll(
            Enumerable.Range(1, 60).Select(number => GuessAsync(host, $"2001:db8:1:{number:x}::1")));
        Assert.Contains(HttpStatusCode.TooManyRequests, guesses);
    }

    [Fact]
    public async Task A_valid_key_waits_behind_guesses_of_its_address_and_is_let_in()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:FailedKeysPerAddress", "3"));
        using var guesser = host.Client(null);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => GuessAsync(guesser, number)));
        var held = host.Calls.Hold<IApiKeyGrain>();
        var guesses = Enumerable.Range(20, 600).Select(number => GuessAsync(guesser, number)).ToList();
        using var shop = host.Client();
        var valid = shop.GetAsync("/api/v1/payments");
        Assert.DoesNotContain(guesses, guess => guess.IsCompleted);
        held.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await valid).StatusCode);
        Assert.Contains(HttpStatusCode.TooManyRequests, await Task.WhenAll(guesses));
    }

    [Fact]
    public async Task Guesses_of_a_client_secret_are_counted_for_its_payment_wherever_they_come_from()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:FailedSecretsPerPayment", "3"), ("Gateway:KnownNetworks:0", "127.0.0.0/8"));
        var (path, secret) = await CreateAsync(host, "o1");
        var (other, _) = await CreateAsync(host, "o2");
        var guesses = await Task.WhenAll(
            Enumerable.Range(1, 60).Select(number => GuessAsync(host, $"192.0.2.{number}", path, secret + "x")));
        Assert.Contains(HttpStatusCode.Unauthorized, guesses);
        Assert.Contains(HttpStatusCode.TooManyRequests, guesses);
        // On the checkout page, too, and by the token of a page that never was.
        var page = $"/checkout/{path[(path.LastIndexOf('/') + 1)..]}";
        Assert.Equal(
            HttpStatusCode.TooManyRequests, await GuessAsync(host, "192.0.2.1", $"{page}?key={secret}x", null));
        Assert.Equal(HttpStatusCode.TooManyRequests, await GuessAsync(host, "192.0.2.2", page + "/status", "pf_x"));

        Assert.Equal(HttpStatusCode.OK, await GuessAsync(host, "192.0.2.3", path, secret));
        Assert.Equal(HttpStatusCode.SeeOther, await GuessAsync(host, "192.0.2.3", $"{page}?key={secret}", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await GuessAsync(host, "192.0.2.3", other, secret + "x"));
    }

    [Fact]
    public async Task Who_guesses_the_administrators_key_gets_429_and_the_administrator_is_let_in()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:FailedKeysPerAddress", "3"));
        using var guesser = host.Client("not-the-administrators-key");
        var guesses = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(_ => guesser.GetAsync("/api/v1/merchants/none")));
        Assert.Contains(guesses, guess => guess.StatusCode == HttpStatusCode.Unauthorized);
        await guesses.First(guess => guess.StatusCode == HttpStatusCode.TooManyRequests)
            .ProblemAsync(429, "rate_limited");
        using var administrator = host.Client(GatewayHost.AdminKey);
        Assert.Equal(HttpStatusCode.NotFound, (await administrator.GetAsync("/api/v1/merchants/none")).StatusCode);
    }

    [Fact]
    public async Task A_request_that_was_forwarded_by_an_unknown_proxy_is_logged_once()
    {
        await using var host = await GatewayHost.StartAsync();
        await GuessAsync(host, "192.0.2.1");
        await GuessAsync(host, "192.0.2.2");
        Assert.Single(host.Log, line => line.Contains("Gateway:KnownProxies", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Gateway:KnownNetworks:0", "10.20.0.0")]
    [InlineData("Gateway:KnownNetworks:0", "10.20.0.0/33")]
    [InlineData("Gateway:KnownNetworks:0", "proxies.example/24")]
    [InlineData("Gateway:KnownNetworks:0", "0.0.0.0/0")]
    [InlineData("Gateway:KnownNetworks:0", "::/0")]
    [InlineData("Gateway:KnownProxies:0", "10.20.0.0/16")]
    public async Task A_proxy_or_network_that_is_none_stops_the_start(string setting, string value)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync((setting, value)));
        Assert.Contains(setting[..^2], fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    public void Limits_by_address_count_a_network_of_IPv6_as_one(string address, string counted)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        Assert.Equal(IPAddress.Parse(counted), ClientNetwork.Of(http));
    }

    private static Task<HttpStatusCode> GuessAsync(GatewayHost host, string forwardedFor) =>
        GuessAsync(host, forwardedFor, "/api/v1/payments", "sk_test_guessguessguessguess");

    private static async Task<HttpStatusCode> GuessAsync(
        GatewayHost host, string forwardedFor, string path, string? credential)
    {
        using var guesser = host.Client(credential);
        guesser.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        guesser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        guesser.DefaultRequestHeaders.Add("Checkout-Token", credential ?? "");
        using var response = await guesser.GetAsync(path);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> GuessAsync(HttpClient guesser, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GatewayHost.Payments);
        request.Headers.Authorization = new("Bearer", $"sk_test_guessguessguess{number:d4}");
        using var response = await guesser.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<(string Path, string Secret)> CreateAsync(GatewayHost host, string order)
    {
        using var shop = host.Client();
        var created = await (await shop.SendJsonAsync(
            GatewayHost.Payments,
            $$"""{"order_id":"{{order}}","amount":100,"currency":"INR","confirm":false}""")).JsonAsync();
        return (GatewayHost.PathOf(created), created.GetProperty("client_secret").GetString()!);
    }
}
