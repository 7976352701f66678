using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Gateway.Tests.Idempotency;

/// <summary>Every write takes effect once under its client's name for it.</summary>
public sealed class RepeatedWritesTests
{
    private const string Header = "Idempotency-Key";
    private const string Replayed = "Idempotency-Replayed";
    private const string Asha = "/api/v1/customers/asha";

    /// <summary>The writes of payments, whose tests are elsewhere.</summary>
    private static readonly string[] OfPayments =
    [
        "startPayment", "confirmPayment", "capturePayment", "cancelPayment", "refundPayment", "resolvePayment",
        "resolveRefund", "clearUnexpectedMoney",
    ];

    /// <summary>What takes no key, and why.</summary>
    private static readonly Dictionary<string, string> Without = new(StringComparer.Ordinal)
    {
        ["createOrderToken"] = "nothing is stored",
        ["createPaymentTicket"] = "each ticket is for one page, and expires",
        ["validatePaymentUpi"] = "nothing is stored",
        ["validateUpi"] = "nothing is stored",
        ["evaluateRouting"] = "nothing is stored",
        ["replayRouting"] = "nothing is stored",
        ["putProviderCredentials"] = "the same credentials again replace nothing",
        ["deleteProviderCredentials"] = "what is gone stays gone, and the response is the same",
        ["rotateVault"] = "it goes on until nothing is left to do, and one more new key loses nothing",
    };

    private static readonly string[] Named =
    [
        "putMerchant", "createApiKey", "rotateApiKey", "revokeApiKey", "putRouting", "rotateOrderTokenKey",
        "putCustomer", "eraseCustomer", "putWallet", "saveCard", "deleteCard", "saveUpi", "deleteUpi", "linkWallet",
        "unlinkWallet",
    ];

    public static TheoryData<string> Writes => [.. Named];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_takes_effect_once_under_its_name(string operation)
    {
        await using var host = await GatewayHost.StartAsync();
        await using var scene = await Scene.SetAsync(host);
        var (write, otherRequest) = await scene.WriteAsync(operation);
        using var malformed = await SendAsync(write, "a key");
        await malformed.ProblemAsync(400, "idempotency_key_invalid");
        using var first = await SendAsync(write, "k1");
        Assert.True(first.IsSuccessStatusCode, await first.Content.ReadAsStringAsync());
        Assert.False(first.Headers.Contains(Replayed));
        using var again = await SendAsync(write, "k1");
        Assert.Equal(first.StatusCode, again.StatusCode);
        Assert.Equal("true", Assert.Single(again.Headers.GetValues(Replayed)));
        using var other = await SendAsync(otherRequest, "k1");
        await other.ProblemAsync(422, "idempotency_key_reused");
        Assert.False(other.Headers.Contains(Replayed));
        using var sameRoute = await SendAsync(write with { Path = write.Path + "/" }, "k1");
        Assert.True(sameRoute.Headers.Contains(Replayed));
    }

