using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Simulators;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>A provider's simulator, hosted in this process, and its control surface over HTTP.</summary>
/// <param name="provider">The provider's name in the simulators' addresses.</param>
/// <param name="settings">The host's settings beside those that all have, as command-line arguments.</param>
public abstract class SimulatedProvider(string provider, params string[] settings) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory($"{provider}-");
    private WebApplication _app = null!;

    /// <summary>Where the simulators listen.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Calls the simulators as a customer's browser, or as their control surface's client.</summary>
    protected HttpClient Http { get; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _app = SimulatorsHost.Build(
        [
            "--urls=http://127.0.0.1:0",
            $"--Simulators:DataDirectory={_data.FullName}",
            "--Simulators:Customer:ApprovalDelay=00:00:00.020",
            "--Logging:LogLevel:Default=Error",
            .. settings,
        ]);
        await _app.StartAsync();
        Url = new Uri(_app.Urls.Single());
        Http.BaseAddress = Url;
        await AddAccountAsync(webhookUrl: null);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>Makes the account of the rig's credentials, or changes where its webhooks go.</summary>
    public abstract Task AddAccountAsync(Uri? webhookUrl);

    /// <summary>Sets all dials; what is not named is off.</summary>
    public Task DialAsync(string json) => PutAsync($"/_dials/{provider}", json);

    /// <summary>Whether the customer approves automatically.</summary>
    public Task CustomerAsync(bool automatic) => PutAsync("/_customer", JsonSerializer.Serialize(new { automatic }));

    /// <summary>What the customer does about one payment: <c>approve</c>, <c>decline</c>, …</summary>
    public async Task DecideAsync(string payment, string action)
    {
        using var response = await Http.PostAsJsonAsync($"/_customer/{provider}/{payment}", new { action });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The merchant refunds a payment in the provider's dashboard.</summary>
    public async Task RefundInDashboardAsync(string payment, long amount)
    {
        using var response = await Http.PostAsJsonAsync($"/_dashboard/{provider}/{payment}/refunds", new { amount });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The provider's own record of money moved for one reference.</summary>
    public async Task<IReadOnlyList<JsonElement>> JournalAsync(string reference)
    {
        var lines = await Http.GetStringAsync("/_journal");
        return
        [
            .. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Where(line => line.GetProperty("reference").GetString() == reference),
        ];
    }

    /// <summary>A connector's options: the simulator's address, and short waits for what it loses.</summary>
    /// <param name="configure">What is different.</param>
    protected Action<ProviderHttpOptions> Options(Action<ProviderHttpOptions>? configure) => options =>
    {
        options.BaseUrl = new Uri(Url, $"/{provider}");
        options.Timeout = TimeSpan.FromMilliseconds(1_500);
        options.RetryDelay = TimeSpan.FromMilliseconds(1);
        options.MaxRetryAfter = TimeSpan.Zero;
        options.BreakerMinimumCalls = 100_000;
        configure?.Invoke(options);
    };

    /// <summary>Puts an account.</summary>
    protected Task PutAccountAsync(string id, object account) =>
        PutAsync($"/_accounts/{provider}/{id}", JsonSerializer.Serialize(account));

    private async Task PutAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.PutAsync(path, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
