using System.Net;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>Until when, and from where, API keys work.</summary>
public sealed class KeysHttpTests
{
    private const string Payments = GatewayHost.Payments;

    [Fact]
    public async Task A_key_with_networks_works_from_those_alone()
    {
        await using var host = await GatewayHost.StartAsync();
        using var admin = host.Client(GatewayHost.AdminKey);
        var here = await CreateAsync(host, admin, """{"scope":"secret","networks":["203.0.113.0/24","127.0.0.0/8"]}""");
        var elsewhere = await CreateAsync(
            host, admin, """{"scope":"secret","networks":["203.0.113.0/24","2001:db8::/32"]}""");
        using var allowed = host.Client(here.GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.OK, (await allowed.GetAsync(Payments)).StatusCode);
        using var refused = host.Client(elsewhere.GetProperty("key").GetString());
        await (await refused.GetAsync(Payments)).ProblemAsync(403, "network_not_allowed");
        var warning = $"API key {IdOf(elsewhere)} is used from 127.0.0.1";
        Assert.Contains(host.Log, line => line.Contains(warning, StringComparison.Ordinal));

        var wrong = await admin.SendJsonAsync(KeysOf(host), """{"scope":"secret","networks":["203.0.113.9/24"]}""");
        var problem = await wrong.ProblemAsync(400, "invalid_field");
        Assert.Contains("203.0.113.9/24", problem.GetRawText(), StringComparison.Ordinal);
        var listed = await ListAsync(host, admin);
        Assert.Equal(
            ["203.0.113.0/24", "127.0.0.0/8"],
            listed.Single(key => IdOf(key) == IdOf(here)).GetProperty("networks").EnumerateArray().Select(
                network => network.GetString()));
    }

