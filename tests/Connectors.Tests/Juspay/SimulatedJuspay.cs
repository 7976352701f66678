using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Juspay;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Simulators;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>The simulator's host in this process, and its control surface over HTTP.</summary>
public sealed class SimulatedJuspay : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("juspay-");
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
            "--Simulators:Juspay:RefundDelay=00:00:00.050",
            "--Simulators:Juspay:VoidDelay=00:00:00.050",
            "--Logging:LogLevel:Default=Error",
        ]);
        await _app.StartAsync();
        Url = new Uri(_app.Urls.Single());
        _control.BaseAddress = Url;
        await AddAccountAsync(webhookUrl: null);
    }

    public async Task DisposeAsync()
    {
        _control.Dispose();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }

    public JuspayConnector Connect(Action<ProviderHttpOptions>? configure = null) => (JuspayConnector)new JuspayRig().Create(
        options =>
        {
            options.BaseUrl = new Uri(Url, "/juspay");
            options.Timeout = TimeSpan.FromMilliseconds(1_500);
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            options.MaxRetryAfter = TimeSpan.Zero;
            options.BreakerMinimumCalls = 100_000;
            configure?.Invoke(options);
        },
        TimeProvider.System,
        new CapturedLogs());

    public Task AddAccountAsync(Uri? webhookUrl) => PutAsync(
        $"/_accounts/juspay/{JuspayRig.Merchant}",
        JsonSerializer.Serialize(new
        {
            api_key = JuspayRig.ApiKey,
            webhook_url = webhookUrl?.AbsoluteUri,
            webhook_username = webhookUrl is null ? null : JuspayRig.WebhookUser,
            webhook_password = webhookUrl is null ? null : new JuspayRig().WebhookSecret,
            key_id = JuspaySealedRig.KeyId,
            merchant_public_key = JuspaySealedRig.MerchantPublicKey,
            juspay_private_key = JuspaySealedRig.JuspayPrivateKey,
        }));

    /// <summary>Sets all dials; what is not named is off.</summary>
    public Task DialAsync(string json) => PutAsync("/_dials/juspay", json);

    public Task CustomerAsync(bool automatic) => PutAsync("/_customer", JsonSerializer.Serialize(new { automatic }));

    public async Task DecideAsync(string payment, string action)
    {
        using var response = await _control.PostAsJsonAsync($"/_customer/juspay/{payment}", new { action });
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
