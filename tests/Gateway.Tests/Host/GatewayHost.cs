using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentCluster.Gateway.Api;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Abstractions.Ledger;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Vault;
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

    public Uri Address => new(_app.Urls.First());

    public static Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(_ => { }, settings);

    public static async Task<GatewayHost> StartAsync(
        Action<IEndpointRouteBuilder> more, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
        [
            new("Gateway:AdminKeyHash", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey)))),
        ]);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        var grains = new FakeGrains();
        builder.Services.AddSingleton(grains.Factory());
        builder.AddGateway();
        builder.Logging.ClearProviders();
        var log = new LinesLogger();
        builder.Logging.AddProvider(log);
        var app = builder.Build();
        app.UseGateway();
        app.MapGateway();
        more(app);
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

    /// <summary>Until somebody watches a payment.</summary>
    public Task WatchedAsync() => Eventually.HoldsAsync(() => Payments.Watches > 0, "the payment is watched");

    public FakePaymentList List(string merchant) => (FakePaymentList)Grains.Get(typeof(IPaymentListGrain), merchant);

    public FakeWebhooks Webhooks(string key) => (FakeWebhooks)Grains.Get(typeof(IProviderWebhookGrain), key);

    public FakeMerchant Merchant(string merchant) => (FakeMerchant)Grains.Get(typeof(IMerchantGrain), merchant);

    public FakeProviders Providers(string merchant) => (FakeProviders)Grains.Get(typeof(IProvidersGrain), merchant);

    public FakeRouting Routing(string merchant) => (FakeRouting)Grains.Get(typeof(IRoutingGrain), merchant);

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
        Grains.Add<IProvidersGrain>(id => new FakeProviders(Merchant(id)));
        Grains.Add<IRoutingGrain>(_ => new FakeRouting());
        Grains.Add<IProviderWebhookGrain>(_ => new FakeWebhooks());
        Grains.Add<IPaymentAccessGrain>(_ => new FakePaymentAccess());
        Grains.Add<IHealthGrain>(_ => Health);
        Grains.Add<ICustomerGrain>(key => new FakeCustomer(key));
        Grains.Add<IUpiCheckGrain>(_ => new FakeUpiCheck());
        Grains.Add<ITransactionsGrain>(_ => new FakeTransactions());
        Grains.Add<IVaultGrain>(_ => new FakeVault());
    }

    private sealed class LinesLogger : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string>? Lines { get; set; }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Lines?.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