    [Fact]
    public async Task A_key_whose_response_was_lost_is_named_and_replaced()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var scene = await Scene.SetAsync(host);
        var (create, _) = await scene.WriteAsync("createApiKey");
        var made = await (await SendAsync(create, "k1")).JsonAsync();
        var again = await (await SendAsync(create, "k1")).JsonAsync();
        Assert.Equal(JsonValueKind.Null, again.GetProperty("key").ValueKind);
        var id = made.GetProperty("id").GetString();
        Assert.Equal(
            (id, made.GetProperty("scope").GetString()),
            (again.GetProperty("id").GetString(), again.GetProperty("scope").GetString()));
        var rotation = create with { Path = $"{create.Path}/{id}/rotation", Body = """{"overlap":0}""" };
        var next = await (await SendAsync(rotation, "k2")).JsonAsync();
        var replay = await (await SendAsync(rotation, "k2")).JsonAsync();
        Assert.Equal(
            (next.GetProperty("id").GetString(), next.GetProperty("replaced_expires_at").GetString(), null),
            (
                replay.GetProperty("id").GetString(), replay.GetProperty("replaced_expires_at").GetString(),
                replay.GetProperty("key").GetString()));
        using var client = host.Client(next.GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/payments")).StatusCode);
        var merchant = await (await create.Client.GetAsync(create.Path[..^"/keys".Length])).JsonAsync();
        // Beside the two that every shop has.
        Assert.Equal(
            [id, next.GetProperty("id").GetString()],
            merchant.GetProperty("keys").EnumerateArray().Skip(2).Select(key => key.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task An_order_token_key_moves_on_by_one_generation()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var scene = await Scene.SetAsync(host);
        var (rotation, _) = await scene.WriteAsync("rotateOrderTokenKey");
        foreach (var (key, generation) in new[] { ("k1", 2), ("k1", 2), ("k2", 3), ("k1", 3) })
        {
            var keys = await (await SendAsync(rotation, key)).JsonAsync();
            Assert.Equal(generation, keys.GetProperty("generation").GetInt32());
        }
    }

    [Fact]
    public async Task A_merchants_key_is_in_the_way_of_none_of_the_administrators()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var scene = await Scene.SetAsync(host);
        foreach (var operation in (string[])["putRouting", "createApiKey", "rotateOrderTokenKey"])
        {
            var (write, _) = await scene.WriteAsync(operation);
            using var response = await SendAsync(write, "k1");
            Assert.Equal(operation != "rotateOrderTokenKey", response.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_replayed_version_is_the_present_one()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var scene = await Scene.SetAsync(host);
        var (routing, _) = await scene.WriteAsync("putRouting");
        Task<HttpResponseMessage> PutAsync() => routing.Client.SendJsonAsync(
            routing.Path, routing.Body!, "PUT", (Header, "k1"), ("If-Match", "\"0\""));
        Assert.Equal("\"1\"", (await PutAsync()).Headers.ETag?.Tag);
        Assert.Equal("\"1\"", (await PutAsync()).Headers.ETag?.Tag);
        await SendAsync(routing, "k2");
        using var again = await PutAsync();
        Assert.Equal(("\"2\"", HttpStatusCode.OK), (again.Headers.ETag?.Tag, again.StatusCode));
    }

    [Fact]
    public async Task A_one_time_password_leaves_no_trace_in_a_fingerprint()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var scene = await Scene.SetAsync(host);
        var (link, _) = await scene.WriteAsync("linkWallet");
        await SendAsync(link, "k1");
        Write Confirming(string password) => link with { Body = $$"""{"otp":"{{password}}"}""" };
        using var wrong = await SendAsync(Confirming("000000"), "k2");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        // A mistyped password is corrected under the same name: what was refused is not remembered.
        using var right = await SendAsync(Confirming(KeepingConnector.Password), "k2");
        Assert.True((await right.JsonAsync()).GetProperty("linked").GetBoolean());
        Assert.False(right.Headers.Contains(Replayed));
        // And afterwards nothing tells one password from another.
        using var again = await SendAsync(Confirming("111111"), "k2");
        Assert.True(again.Headers.Contains(Replayed));
        await (await SendAsync(link, "k2")).ProblemAsync(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Every_write_takes_a_key_or_needs_none()
    {
        await using var host = await GatewayHost.StartAsync();
        var (with, without) = (new List<string>(), new List<string>());
        foreach (var (_, operation) in WritesOf(host))
        {
            (operation.TakesIdempotencyKey ? with : without).Add(operation.Id);
        }

        Assert.Equal(
            OfPayments.Concat(Named).Order(StringComparer.Ordinal),
            with.Order(StringComparer.Ordinal));
        Assert.Equal(
            Without.Keys.Order(StringComparer.Ordinal), without.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_names_every_write_that_takes_a_key()
    {
        await using var host = await GatewayHost.StartAsync();
        var rows = WritesOf(host).Where(write => write.Operation.TakesIdempotencyKey)
            .Select(write => $"`{write.Name}`").Order(StringComparer.Ordinal).ToList();
        var written = (await File.ReadAllLinesAsync(Page()))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim()).Order(StringComparer.Ordinal);
        Assert.True(
            rows.SequenceEqual(written), $"docs/idempotency.md is to name these:\n{string.Join('\n', rows)}");
    }

    private static IEnumerable<(string Name, ApiOperation Operation)> WritesOf(GatewayHost host) =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let operation = endpoint.Metadata.GetMetadata<ApiOperation>()
        where operation is not null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        let route = endpoint.RoutePattern.RawText!
        where method is "POST" or "PUT" or "DELETE" && route.StartsWith("/api/v1/", StringComparison.Ordinal)
        select ($"{method} {route["/api/v1".Length..].TrimEnd('/')}", operation);

    private static Task<HttpResponseMessage> SendAsync(Write write, string key)
    {
        if (write.Body is { } body)
        {
            return write.Client.SendJsonAsync(write.Path, body, write.Method, (Header, key));
        }

        var request = new HttpRequestMessage(new HttpMethod(write.Method), write.Path);
        request.Headers.TryAddWithoutValidation(Header, key);
        return write.Client.SendAsync(request);
    }

    private static string Page([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "docs", "idempotency.md"));

    private sealed record Write(HttpClient Client, string Method, string Path, string? Body = null);

    /// <summary>A merchant with a customer, and what they have.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private const string Card =
            """{"number":"4111111111111111","expiry_month":12,"expiry_year":2030,"name":"A","issued_in":"US","consent":{"agreed":true,"text_version":"v1"}}""";

        private readonly HttpClient _admin;
        private readonly HttpClient _merchant;
        private readonly string _path;

        private Scene(GatewayHost host, Shop shop) => (_admin, _merchant, _path) = (
            host.Client(GatewayHost.AdminKey), host.Client(shop.SecretKey), $"/api/v1/merchants/{shop.Id}");

        public static async Task<Scene> SetAsync(GatewayHost host)
        {
            var shop = await host.OpenShopAsync(shop => shop with { CardVault = true });
            await shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
            var scene = new Scene(host, shop);
            await scene._merchant.SendJsonAsync(Asha, """{"name":"Asha"}""", "PUT");
            return scene;
        }

        /// <summary>A request of an operation, and another one that the same key must not name.</summary>
        public async Task<(Write Write, Write Other)> WriteAsync(string operation) => operation switch
        {
            "putMerchant" => Two(new(_admin, "PUT", _path, """{"name":"A"}"""), """{"name":"B"}"""),
            "createApiKey" => Two(
                new(_admin, "POST", _path + "/keys", """{"scope":"secret"}"""), """{"scope":"publishable"}"""),
            "rotateApiKey" => Two(new(_admin, "POST", await KeyAsync() + "/rotation", "{}"), """{"overlap":5}"""),
            "revokeApiKey" => (new(_admin, "DELETE", await KeyAsync()), new(_admin, "DELETE", await KeyAsync())),
            "putRouting" => Two(
                new(_merchant, "PUT", "/api/v1/routing", """{"rules":[],"off":["payu"]}"""),
                """{"rules":[],"off":["paytm"]}"""),
            "rotateOrderTokenKey" => Two(
                new(_merchant, "POST", "/api/v1/order-tokens/rotation", "{}"), """{"overlap":5}"""),
            "putCustomer" => Two(new(_merchant, "PUT", Asha, """{"name":"A"}"""), """{"name":"B"}"""),
            "eraseCustomer" => (new(_merchant, "DELETE", Asha), new(_merchant, "PUT", Asha, "{}")),
            "putWallet" => Two(
                new(_merchant, "PUT", Asha + "/wallet", """{"upi_app":"phonepe"}"""), """{"upi_app":"gpay"}"""),
            "saveCard" => Two(
                new(_merchant, "POST", Asha + "/cards", Card),
                Card.Replace("2030", "2031", StringComparison.Ordinal)),
            "deleteCard" => (
                new(_merchant, "DELETE", await SavedAsync("/cards", Card, "token")),
                new(_merchant, "PUT", Asha, "{}")),
            "saveUpi" => Two(
                new(_merchant, "POST", Asha + "/upi", """{"vpa":"asha@bank"}"""), """{"vpa":"asha2@bank"}"""),
            "deleteUpi" => (
                new(_merchant, "DELETE", await SavedAsync("/upi", """{"vpa":"asha@bank"}""", "id")),
                new(_merchant, "DELETE", await SavedAsync("/upi", """{"vpa":"asha2@bank"}""", "id"))),
            "linkWallet" => Two(new(_merchant, "POST", Asha + "/wallets/paytm", "{}"), """{"otp":"123456"}"""),
            "unlinkWallet" => (
                new(_merchant, "DELETE", await LinkedAsync()),
                new(_merchant, "POST", Asha + "/wallets/paytm", "{}")),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };

        public ValueTask DisposeAsync()
        {
            _admin.Dispose();
            _merchant.Dispose();
            return ValueTask.CompletedTask;
        }

        private static (Write Write, Write Other) Two(Write write, string otherBody) =>
            (write, write with { Body = otherBody });

        private async Task<string> KeyAsync()
        {
            using var made = await _admin.SendJsonAsync(_path + "/keys", """{"scope":"secret"}""");
            return $"{_path}/keys/{(await made.JsonAsync()).GetProperty("id").GetString()}";
        }

        private async Task<string> SavedAsync(string path, string body, string id)
        {
            using var saved = await _merchant.SendJsonAsync(Asha + path, body);
            return $"{Asha}{path}/{(await saved.JsonAsync()).GetProperty(id).GetString()}";
        }

        private async Task<string> LinkedAsync()
        {
            const string Wallet = Asha + "/wallets/paytm";
            await _merchant.SendJsonAsync(Wallet, "{}");
            await _merchant.SendJsonAsync(Wallet, $$"""{"otp":"{{KeepingConnector.Password}}"}""");
            return Wallet;
        }
    }
}
