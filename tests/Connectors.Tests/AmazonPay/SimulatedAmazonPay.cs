using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Simulators;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>The simulator's host in this process, and its control surface over HTTP.</summary>
public sealed class SimulatedAmazonPay : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("amazonpay-");
    private readonly HttpClient _control = new();
    private WebApplication _app = null!;

    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _app = SimulatorsHost.Build(
        [
            "--urls=http://127.0.0.1:0",
            $"--Simulators:DataDirectory={_data.FullName}",
            "--Simulators:Customer:ApprovalDelay=00:00:00.020",
            "--Simulators:AmazonPay:RefundDelay=00:00:00.050",
            "--Simulators:Webhooks:RetryBase=00:00:00.050",
            "--Logging:LogLevel:Default=Error",
        ]);
        await _app.StartAsync();
        Url = new Uri(_app.Urls.Single());
        _control.BaseAddress = Url;
        await AddAccountAsync(ipn: null);
    }

    public async Task DisposeAsync()
    {
        _control.Dispose();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }

    public IConnector Connect(Action<ProviderHttpOptions>? configure = null, int signatureVersion = 2) => AmazonPayRig.Create(
        options =>
        {
            options.BaseUrl = new Uri(Url, "/amazonpay");
            options.Timeout = TimeSpan.FromMilliseconds(1_500);
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            options.MaxRetryAfter = TimeSpan.Zero;
            options.BreakerMinimumCalls = 100_000;
            configure?.Invoke(options);
        },
        TimeProvider.System,
        new CapturedLogs(),
        options => options.SignatureVersion = signatureVersion);

    public Task AddAccountAsync(Uri? ipn, string keyId = AmazonPayRig.KeyId) => PutAsync(
        $"/_accounts/amazonpay/{keyId}",
        JsonSerializer.Serialize(new
        {
            merchant_id = AmazonPayRig.MerchantId,
            store_id = AmazonPayRig.StoreId,
            region = "eu",
            public_key = AmazonPayVectors.PublicKey,
            ipn_url = ipn?.AbsoluteUri,
        }));

    /// <summary>Sets all dials; what is not named is off.</summary>
    public Task DialAsync(string json) => PutAsync("/_dials/amazonpay", json);

    public Task CustomerAsync(bool automatic) => PutAsync("/_customer", JsonSerializer.Serialize(new { automatic }));

    public async Task DecideAsync(string session, string action)
    {
        using var response = await _control.PostAsJsonAsync($"/_customer/amazonpay/{session}", new { action });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The provider's own record of money moved for one reference.</summary>
    public async Task<IReadOnlyList<JsonElement>> JournalAsync(string reference)
    {
        var lines = await _control.GetStringAsync("/_journal");
        return
        [
            .. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Where(line => line.GetProperty("reference").GetString() == reference),
        ];
    }

    private async Task PutAsync(string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await _control.PutAsync(path, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
