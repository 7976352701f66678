using System.Net;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>A system whose server dies at named points, and is started again whenever it did.</summary>
internal sealed class DyingSystem : RunningSystem
{
    private readonly Func<int, string> _points;
    private readonly string _armed = Path.GetTempFileName();
    private Supervised? _server;

    private DyingSystem(SystemDatabase database, Func<int, string> points)
        : base(database) => _points = points;

    /// <summary>What happened at named points, over all starts.</summary>
    public IEnumerable<string> FaultPoints => _server!.FaultPoints;

    /// <inheritdoc/>
    public override string ServerLog => _server!.Log;

    /// <summary>A system without processes.</summary>
    /// <param name="points">What happens where after the n-th start, from 1: <c>Faults:Points</c>.</param>
    public static async Task<DyingSystem> PrepareAsync(Func<int, string> points) =>
        new(await SystemDatabase.CreateAsync(), points);

    /// <summary>From now on nothing happens at the named points.</summary>
    public void Disarm() => File.Delete(_armed);

    /// <inheritdoc/>
    public override async Task StartServerAsync()
    {
        _server ??= new Supervised("server", "Standalone", SettingsOf);
        await _server.StartAsync();
        using var client = Anonymous();
        await Eventually.HoldsAsync(
            async () => (await client.SendAsync(HttpMethod.Get, "/health/ready"))?.Status == HttpStatusCode.OK,
            () => $"the server gets ready. The log:\n{ServerLog}",
            StartTimeout);
    }

    /// <summary>Ends the server as a power cut would, and starts it again.</summary>
    public async Task RestartServerAsync()
    {
        await _server!.KillAsync();
        await StartServerAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        File.Delete(_armed);
        await base.DisposeAsync();
    }

    private Dictionary<string, string> SettingsOf(int start)
    {
        var settings = ServerSettings(ClusterRole.Silo);
        settings["Faults__Points"] = _points(start);
        settings["Faults__Seed"] = $"{start}";
        settings["Faults__While"] = _armed;
        return settings;
    }
}