    [Fact]
    public async Task A_rotated_key_works_beside_the_new_one_for_the_overlap()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:KeyLifetime", "00:00:00"));
        using var admin = host.Client(GatewayHost.AdminKey);
        var first = await CreateAsync(host, admin, """{"scope":"secret","networks":["127.0.0.0/8"]}""");
        var second = await RotateAsync(host, admin, first, """{"overlap":3600}""");
        Assert.Equal("secret", second.GetProperty("scope").GetString());
        foreach (var key in (JsonElement[])[first, second])
        {
            using var client = host.Client(key.GetProperty("key").GetString());
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Payments)).StatusCode);
        }

        var third = await RotateAsync(host, admin, second, """{"overlap":0,"expires_in":86400}""");
        using var ended = host.Client(second.GetProperty("key").GetString());
        await EndsAsync(ended);
        await (await ended.GetAsync(Payments)).ProblemAsync(401, "api_key_expired");
        await (await admin.SendJsonAsync($"{KeysOf(host)}/{IdOf(second)}/rotation", "{}")).ProblemAsync(
            404, "api_key_not_found");

        var listed = await ListAsync(host, admin);
        var replaced = listed.Single(key => IdOf(key) == IdOf(first));
        Assert.Equal(IdOf(second), replaced.GetProperty("replaced_by").GetString());
        Assert.Equal(
            second.GetProperty("replaced_expires_at").GetDateTime(), replaced.GetProperty("expires_at").GetDateTime());
        var last = listed.Single(key => IdOf(key) == IdOf(third));
        Assert.Equal("127.0.0.0/8", last.GetProperty("networks")[0].GetString());
        Assert.Equal(JsonValueKind.String, last.GetProperty("expires_at").ValueKind);
    }

    [Fact]
    public async Task The_hour_of_a_keys_last_use_is_listed()
    {
        await using var host = await GatewayHost.StartAsync();
        using var admin = host.Client(GatewayHost.AdminKey);
        var created = await CreateAsync(host, admin, """{"scope":"secret"}""");
        async Task<JsonElement> UsedAsync() => (await ListAsync(host, admin)).Single(
            key => IdOf(key) == IdOf(created)).GetProperty("last_used_at");
        Assert.Equal(JsonValueKind.Null, (await UsedAsync()).ValueKind);
        using var client = host.Client(created.GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Payments)).StatusCode);
        await Eventually.HoldsAsync(
            async () => (await UsedAsync()).ValueKind == JsonValueKind.String, "the use is listed");
        var used = (await UsedAsync()).GetDateTime();
        Assert.Equal((0, 0), (used.Minute, used.Second));
    }

    [Fact]
    public async Task A_key_that_is_refused_for_its_limits_is_not_used_and_is_no_guess()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:FailedKeysPerAddress", "3"));
        using var admin = host.Client(GatewayHost.AdminKey);
        var replaced = await CreateAsync(host, admin, """{"scope":"secret"}""");
        await RotateAsync(host, admin, replaced, """{"overlap":0}""");
        var bound = await CreateAsync(host, admin, """{"scope":"secret","networks":["203.0.113.0/24"]}""");
        using var expired = host.Client(replaced.GetProperty("key").GetString());
        await EndsAsync(expired);
        using var elsewhere = host.Client(bound.GetProperty("key").GetString());
        foreach (var _ in Enumerable.Range(0, 20))
        {
            await (await expired.GetAsync(Payments)).ProblemAsync(401, "api_key_expired");
            await (await elsewhere.GetAsync(Payments)).ProblemAsync(403, "network_not_allowed");
        }

        using var guesser = host.Client("sk_test_guessguessguessguess");
        await (await guesser.GetAsync(Payments)).ProblemAsync(401, "api_key_invalid");
        var listed = await ListAsync(host, admin);
        Assert.Equal(
            JsonValueKind.Null,
            listed.Single(key => IdOf(key) == IdOf(bound)).GetProperty("last_used_at").ValueKind);
    }

    [Theory]
    [InlineData("203.0.113.7", HttpStatusCode.OK)]
    [InlineData("::ffff:203.0.113.7", HttpStatusCode.OK)]
    [InlineData("2001:db8::7", HttpStatusCode.OK)]
    [InlineData("203.0.114.7", HttpStatusCode.Forbidden)]
    [InlineData("2001:db9::7", HttpStatusCode.Forbidden)]
    public async Task The_address_is_the_one_that_a_known_proxy_names(string address, HttpStatusCode status)
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:KnownProxies:0", "127.0.0.1"));
        using var admin = host.Client(GatewayHost.AdminKey);
        var created = await CreateAsync(
            host, admin, """{"scope":"secret","networks":["::ffff:203.0.113.0/120","2001:db8::/32"]}""");
        using var client = host.Client(created.GetProperty("key").GetString());
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        Assert.Equal(status, (await client.GetAsync(Payments)).StatusCode);
    }

    [Theory]
    [InlineData("""{"scope":"secret","expires_in":59}""", "expires_in")]
    [InlineData("""{"scope":"secret","expires_in":"1h"}""", "expires_in")]
    [InlineData("""{"scope":"secret","networks":"127.0.0.0/8"}""", "networks")]
    [InlineData("""{"scope":"secret","networks":["127.0.0.1"]}""", "networks")]
    [InlineData("""{"scope":"secret","networks":["127.0.0.0/8","127.0.0.0/8"]}""", "networks")]
    public async Task Limits_out_of_form_are_refused_by_their_name(string body, string field)
    {
        await using var host = await GatewayHost.StartAsync();
        using var admin = host.Client(GatewayHost.AdminKey);
        var problem = await (await admin.SendJsonAsync(KeysOf(host), body)).ProblemAsync(400, "invalid_field");
        Assert.Contains($"\"{field}", problem.GetProperty("errors").GetRawText(), StringComparison.Ordinal);
    }

    // The key is cached for no time, and the gateway's clock may be behind the silo's.
    private static Task EndsAsync(HttpClient client) => Eventually.HoldsAsync(
        async () => (await client.GetAsync(Payments)).StatusCode == HttpStatusCode.Unauthorized, "the key expires");

    private static string KeysOf(GatewayHost host) => $"/api/v1/merchants/{host.Shop.Id}/keys";

    private static string? IdOf(JsonElement key) => key.GetProperty("id").GetString();

    private static async Task<JsonElement> CreateAsync(GatewayHost host, HttpClient admin, string body)
    {
        var response = await admin.SendJsonAsync(KeysOf(host), body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.JsonAsync();
    }

    private static async Task<JsonElement> RotateAsync(GatewayHost host, HttpClient admin, JsonElement key, string body)
    {
        var response = await admin.SendJsonAsync($"{KeysOf(host)}/{IdOf(key)}/rotation", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.JsonAsync();
    }

    private static async Task<JsonElement[]> ListAsync(GatewayHost host, HttpClient admin) =>
    [
        .. (await (await admin.GetAsync($"/api/v1/merchants/{host.Shop.Id}")).JsonAsync()).GetProperty("keys")
            .EnumerateArray(),
    ];
}
