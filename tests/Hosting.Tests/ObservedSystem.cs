using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using PaymentCluster.Simulators;
using PaymentCluster.Standalone;
using PaymentCluster.Testing;

namespace PaymentCluster.Hosting.Tests;

/// <summary>The single process as it ships and the simulators, in this process, so that a test sees their spans. Its
/// merchant <c>shop</c> has an account at the simulated Razorpay.</summary>
public sealed class ObservedSystem : IAsyncLifetime
{
    private const string AdminKey = "the-key-of-the-administrator";
    private readonly string _folder = Directory.CreateTempSubdirectory("paymentcluster-hosting-").FullName;
    private readonly int _port = Ports.Free();
    private readonly int _simulatorsPort = Ports.Free();
    private readonly SpanCollection _spans = [];
    private TestDatabase? _database;
    private WebApplication? _simulators;
    private WebApplication? _server;

    /// <summary>The API with the shop's secret key.</summary>
    internal HttpClient Shop { get; private set; } = null!;

    /// <summary>The simulators' own calls.</summary>
    internal HttpClient Simulators { get; private set; } = null!;

    /// <summary>What the process is composed of.</summary>
    internal IServiceProvider Services => _server!.Services;

    /// <summary>The spans that have ended.</summary>
    internal IReadOnlyCollection<Activity> Spans => _spans.Ended;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _simulators = SimulatorsHost.Build(
            [$"--urls=http://127.0.0.1:{_simulatorsPort}", $"--Simulators:DataDirectory={_folder}"]);
        await _simulators.StartAsync();
        _server = await StandaloneHost.PrepareAsync(Settings(), Observe);
        await _server.StartAsync();
        Simulators = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_simulatorsPort}") };
        await MakeShopAsync();
    }

    public async Task DisposeAsync()
    {
        Shop?.Dispose();
        Simulators?.Dispose();
        foreach (var app in new[] { _server, _simulators }.OfType<WebApplication>())
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Takes a payment.</summary>
    /// <returns>The response's body.</returns>
    internal async Task<JsonElement> PayAsync(object body)
    {
        using var response = await Shop.PostAsJsonAsync("/api/v1/payments", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    internal async Task<string> StatusAsync(string payment) =>
        (await Shop.GetFromJsonAsync<JsonElement>($"/api/v1/payments/{payment}")).GetProperty("status").GetString()!;

    private void Observe(WebApplicationBuilder builder) =>
        builder.Services.AddOpenTelemetry().WithTracing(traces => traces
            .AddSource("Microsoft.AspNetCore", "Microsoft.Orleans.*", "PaymentCluster.*")
            .AddInMemoryExporter(_spans));

    private string[] Settings() =>
    [
        $"--urls=http://127.0.0.1:{_port}",
        $"--ConnectionStrings:PaymentCluster={_database!.AppConnectionString}",
        $"--ConnectionStrings:PaymentClusterVault={_database.VaultConnectionString}",
        $"--Vault:MasterKey={Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
        $"--Gateway:AdminKeyHash={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey)))}",
        $"--Connectors:Razorpay:BaseUrl=http://127.0.0.1:{_simulatorsPort}/",
        $"--Payments:PublicUrl=http://127.0.0.1:{_port}",
        $"--Silo:Port={Ports.Free()}",
        $"--Silo:GatewayPort={Ports.Free()}",
    ];

    private async Task MakeShopAsync()
    {
        using var account = await Simulators.PutAsJsonAsync("/_accounts/razorpay/rzp_test_shop", new
        {
            key_secret = "the-secret",
            webhook_secret = "the-webhook-secret",
            webhook_url = $"http://127.0.0.1:{_port}/webhooks/shop/razorpay",
        });
        account.EnsureSuccessStatusCode();
        using var administrator = Client(AdminKey);
        using var merchant = await administrator.PutAsJsonAsync("/api/v1/merchants/shop", new { name = "Shop" });
        merchant.EnsureSuccessStatusCode();
        using var key = await administrator.PostAsJsonAsync("/api/v1/merchants/shop/keys", new { scope = "secret" });
        Shop = Client((await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!);
        using var credentials = await Shop.PutAsJsonAsync("/api/v1/providers/razorpay/credentials", new
        {
            key_id = "rzp_test_shop",
            key_secret = "the-secret",
            webhook_secret = "the-webhook-secret",
        });
        credentials.EnsureSuccessStatusCode();
    }

    private HttpClient Client(string key)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    // The exporter adds from its own thread while a test reads.
    private sealed class SpanCollection : ICollection<Activity>
    {
        private readonly ConcurrentQueue<Activity> _ended = new();

        public IReadOnlyCollection<Activity> Ended => [.. _ended];

        public int Count => _ended.Count;

        public bool IsReadOnly => false;

        public void Add(Activity item) => _ended.Enqueue(item);

        public void Clear() => _ended.Clear();

        public bool Contains(Activity item) => _ended.Contains(item);

        public void CopyTo(Activity[] array, int arrayIndex) => _ended.CopyTo(array, arrayIndex);

        public bool Remove(Activity item) => throw new NotSupportedException();

        public IEnumerator<Activity> GetEnumerator() => _ended.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => _ended.GetEnumerator();
    }
}
