using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentCluster.Gateway.Api;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>A gateway on a real port, in front of the project's silo, and a merchant of a test's own.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string Payments = "/api/v1/payments";
    public const string AdminKey = "the-administrators-key";

    private static readonly string s_adminKeyHash =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey)));

    private readonly WebApplication _app;
    private readonly IGrainFactory _grains;

    private GatewayHost(WebApplication app, IGrainFactory grains, GrainCalls calls, Shop shop) =>
        (_app, _grains, Calls, Shop) = (app, grains, calls, shop);

    /// <summary>The grain calls of this gateway.</summary>
    public GrainCalls Calls { get; }

    /// <summary>The test's merchant.</summary>
    public Shop Shop { get; }

    /// <summary>What this gateway logged.</summary>
    public required ConcurrentQueue<string> Log { get; init; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.First());

    public static Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(_ => { }, settings);

    public static async Task<GatewayHost> StartAsync(
        Action<IEndpointRouteBuilder> more, params (string Key, string Value)[] settings)
    {
        var grains = (await GatewaySilo.Running).Grains;
        var shop = Shop.OpenAsync(grains);
        var (calls, log) = (new GrainCalls(), new ConcurrentQueue<string>());
        var builder = WebApplication.CreateBuilder(HostProgram.Arguments([]));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([new("Gateway:AdminKeyHash", s_adminKeyHash)]);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Services.AddSingleton(grains);
        builder.AddGateway();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new LinesLogger(log));
        var app = builder.Build();
        app.Use(async (http, next) =>
        {
            GrainCalls.Current = calls;
            await next(http);
        });
        app.UseGateway();
        app.MapGateway();
        more(app);
        await app.StartAsync();
        return new GatewayHost(app, grains, calls, await shop) { Log = log };
    }

    /// <summary>Another merchant.</summary>
    public Task<Shop> OpenShopAsync(Func<PutMerchant, PutMerchant>? change = null) => Shop.OpenAsync(_grains, change);

    /// <summary>A client with the secret key of the test's merchant.</summary>
    public HttpClient Client() => Client(Shop.SecretKey);

    public HttpClient Client(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>Creates a payment, and reads it once its provider has responded.</summary>
    public static async Task<JsonElement> StartPaymentAsync(HttpClient client, string body)
    {
        using var response = await client.SendJsonAsync(Payments, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await UntilAsync(client, response.Headers.Location!.OriginalString, status => status != "PENDING");
    }

    /// <summary>Takes a payment that is paid at once.</summary>
    public static async Task<JsonElement> PaidAsync(HttpClient client, string order) => await UntilAsync(
        client, PathOf(await StartPaymentAsync(client, PaymentBodies.Card(order))), status => status == "SUCCESS");

    /// <summary>Takes a payment that waits for its capture.</summary>
    public static async Task<JsonElement> AuthorizedAsync(HttpClient client, string order) => await UntilAsync(
        client,
        PathOf(await StartPaymentAsync(client, PaymentBodies.Card(order, ",\"capture\":\"manual\""))),
        status => status == "AUTHORIZED");

    /// <summary>Reads a payment until it has a status.</summary>
    public static Task<JsonElement> UntilAsync(HttpClient client, string path, string status) =>
        UntilAsync(client, path, now => now == status);

    public static string PathOf(JsonElement payment) => $"{Payments}/{payment.GetProperty("id").GetString()}";

    /// <summary>Until a watcher follows a payment.</summary>
    public Task WatchedAsync() => Eventually.HoldsAsync(() => Calls.Watches > 0, "the payment is watched");

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<JsonElement> UntilAsync(HttpClient client, string path, Func<string, bool> holds)
    {
        JsonElement payment = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await client.GetAsync(path);
                payment = await response.JsonAsync();
                return holds(payment.GetProperty("status").GetString()!);
            },
            () => $"the payment came there; it stands at {payment}");
        return payment;
    }
}
