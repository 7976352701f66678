using System.Net;
using Npgsql;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Cluster.Tests;

/// <summary>
/// The whole system as ./run starts it for a cluster: simulators, silos and a gateway, each a process of its own, which
/// find each other through the membership table.
/// </summary>
internal sealed class RunningCluster : RunningSystem
{
    // Calls that are processed without a response, and connections that break before and after the request was
    // processed; slow enough for much to be under way at any time.
    private static readonly object SomeAreLost = new
    {
        seed = 7,
        latency_ms = 200,
        charge_then_timeout = 0.05,
        reset = 0.05,
        reset_after = 0.05,
        hold_ms = 3000,
    };

    private const int Active = 3;
    private const int Dead = 6;

    // Some seconds, by the silos' own settings; this is for a machine that has other work, too.
    private static readonly TimeSpan EvictionTimeout = TimeSpan.FromSeconds(90);

    private readonly int _atStart;
    private readonly NpgsqlDataSource _membership;

    // Replaced, never changed: a test that fails while a silo starts reads the logs of all.
    private volatile RunningSilo[] _silos = [];

    private RunningCluster(SystemDatabase database, int silos)
        : base(database)
    {
        _atStart = silos;
        _membership = NpgsqlDataSource.Create(Database);
    }

    /// <summary>The silos in the order of their starts, those that ended included.</summary>
    public IReadOnlyList<RunningSilo> Silos => _silos;

    /// <inheritdoc/>
    public override string ServerLog => string.Join(
        '\n',
        [
            base.ServerLog,
            .. _silos.Select((silo, index) => $"Silo {index + 1}:\n{silo.Process.Output}\n{silo.Process.Errors}"),
        ]);

    /// <summary>A cluster without processes.</summary>
    /// <param name="silos">How many start with it.</param>
    public static async Task<RunningCluster> PrepareAsync(int silos) => new(await SystemDatabase.CreateAsync(), silos);

    /// <summary>A cluster without processes on a database that is there, and is removed with it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="silos">How many start with it.</param>
    public static RunningCluster PrepareOn(SystemDatabase database, int silos) => new(database, silos);

    /// <summary>A cluster without processes and without a schema.</summary>
    /// <param name="silos">How many start with it.</param>
    public static async Task<RunningCluster> PrepareEmptyAsync(int silos) =>
        new(await SystemDatabase.CreateEmptyAsync(), silos);

    /// <summary>Starts the silos and the gateway, and waits until payments can be taken.</summary>
    public override async Task StartServerAsync()
    {
        for (var silo = 0; silo < _atStart; silo++)
        {
            StartSilo();
        }

        await AreActiveAsync(_atStart);
        await StartServerAsync("Gateway.Api", ClusterRole.Gateway);
    }

    /// <summary>Starts as many silos as at first, under other addresses, and the gateway, and waits until it is
    /// ready; not until the members of before are gone.</summary>
    public Task StartAgainAsync()
    {
        for (var silo = 0; silo < _atStart; silo++)
        {
            StartSilo();
        }

        return StartServerAsync("Gateway.Api", ClusterRole.Gateway);
    }

    /// <summary>Lets processes that start from now on connect without certificates, as they may in
    /// Development.</summary>
    public void SpeakClearText()
    {
        Settings["DOTNET_ENVIRONMENT"] = "Development";
        Settings["ASPNETCORE_ENVIRONMENT"] = "Development";
        Settings["Cluster__ClearText"] = "true";
        Settings["Cluster__Certificates"] = "";
    }

    /// <summary>Starts a gateway, and does not wait.</summary>
    public HostProcess StartGateway() => HostProcess.Start(
        "Gateway.Api", ServerSettings(ClusterRole.Gateway), ServerStart);

