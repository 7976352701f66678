using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Hosting.Clustering;

namespace PaymentCluster.Testing.Systems;

/// <summary>
/// The whole system as ./run starts it: simulators and the single process, on a database and in folders of their own,
/// with the merchant <c>shop</c>, whose provider is the simulated Razorpay. Processes can be killed and started again;
/// data stays. A cluster is one whose server is made of several processes.
/// </summary>
public class RunningSystem : IAsyncDisposable
{
    /// <summary>The shop's key at Razorpay.</summary>
    public const string RazorpayKeyId = "rzp_test_shop";

    /// <summary>The key's secret.</summary>
    public const string RazorpaySecret = "the-secret-of-the-shop";

    /// <summary>The secret of the shop's webhooks from Razorpay.</summary>
    public const string WebhookSecret = "the-webhook-secret-of-the-shop";

    // A start takes seconds; here it is waited for beside whatever else a machine does.
    protected static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("paymentcluster-system-").FullName;
    private readonly string _adminKey = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    private readonly SystemDatabase _database;
    private readonly ClusterFiles _certificates;
    private readonly int _port = Ports.Free();
    private readonly int _managementPort = Ports.Free();
    private readonly int _simulatorsPort = Ports.Free();
    private HostProcess? _server;
    private HostProcess? _simulators;
    private string? _shopKey;

    protected RunningSystem(SystemDatabase database) =>
        (_database, _certificates) = (database, ClusterFiles.Make(Path.Combine(_folder, "certificates")));

    /// <summary>Further settings of the server, by their names in the environment; they count from the next
    /// start.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether gateways get the login that silos have, as those of earlier builds do.</summary>
    public bool GatewaysHaveSilosLogin { get; set; }

    /// <summary>What the server wrote to standard output and standard error since it was last started.</summary>
    public virtual string ServerLog => $"{_server?.Output}\n{_server?.Errors}";

    /// <summary>The owner's connection string, for looking at what is stored.</summary>
    public string Database => _database.Owner;

