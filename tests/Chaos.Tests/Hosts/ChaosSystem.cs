using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using PaymentCluster.Chaos.Tests.Load;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Chaos.Tests.Hosts;

/// <summary>Everything that a run breaks: PostgreSQL, the silos and the gateway, the simulators, and the networks
/// between them. Each is a process of its own.</summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    private const int DiskMegabytes = 640;

    /// <summary>On a small disk the log of old changes must stay small, too.</summary>
    public static readonly string[] PostgresSettings =
        ["max_connections=150", "max_wal_size=96MB", "min_wal_size=32MB"];

    private readonly string _folder = Directory.CreateTempSubdirectory("paymentcluster-chaos-").FullName;
    private readonly string _adminKey = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    private readonly string _masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly int _gatewayPort = Ports.Free();
    private readonly int _simulatorsPort = Ports.Free();
    private readonly int _relayPort = Ports.Free();
    private readonly ChaosOptions _options;
    private readonly List<SiloHost> _silos = [];
    private TestDatabase _database = null!;

    private ChaosSystem(ChaosOptions options) => _options = options;

    public PrivateServer Postgres { get; private set; } = null!;

    /// <summary>What PostgreSQL is on; null where it cannot be a small one.</summary>
    public SmallDisk? Disk { get; private set; }

    public IReadOnlyList<SiloHost> Silos => _silos;

    /// <summary>Null where a silo is the gateway, too.</summary>
    public Supervised? Gateway { get; private set; }

    public Supervised Simulators { get; private set; } = null!;

    public IEnumerable<Supervised> Processes =>
        [.. _silos.Select(silo => silo.Process), .. Gateway is null ? (Supervised[])[] : [Gateway], Simulators];

    public ClientJournal Clients { get; private set; } = null!;

    /// <summary>The certificates of silos and gateway.</summary>
    public ClusterFiles Certificates { get; private set; } = null!;

    public WebhookRelay Relay { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Keys { get; private set; } = null!;

    public Uri GatewayAddress => new($"http://127.0.0.1:{_gatewayPort}");

    public Uri SimulatorsAddress => new($"http://127.0.0.1:{_simulatorsPort}");

    /// <summary>The owner's connection string, past the proxies.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString)
    {
        Pooling = false, CommandTimeout = 60,
    }.ConnectionString;

    // Its presence keeps the named points armed.
    private string FaultSwitch => Path.Combine(_folder, "faults");

    public static async Task<ChaosSystem> StartAsync(ChaosOptions options)
    {
        var system = new ChaosSystem(options);
        try
        {
            await system.OpenAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on nothing happens at the named points.</summary>
    public void DisarmFaultPoints() => File.Delete(FaultSwitch);

    public HttpClient SimulatorsClient() =>
        new() { BaseAddress = SimulatorsAddress, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Sets a provider's dials; those that are not named are at their defaults.</summary>
    public async Task SetDialsAsync(string provider, JsonObject dials)
    {
        using var client = SimulatorsClient();
        (await client.PutAsJsonAsync($"/_dials/{provider}", dials)).EnsureSuccessStatusCode();
    }

    /// <summary>Waits until payments can be taken.</summary>
    public async Task IsReadyAsync(TimeSpan timeout)
    {
        using var client = new HttpClient { BaseAddress = GatewayAddress, Timeout = TimeSpan.FromSeconds(5) };
        using var simulators = SimulatorsClient();
        await Eventually.HoldsAsync(
            async () => await IsThereAsync(client, "/health/ready") && await IsThereAsync(simulators, "/_health"),
            () => $"everything is ready again. The logs:\n{Log()}",
            timeout);
    }

    /// <summary>The last lines of every process.</summary>
    public string Log() => string.Join(
        '\n',
        Processes.Select(process =>
            $"=== {process.Name}, started {process.Starts} "
            + $"times\n{string.Join('\n', process.Log.Split('\n').TakeLast(60))}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        Gateway?.Dispose();
        Simulators?.Dispose();
        if (Relay is not null)
        {
            await Relay.DisposeAsync();
        }

        if (Clients is not null)
        {
            await Clients.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }

        if (Disk is not null)
        {
            await Disk.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task OpenAsync()
    {
        Disk = await SmallDisk.TryMountAsync(DiskMegabytes);
        Postgres = await PrivateServer.StartAsync(
            Disk is null ? null : Path.Combine(Disk.Folder, "postgres"), PostgresSettings);
        _database = await TestDatabase.CreateEmptyAsync(Postgres.ConnectionString);
        await _database.MigrateAsync();
        Certificates = ClusterFiles.Make(Path.Combine(_folder, "certificates"));
        Clients = new ClientJournal(Path.Combine(_folder, "clients.jsonl"));
        Relay = await WebhookRelay.StartAsync(_relayPort, GatewayAddress, Draws.Of(_options.Seed, "webhooks"));
        await File.WriteAllTextAsync(FaultSwitch, "");

        Simulators = new Supervised("simulators", "Simulators", _ => SimulatorSettings());
        await Simulators.StartAsync();
        for (var number = 1; number <= Deployment.Silos; number++)
        {
            await StartSiloAsync(number);
        }

        Gateway = new Supervised("gateway", Deployment.Gateway, _ => GatewaySettings());
        await Gateway.StartAsync();
        await IsReadyAsync(TimeSpan.FromSeconds(120));
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var merchant in Merchant.All)
        {
            keys[merchant.Name] = await OpenShopAsync(merchant);
        }

        Keys = keys;
    }

    private async Task StartSiloAsync(int number)
    {
        var store = FaultProxy.ToPostgres(_database.AppConnectionString);
        var providers = FaultProxy.To(_simulatorsPort);
        var own = Deployment.SiloSettings(_gatewayPort);
        SiloHost silo = null!;
        var process = new Supervised(
            $"silo {number}", Deployment.Silo, start => SiloSettings(silo, own, (number * 1_000) + start));
        silo = new SiloHost { Process = process, Store = store, Providers = providers };
        _silos.Add(silo);
        await process.StartAsync();
    }

    private Dictionary<string, string> SiloSettings(SiloHost silo, Dictionary<string, string> own, int start)
    {
        var settings = GatewaySettings();
        settings["Cluster__Certificates"] = Certificates.DirectoryOf(ClusterRole.Silo);
        settings["ConnectionStrings__PaymentCluster"] = silo.Store.Through(Pooled(_database.AppConnectionString));
        settings["Vault__MasterKey"] = _masterKey;
        settings["Payments__PublicUrl"] = $"{GatewayAddress}";
        // What waits for clocks and frozen machines is short, so that recovery is over within the run; but the window
        // is long enough for the first status queries to come before "not found" is final.
        settings["Payments__SendWindow"] = "00:00:05";
        settings["Payments__ClockError"] = "00:00:00.500";
        settings["Payments__SweepInterval"] = "00:00:00.200";
        settings["Payments__Lease"] = "00:00:02";
        // At the end the clock jumps by hours, with status queries for hours.
        settings["Payments__StatusQueriesPerMinute"] = "10000000";
        // A few cards and one address pay for everybody, and are declined.
        foreach (var subject in (string[])["Address", "Card", "Customer", "Key", "Server"])
        {
            settings[$"AttemptGuard__{subject}__SlowedAfter"] = "99999";
            settings[$"AttemptGuard__{subject}__BlockedAfter"] = "100000";
            settings[$"AttemptGuard__{subject}__UnderWay"] = "1000000";
        }

        settings["Faults__Seed"] = $"{_options.Seed + start}";
        settings["Faults__Points"] = FaultPoints();
        settings["Faults__While"] = FaultSwitch;
        if (silo.ClockOffset != TimeSpan.Zero)
        {
            settings["Faults__ClockOffset"] = $"{silo.ClockOffset}";
        }

        foreach (var (name, value) in Provider.All.SelectMany(
            provider => provider.Settings(new Uri($"http://127.0.0.1:{silo.Providers.Port}/"))).Concat(own))
        {
            settings[name] = value;
        }

        return settings;
    }

    private Dictionary<string, string> GatewaySettings() => new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_gatewayPort}",
        ["ConnectionStrings__PaymentCluster"] = Pooled(_database.GatewayConnectionString),
        ["Cluster__Certificates"] = Certificates.DirectoryOf(ClusterRole.Gateway),
        ["Gateway__AdminKeyHash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_adminKey))),
        ["Serilog__MinimumLevel__Default"] = "Warning",
    };

    private Dictionary<string, string> SimulatorSettings() => new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_simulatorsPort}",
        ["Simulators__DataDirectory"] = Path.Combine(_folder, "simulators"),
        ["Simulators__Customer__Automatic"] = _options.IsFrictionless ? "true" : "false",
        ["Simulators__Customer__ApprovalDelay"] = "00:00:02.500",
        ["Simulators__Webhooks__RetryBase"] = "00:00:00.500",
    };

    private static string Pooled(string login) =>
        new NpgsqlConnectionStringBuilder(login) { MaxPoolSize = 20 }.ConnectionString;

    // Crashes and pauses alike at each of the points; a pause outlasts the send window.
    private string FaultPoints()
    {
        string[] points =
        [
            "before_intent", "after_intent", "before_send", "after_send", "before_outcome_commit",
            "after_outcome_commit", "before_reply", "before_inbox", "after_inbox",
        ];
        return string.Join(';', points.SelectMany(point => (string[])
        [
            string.Create(CultureInfo.InvariantCulture, $"{point}=crash:{_options.CrashRate}"),
            string.Create(CultureInfo.InvariantCulture, $"{point}=pause:8s:{_options.PauseRate}"),
        ]));
    }

    private async Task<string> OpenShopAsync(Merchant merchant)
    {
        using var administrator = Api(_adminKey);
        await SendAsync(
            administrator,
            HttpMethod.Put,
            $"/api/v1/merchants/{merchant.Name}",
            new JsonObject { ["name"] = merchant.Name });
        var response = await SendAsync(
            administrator,
            HttpMethod.Post,
            $"/api/v1/merchants/{merchant.Name}/keys",
            new JsonObject { ["scope"] = "secret" });
        var key = response.GetProperty("key").GetString()!;
        using var shop = Api(key);
        using var simulators = SimulatorsClient();
        foreach (var provider in Provider.All)
        {
            var webhooks = new Uri($"http://127.0.0.1:{_relayPort}/webhooks/{merchant.Name}/{provider.Name}");
            await SendAsync(
                simulators, HttpMethod.Put, provider.AccountPath(merchant), provider.Account(merchant, webhooks));
            await SendAsync(
                shop, HttpMethod.Put, $"/api/v1/providers/{provider.Name}/credentials", provider.Credentials(merchant));
        }

        return key;
    }

    // Nothing is broken on purpose yet, but the named points are armed, and a cluster may still be making up its mind.
    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, JsonObject body)
    {
        JsonElement responded = default;
        var last = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
                    using var response = await client.SendAsync(request);
                    last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
                    if (response.IsSuccessStatusCode && last.Length > 4)
                    {
                        responded = JsonDocument.Parse(last[4..]).RootElement;
                    }

                    return response.IsSuccessStatusCode;
                }
                catch (Exception exception) when (NetworkFailure.IsSilence(exception))
                {
                    last = exception.Message;
                    return false;
                }
            },
            () => $"{method} {path} succeeds; the last response: {last}",
            TimeSpan.FromSeconds(60));
        return responded;
    }

    private static async Task<bool> IsThereAsync(HttpClient client, string path)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (NetworkFailure.IsSilence(exception))
        {
            return false;
        }
    }

    private HttpClient Api(string key)
    {
        var client = new HttpClient { BaseAddress = GatewayAddress, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
