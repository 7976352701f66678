using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Bench.Server;

namespace PaymentCluster.Bench.Processes;

/// <summary>The system under test: the server on a database of its own, simulators if requested, and one merchant with
/// one provider.</summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private const string Merchant = "bench";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly string _adminKey = RandomNumberGenerator.GetHexString(48, lowercase: true);
    private readonly string _masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly string _simulatorsFolder = Directory.CreateTempSubdirectory("paymentcluster-bench-").FullName;
    private readonly int _simulatorsPort = FreePort();
    private readonly Dictionary<string, string> _settings;
    private readonly HttpClient _http;
    private HostProcess? _server;
    private HostProcess? _simulators;

    private RunningSystem(BenchDatabase database, IReadOnlyDictionary<string, string> settings)
    {
        Database = database;
        _settings = new Dictionary<string, string>(settings, StringComparer.Ordinal);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = Timeout };
    }

    public BenchDatabase Database { get; }

    public int Port { get; } = FreePort();

    /// <summary>The merchant's secret key.</summary>
    public string Key { get; private set; } = "";

    public int ServerId => _server!.Id;

    public int? SimulatorsId => _simulators?.Id;

    /// <summary>Starts the system with its merchant.</summary>
    /// <param name="simulated">Whether payments go to the simulated Razorpay, instead of the connector inside the
    /// server.</param>
    /// <param name="settings">The server's further settings, by their names in the environment.</param>
    public static Task<RunningSystem> StartAsync(bool simulated, params (string Name, string Value)[] settings) =>
        StartAsync(simulated ? ProviderAccounts.Razorpay : null, [], settings);

    /// <summary>Starts the system with its merchant.</summary>
    /// <param name="provider">The simulated provider that payments go to; null for the connector inside the
    /// server.</param>
    /// <param name="simulators">The simulators' further settings, by their names in the environment.</param>
    /// <param name="settings">The server's further settings, by their names in the environment.</param>
    public static Task<RunningSystem> StartAsync(
        string? provider, (string Name, string Value)[] simulators, params (string Name, string Value)[] settings) =>
        StartAsync(provider, hasWebhooks: true, simulators, settings);

    /// <summary>Starts the system with its merchant.</summary>
    /// <param name="provider">The simulated provider that payments go to; null for the connector inside the
    /// server.</param>
    /// <param name="hasWebhooks">Whether the provider knows where to send its webhooks.</param>
    /// <param name="simulators">The simulators' further settings, by their names in the environment.</param>
    /// <param name="settings">The server's further settings, by their names in the environment.</param>
    public static async Task<RunningSystem> StartAsync(
        string? provider,
        bool hasWebhooks,
        (string Name, string Value)[] simulators,
        params (string Name, string Value)[] settings)
    {
        var given = settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        var system = new RunningSystem(await BenchDatabase.CreateAsync(), given);
        try
        {
            if (provider is not null)
            {
                await system.StartSimulatorsAsync(simulators);
            }

            await system.StartServerAsync();
            await system.MakeMerchantAsync(provider, hasWebhooks);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, and waits until it can take payments.</summary>
    public async Task StartServerAsync()
    {
        _server = HostProcess.Start("server", Checkout.Self, ["server"], ServerSettings());
        await ReadyAsync(_server, Port, "/health/ready");
    }

    /// <summary>Signals the server to stop.</summary>
    public async Task StopServerAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    /// <summary>How the simulated provider responds from now on.</summary>
    public async Task SetProviderLatencyAsync(int milliseconds)
    {
        using var response = await _http.PutAsJsonAsync(
            $"http://127.0.0.1:{_simulatorsPort}/_dials/razorpay", new { latency_ms = milliseconds });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>What the server's runtime says of its memory.</summary>
    public async Task<MemoryFigures> MemoryAsync(bool collect = false) =>
        (await _http.GetFromJsonAsync<MemoryFigures>(
            $"{BenchServer.MemoryPath}?collect={(collect ? "true" : "false")}", JsonSerializerOptions.Web))!;

    /// <summary>How many status queries the server has sent, and how many it has put off.</summary>
    public async Task<StatusQueryFigures> StatusQueriesAsync() =>
        (await _http.GetFromJsonAsync<StatusQueryFigures>(
            BenchServer.StatusQueriesPath, JsonSerializerOptions.Web))!;

    /// <summary>How many status queries and pages of lists the provider had in its busiest minute, by its own
    /// count.</summary>
    public async Task<long> MostQueriesInAMinuteAsync(string provider)
    {
        var calls = await _http.GetFromJsonAsync<JsonElement>(
            $"http://127.0.0.1:{_simulatorsPort}/_calls/{provider}");
        return calls.EnumerateArray()
            .Where(call => call.GetProperty("operation").GetString() == "query")
            .Sum(call => call.GetProperty("most_in_a_minute").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_simulators is not null)
        {
            await _simulators.DisposeAsync();
        }

        _http.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_simulatorsFolder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The limits that protect an operator from one client would only measure themselves here.
    private Dictionary<string, string> ServerSettings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}",
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__PaymentCluster"] = Database.App,
            ["Vault__MasterKey"] = _masterKey,
            ["Gateway__AdminKeyHash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_adminKey))),
            ["Gateway__RequestsPerSecond"] = "10000000",
            ["Gateway__RequestBurst"] = "10000000",
            ["Payments__PublicUrl"] = $"http://127.0.0.1:{Port}",
            [SynchronousPayments.MerchantSetting.Replace(":", "__", StringComparison.Ordinal)] = Merchant,
            ["Silo__Port"] = FreePort().ToString(CultureInfo.InvariantCulture),
            ["Silo__GatewayPort"] = FreePort().ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in ProviderAccounts.Settings(_simulatorsPort).Concat(_settings))
        {
            settings[name] = value;
        }

        return settings;
    }

    private async Task StartSimulatorsAsync((string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_simulatorsPort}",
            ["Simulators__DataDirectory"] = _simulatorsFolder,
            ["Simulators__Customer__ApprovalDelay"] = "00:00:00",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        _simulators = HostProcess.Start("simulators", Checkout.Program("Simulators"), [], all);
        await ReadyAsync(_simulators, _simulatorsPort, "/_health");
    }

    private async Task ReadyAsync(HostProcess process, int port, string path)
    {
        using var limit = new CancellationTokenSource(Timeout);
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    $"A process ended while starting; see {Path.GetRelativePath(Checkout.Root, process.Log)}.");
            }

            try
            {
                using var response = await _http.GetAsync($"http://127.0.0.1:{port}{path}", limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException)
            {
                // The server does not listen yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private async Task MakeMerchantAsync(string? provider, bool hasWebhooks)
    {
        await SendAsync(HttpMethod.Put, _adminKey, $"/api/v1/merchants/{Merchant}", new { name = "Bench" });
        var key = await SendAsync(
            HttpMethod.Post, _adminKey, $"/api/v1/merchants/{Merchant}/keys", new { scope = "secret" });
        Key = key.GetProperty("key").GetString()!;
        var name = provider ?? InstantConnector.Name;
        object credentials = new { key = "any" };
        if (provider is not null)
        {
            var webhooks = $"http://127.0.0.1:{Port}/webhooks/{Merchant}/{provider}";
            var account = ProviderAccounts.Of(provider, hasWebhooks ? webhooks : null);
            await SendAsync(
                HttpMethod.Put, Key, $"http://127.0.0.1:{_simulatorsPort}/_accounts/{provider}/{account.Id}",
                account.AtProvider);
            credentials = account.Credentials;
        }

        await SendAsync(HttpMethod.Put, Key, $"/api/v1/providers/{name}/credentials", credentials);
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string key, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", key);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return !response.IsSuccessStatusCode
            ? throw new InvalidOperationException(
                $"{method} {path} returned {(int)response.StatusCode}: {text}")
            : text.Length > 0 ? JsonDocument.Parse(text).RootElement : default;
    }
}