    /// <summary>A client of the management port, signed in as an operator.</summary>
    public HttpClient Operator() => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_managementPort}"),
        DefaultRequestHeaders =
        {
            Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"ops:{_adminKey}"))),
        },
    };

    /// <summary>A system without processes.</summary>
    /// <param name="database">Its database; null for one on the server that ./test starts.</param>
    public static async Task<RunningSystem> PrepareAsync(SystemDatabase? database = null) =>
        new(database ?? await SystemDatabase.CreateAsync());

    /// <summary>A system without processes and without a schema.</summary>
    public static async Task<RunningSystem> PrepareEmptyAsync() => new(await SystemDatabase.CreateEmptyAsync());

    /// <summary>Runs the command <c>migrate</c> as an operator does, and waits for its end.</summary>
    /// <param name="owner">The owner's connection string; this system's unless stated.</param>
    /// <param name="build">Whose migrations; this checkout's unless stated.</param>
    public async Task<HostProcess> MigrateAsync(string? owner = null, HostStart? build = null)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__PaymentClusterOwner"] = owner ?? _database.Owner,
        };
        var migrate = HostProcess.Start(
            "Silo", settings, (build ?? new HostStart()) with { Arguments = ["migrate"] });
        await migrate.ExitAsync(StartTimeout);
        return migrate;
    }

    /// <summary>A system that is ready, with its merchant.</summary>
    public static async Task<RunningSystem> StartAsync()
    {
        var system = await PrepareAsync();
        await system.OpenAsync();
        return system;
    }

    /// <summary>Starts the processes, waits until they are ready, and makes the merchant.</summary>
    public async Task OpenAsync()
    {
        await StartSimulatorsAsync();
        await StartServerAsync();
        await MakeShopAsync();
    }

    /// <summary>Starts the simulators, and waits until they respond.</summary>
    public async Task StartSimulatorsAsync()
    {
        _simulators = HostProcess.Start("Simulators", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_simulatorsPort}",
            ["Simulators__DataDirectory"] = SimulatorsFolder,
        });
        using var client = Simulators();
        await ReadyAsync(_simulators, client, "/_health", "The simulators");
    }

    /// <summary>Starts the server, and waits until it can take payments.</summary>
    public virtual Task StartServerAsync() => StartServerAsync("Standalone", ClusterRole.Silo);

    /// <summary>Ends the server as a power cut would.</summary>
    public Task KillServerAsync() => _server!.KillAsync();

    /// <summary>Signals the server to stop, and returns its exit code.</summary>
    public async Task<int> StopServerAsync()
    {
        await _server!.SignalStopAsync();
        return await _server.ExitAsync(TimeSpan.FromSeconds(45));
    }

    /// <summary>Ends the simulators as a power cut would.</summary>
    public Task KillSimulatorsAsync() => _simulators!.KillAsync();

    /// <summary>The API with the shop's secret key.</summary>
    public ApiClient Shop() => Client(_port, _shopKey);

    /// <summary>The API with the administrator's key.</summary>
    public ApiClient Administrator() => Client(_port, _adminKey);

    /// <summary>The API without a key.</summary>
    public ApiClient Anonymous() => Client(_port, null);

    /// <summary>The simulators' own calls: journal, dials, accounts.</summary>
    public ApiClient Simulators() => Client(_simulatorsPort, null);

    /// <summary>The simulated providers, for direct calls.</summary>
    public HttpClient SimulatorsHttp() => new() { BaseAddress = new Uri($"http://127.0.0.1:{_simulatorsPort}") };

    /// <summary>The API for direct calls, to read headers and streams.</summary>
    /// <param name="key">The API key; null for none.</param>
    public HttpClient Http(string? key)
    {
        // The caller disposes of the client, and the client of its handler.
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{_port}"),
        };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>The certificates of its processes.</summary>
    public ClusterFiles Certificates => _certificates;

    /// <summary>Where the simulators keep their books.</summary>
    public string SimulatorsFolder => Path.Combine(_folder, "simulators");

    /// <summary>How the server is started the next time.</summary>
    public HostStart ServerStart { get; set; } = new();

    /// <summary>The server as it was last started; null before that.</summary>
    public HostProcess? Server => _server;

    /// <summary>Where a provider tells the shop what happened.</summary>
    public string WebhookUrl(string provider) => $"http://127.0.0.1:{_port}/webhooks/shop/{provider}";

    /// <summary>The shop's secret key.</summary>
    public string? ShopKey => _shopKey;

    /// <summary>Starts the server with the settings, and does not wait.</summary>
    public HostProcess StartServer() => HostProcess.Start(
        "Standalone", ServerSettings(ClusterRole.Silo), ServerStart);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _simulators?.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the process that serves the API, and waits until it accepts payments.</summary>
    protected async Task StartServerAsync(string project, ClusterRole role)
    {
        _server = HostProcess.Start(project, ServerSettings(role), ServerStart);
        using var client = Anonymous();
        await ReadyAsync(_server, client, "/health/ready", "The server");
    }

    /// <summary>The settings of each process of the server, with ports of its own for a silo.</summary>
    /// <param name="role">What the process is; Standalone is a silo, with a gateway within it.</param>
    protected Dictionary<string, string> ServerSettings(ClusterRole role)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}",
            ["ConnectionStrings__PaymentCluster"] =
                role == ClusterRole.Silo || GatewaysHaveSilosLogin ? _database.App : _database.Gateway,
            ["Gateway__AdminKeyHash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_adminKey))),
            ["Connectors__Razorpay__BaseUrl"] = $"http://127.0.0.1:{_simulatorsPort}/",
            ["Connectors__Paytm__BaseUrl"] = $"http://127.0.0.1:{_simulatorsPort}/paytm",
            ["Connectors__Paytm__AccountsUrl"] = $"http://127.0.0.1:{_simulatorsPort}/paytm",
            ["Connectors__Juspay__BaseUrl"] = $"http://127.0.0.1:{_simulatorsPort}/juspay",
            ["Connectors__PayU__BaseUrl"] = $"http://127.0.0.1:{_simulatorsPort}/payu",
            ["Connectors__PayU__CommandUrl"] = $"http://127.0.0.1:{_simulatorsPort}/payu",
            ["Connectors__AmazonPay__BaseUrl"] = $"http://127.0.0.1:{_simulatorsPort}/amazonpay",
            ["Connectors__AmazonPay__CertificateUrl"] = $"http://127.0.0.1:{_simulatorsPort}/",
            ["Gateway__ManagementUrl"] = $"http://127.0.0.1:{_managementPort}",
            ["Gateway__DemoMerchant"] = "shop",
            ["Payments__PublicUrl"] = $"http://127.0.0.1:{_port}",
            ["Silo__Port"] = $"{Ports.Free()}",
            ["Silo__GatewayPort"] = $"{Ports.Free()}",
            ["Cluster__Certificates"] = _certificates.DirectoryOf(role),
        };
        if (role == ClusterRole.Silo)
        {
            settings["ConnectionStrings__PaymentClusterVault"] = _database.Vault;
            settings["Vault__MasterKeyFile"] = MasterKeyFile();
        }

        foreach (var (name, value) in Settings)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static ApiClient Client(int port, string? key) =>
        new(
            new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) },
            key);

    private static async Task ReadyAsync(HostProcess process, ApiClient client, string path, string name)
    {
        ApiResponse? last = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.False(process.HasExited, $"{name} ended while starting:\n{process.Output}\n{process.Errors}");
                last = await client.SendAsync(HttpMethod.Get, path);
                return last?.Status == HttpStatusCode.OK;
            },
            () => $"{name} got ready; the last response: {last}. The log:\n{process.Output}\n{process.Errors}",
            StartTimeout);
    }

    private async Task MakeShopAsync()
    {
        using var simulators = Simulators();
        await simulators.PutAsync($"/_accounts/razorpay/{RazorpayKeyId}", new
        {
            key_secret = RazorpaySecret,
            webhook_url = WebhookUrl("razorpay"),
            webhook_secret = WebhookSecret,
        });
        using var administrator = Administrator();
        await administrator.CallUntilTakenAsync(HttpMethod.Put, "/api/v1/merchants/shop", new { name = "Shop" });
        var key = await administrator.CallUntilTakenAsync(
            HttpMethod.Post, "/api/v1/merchants/shop/keys", new { scope = "secret" });
        _shopKey = key.GetProperty("key").GetString();
        using var shop = Shop();
        await shop.CallUntilTakenAsync(HttpMethod.Put, "/api/v1/providers/razorpay/credentials", new
        {
            key_id = RazorpayKeyId,
            key_secret = RazorpaySecret,
            webhook_secret = WebhookSecret,
        });
    }

    private string MasterKeyFile()
    {
        var file = Path.Combine(_folder, "master.key");
        if (!File.Exists(file))
        {
            var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, open);
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }

        return file;
    }
}
