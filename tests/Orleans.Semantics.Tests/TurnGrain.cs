using Orleans.Concurrency;

namespace PaymentCluster.Semantics.Tests;

[Alias("semantics-turn")]
public interface ITurnGrain : IGrainWithStringKey
{
    [Alias("number")]
    Task<int> Number();

    [Alias("hold")]
    Task Hold(string gate);

    [Alias("hold-interleaving"), AlwaysInterleave]
    Task HoldInterleaving(string gate);

    [Alias("hold-reading"), ReadOnly]
    Task HoldReading(string gate);

    [Alias("hold-one-way"), OneWay]
    Task HoldOneWay(string gate);

    [Alias("fail-one-way"), OneWay]
    Task FailOneWay();

    [Alias("overlap")]
    Task Overlap();

    [Alias("count-interleaving"), AlwaysInterleave]
    Task<int> CountInterleaving();

    [Alias("comes-back")]
    Task<bool> ContinuesOnOwnScheduler();

    [Alias("hold-other")]
    Task HoldOther(string key, string gate);

    [Alias("add")]
    ValueTask<int> Add(int left, int right);
}

public sealed class TurnGrain : Grain, ITurnGrain
{
    private readonly int _number = Probe.NextNumber();
    private int _count;

    private Probe Probe => Probe.Of(this.GetPrimaryKeyString());

    public Task<int> Number() => Task.FromResult(_number);

    public Task Hold(string gate) => Probe.PassAsync(gate);

    public Task HoldInterleaving(string gate) => Probe.PassAsync(gate);

    public Task HoldReading(string gate) => Probe.PassAsync(gate);

    public Task HoldOneWay(string gate) => Probe.PassAsync(gate);

    public Task FailOneWay()
    {
        Probe.Events.Enqueue("failed");
        throw new InvalidOperationException("Nobody hears of this.");
    }

    public async Task Overlap()
    {
        Probe.Enter();
        await Task.Yield();
        await Task.Run(static () => { });
        Probe.Leave();
    }

    public async Task<int> CountInterleaving()
    {
        for (var i = 0; i < 100; i++)
        {
            // Loses counts if two turns ever run at the same time.
            var seen = _count;
            Thread.SpinWait(20);
            _count = seen + 1;
            await Task.Yield();
        }

        return _count;
    }

    public async Task<bool> ContinuesOnOwnScheduler()
    {
        var own = TaskScheduler.Current;
        await Task.Run(static () => { });
        return own != TaskScheduler.Default && TaskScheduler.Current == own;
    }

    public Task HoldOther(string key, string gate) => GrainFactory.GetGrain<ITurnGrain>(key).Hold(gate);

    public ValueTask<int> Add(int left, int right) => new(left + right);
}

[Alias("semantics-worker")]
public interface IWorkerGrain : IGrainWithStringKey
{
    [Alias("hold")]
    Task<int> Hold(string gate);
}

[StatelessWorker(2)]
public sealed class WorkerGrain : Grain, IWorkerGrain
{
    private readonly int _number = Probe.NextNumber();

    public async Task<int> Hold(string gate)
    {
        await Probe.Of(this.GetPrimaryKeyString()).PassAsync(gate);
        return _number;
    }
}
