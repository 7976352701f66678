using System.Collections.Concurrent;
using PaymentCluster.Testing;

namespace PaymentCluster.Semantics.Tests;

/// <summary>What a test and a grain share outside of calls: silo and tests live in one process in both
/// flavours.</summary>
internal sealed class Probe
{
    private static readonly ConcurrentDictionary<string, Probe> Probes = new(StringComparer.Ordinal);
    private static int _numbers;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);
    private int _running;
    private int _mostRunning;

    public ConcurrentQueue<string> Events { get; } = new();

    public int MostRunning => _mostRunning;

    public static Probe Of(string key) => Probes.GetOrAdd(key, _ => new Probe());

    public static int NextNumber() => Interlocked.Increment(ref _numbers);

    /// <summary>A key that no other test uses.</summary>
    public static string NewKey() => $"key/{NextNumber()}";

    public void Enter()
    {
        var running = Interlocked.Increment(ref _running);
        int most;
        while ((most = _mostRunning) < running && Interlocked.CompareExchange(ref _mostRunning, running, most) != most)
        {
        }
    }

    public void Leave() => Interlocked.Decrement(ref _running);

    /// <summary>A grain says that it came here, and goes on once the test opens the gate.</summary>
    public async Task PassAsync(string gate)
    {
        Events.Enqueue($"{gate} entered");
        await Gate(gate).Task;
        Events.Enqueue($"{gate} left");
    }

    public void Open(string gate) => Gate(gate).TrySetResult();

    public Task SeesAsync(string what) =>
        Eventually.HoldsAsync(() => Events.Contains(what), $"'{what}' is seen");

    private TaskCompletionSource Gate(string gate) =>
        _gates.GetOrAdd(gate, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>The silo that tests without wishes share.</summary>
public sealed class SharedSilo : IAsyncLifetime
{
    private SemanticsHost? _host;

    internal IGrainFactory Grains => _host!.Grains;

    public async Task InitializeAsync() => _host = await SemanticsHost.StartAsync();

    public async Task DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedSiloCollection : ICollectionFixture<SharedSilo>
{
    public const string Name = "Shared silo";
}
