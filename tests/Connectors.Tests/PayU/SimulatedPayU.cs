using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Simulators;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>The simulator's host in this process, and its control surface over HTTP.</summary>
public sealed class SimulatedPayU : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("payu-");
    private readonly HttpClient _browser = new();
    private WebApplication _app = null!;

    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _app = SimulatorsHost.Build(
        [
            "--urls=http://127.0.0.1:0",
            $"--Simulators:DataDirectory={_data.FullName}",
            "--Simulators:Customer:ApprovalDelay=00:00:00.020",
            "--Simulators:PayU:ActionDelay=00:00:00.050",
            "--Logging:LogLevel:Default=Error",
        ]);
        await _app.StartAsync();
        Url = new Uri(_app.Urls.Single());
        _browser.BaseAddress = Url;
        await AddAccountAsync(webhookUrl: null);
    }

    public async Task DisposeAsync()
    {
        _browser.Dispose();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }

    public IConnector Connect(Action<ProviderHttpOptions>? configure = null) => new PayURig().Create(
        options =>
        {
            options.BaseUrl = new Uri(Url, "/payu");
            options.Timeout = TimeSpan.FromMilliseconds(1_500);
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            options.MaxRetryAfter = TimeSpan.Zero;
            options.BreakerMinimumCalls = 100_000;
            configure?.Invoke(options);
        },
        TimeProvider.System,
        new CapturedLogs());

    public Task AddAccountAsync(Uri? webhookUrl) => PutAsync(
        $"/_accounts/payu/{PayURig.Key}", JsonSerializer.Serialize(new { salt = PayURig.Salt, webhook_url = webhookUrl?.AbsoluteUri }));

    /// <summary>Sets all dials; what is not named is off.</summary>
    public Task DialAsync(string json) => PutAsync("/_dials/payu", json);

    public Task CustomerAsync(bool automatic) => PutAsync("/_customer", JsonSerializer.Serialize(new { automatic }));

    public async Task DecideAsync(string payment, string action)
    {
        using var response = await _browser.PostAsJsonAsync($"/_customer/payu/{payment}", new { action });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Posts a form as the customer's browser does, and answers the page.</summary>
    public async Task<string> PostAsync(string url, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        using var response = await _browser.PostAsync(url, form);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>The provider's own record of money moved for one reference.</summary>
    public async Task<IReadOnlyList<JsonElement>> JournalAsync(string reference)
    {
        var lines = await _browser.GetStringAsync("/_journal");
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
        using var response = await _browser.PutAsync(path, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
