using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentCluster.Gateway.Api;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Abstractions.Ledger;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>The real gateway on a real port, in front of grains that are plain objects.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    public const string SecretKey = "sk_test_0000000000000000shop";
    public const string PublishableKey = "pk_test_0000000000000000shop";
    public const string OtherKey = "sk_test_0000000000000other";
    public const string AdminKey = "the-administrators-key";

    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, FakeGrains grains)
    {
        _app = app;
        Grains = grains;
    }

    public FakeGrains Grains { get; }

    public FakePayments Payments { get; } = new();

    public FakeApiKeys Keys { get; } = new();

    public FakeHealth Health { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
        [
            new("Gateway:AdminKeyHash", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey)))),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        var grains = new FakeGrains();
        builder.Services.AddSingleton(grains.Factory());
        builder.AddGateway();
        builder.Logging.ClearProviders();
        var log = new LinesLogger();
        builder.Logging.AddProvider(log);
        var app = builder.Build();
        app.UseGateway();
        app.MapGateway();
        var host = new GatewayHost(app, grains);
        log.Lines = host.Log;
        host.AddGrains();
        await app.StartAsync();
        return host;
    }

    public HttpClient Client(string? key = SecretKey)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    public FakePaymentList List(string merchant) => (FakePaymentList)Grains.Get(typeof(IPaymentListGrain), merchant);

    public FakeWebhooks Webhooks(string key) => (FakeWebhooks)Grains.Get(typeof(IProviderWebhookGrain), key);

    public FakeMerchant Merchant(string merchant) => (FakeMerchant)Grains.Get(typeof(IMerchantGrain), merchant);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void AddGrains()
    {
        Keys.Add(SecretKey, "shop", ApiKeyScope.Secret);
        Keys.Add(PublishableKey, "shop", ApiKeyScope.Publishable);
        Keys.Add(OtherKey, "other", ApiKeyScope.Secret);
        Grains.Add(Keys.Make);
        Grains.Add(Payments.Make);
        Grains.Add<IPaymentListGrain>(_ => new FakePaymentList());
        Grains.Add<ILedgerGrain>(_ => new FakeLedger());
        Grains.Add<IMerchantGrain>(id => new FakeMerchant(id));
        Grains.Add<IProviderWebhookGrain>(_ => new FakeWebhooks());
        Grains.Add<IHealthGrain>(_ => Health);
    }

    private sealed class LinesLogger : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string>? Lines { get; set; }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines?.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>Short ways to send and read.</summary>
public static class HttpExtensions
{
    public static Task<HttpResponseMessage> SendJsonAsync(
        this HttpClient client, string path, string body, string method = "POST", params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal($"/docs/errors#{code}", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }
}