    /// <summary>Starts one more silo, and does not wait.</summary>
    public void StartSilo()
    {
        var settings = ServerSettings(ClusterRole.Silo);
        settings["Silo__Address"] = "127.0.0.1";
        _silos =
        [
            .. _silos,
            new RunningSilo(HostProcess.Start("Silo", settings, ServerStart), int.Parse(settings["Silo__Port"], null))
            {
                GatewayPort = int.Parse(settings["Silo__GatewayPort"], null),
            },
        ];
    }

    /// <summary>Stops the gateway, as an operator does, and starts another in its place.</summary>
    public async Task ReplaceGatewayAsync()
    {
        Assert.Equal(0, await StopServerAsync());
        await StartServerAsync("Gateway.Api", ClusterRole.Gateway);
    }

    /// <summary>Waits until so many silos are members.</summary>
    public Task AreActiveAsync(int count) => Eventually.HoldsAsync(
        async () => await CountAsync("status = $1", Active) == count,
        () => $"{count} silos are active. The log:\n{ServerLog}",
        EvictionTimeout);

    /// <summary>Waits until the others have declared the silo dead.</summary>
    public Task IsEvictedAsync(RunningSilo silo) => Eventually.HoldsAsync(
        async () => await CountAsync("status = $1 AND port = $2", Dead, silo.Port) == 1,
        () => $"the other silos declare the one on port {silo.Port} dead. The log:\n{ServerLog}",
        EvictionTimeout);

    /// <summary>Opens with a provider that is slow and loses some requests and responses, and with short waits for what
    /// is lost, so that recovery is over within the test. Customers pay automatically.</summary>
    public async Task OpenWithLossesAsync()
    {
        Settings["Payments__SendWindow"] = "00:00:02";
        Settings["Payments__ClockError"] = "00:00:00.500";
        Settings["Payments__SweepInterval"] = "00:00:00.200";
        Settings["Payments__Lease"] = "00:00:02";
        Settings["Connectors__Razorpay__VisibilityWindow"] = "00:00:01";
        Settings["Connectors__Razorpay__Timeout"] = "00:00:02";
        await OpenAsync();
        using var simulators = Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        await simulators.PutAsync("/_dials/razorpay", SomeAreLost);
    }

    /// <summary>Sends an order until it is accepted: on a busy machine the first requests may be unavailable.</summary>
    public async Task AcceptsAsync(string order)
    {
        using var shop = Shop();
        ApiResponse? last = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await shop.SendAsync(
                    HttpMethod.Post,
                    "/api/v1/payments",
                    new { order_id = order, amount = 50_000, currency = "INR", method = "upi" });
                return last?.Status is HttpStatusCode.Accepted or HttpStatusCode.OK;
            },
            () => $"{order} is accepted; the last response: {last}. The log:\n{ServerLog}",
            EvictionTimeout);
    }

    /// <summary>Waits until all payments are final, and fails unless the provider's books agree with them.</summary>
    public async Task AgreeAsync(ApiClient shop, ApiClient simulators, IReadOnlyCollection<Accepted> accepted)
    {
        foreach (var payment in accepted)
        {
            ApiResponse? last = null;
            await Eventually.HoldsAsync(
                async () => (last = await shop.SendAsync(HttpMethod.Get, $"/api/v1/payments/{payment.Id}")) is
                {
                    Status: HttpStatusCode.OK,
                } && Books.IsAtItsEnd(last.Json),
                () => $"{payment} is final; it stands at {last}. The log:\n{ServerLog}",
                EvictionTimeout);
        }

        await Books.AgreeAsync(this, simulators, shop, accepted, []);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            silo.Process.Dispose();
        }

        await _membership.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<long> CountAsync(string condition, params int[] values)
    {
        await using var command = _membership.CreateCommand(
            $"SELECT count(*) FROM orleansmembershiptable WHERE {condition}");
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return (long)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>One silo: its process, and the port that it is known by.</summary>
internal sealed record RunningSilo(HostProcess Process, int Port)
{
    /// <summary>The port that gateways connect to.</summary>
    public required int GatewayPort { get; init; }
}
