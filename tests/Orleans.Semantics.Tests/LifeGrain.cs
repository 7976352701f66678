using Orleans.Concurrency;
using Orleans.Storage;

namespace PaymentCluster.Semantics.Tests;

[Alias("semantics-life")]
public interface ILifeGrain : IGrainWithStringKey
{
    [Alias("number")]
    Task<int> Number();

    [Alias("leave")]
    Task LeaveAfter(string gate);

    [Alias("conflict")]
    Task FailWithConflict();

    [Alias("delay")]
    Task Stay(TimeSpan time);

    [Alias("timer")]
    Task StartTimer(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive);

    [Alias("change-timer")]
    Task ChangeTimer(TimeSpan due, TimeSpan period);

    [Alias("stop-timer")]
    Task StopTimer();

    [Alias("gated-timer")]
    Task StartGatedTimer(bool interleave);

    [Alias("failing-timer")]
    Task StartFailingTimer();

    [Alias("hold")]
    Task Hold(string gate);

    [Alias("elsewhere")]
    Task<string> RefusedElsewhere();

    [Alias("probe"), AlwaysInterleave]
    Task Ping();
}

/// <summary>Its probe says <c>refuse</c> to make it fail to activate.</summary>
public sealed class LifeGrain : Grain, ILifeGrain
{
    private readonly int _number = Probe.NextNumber();
    private IGrainTimer? _timer;

    private Probe Probe => Probe.Of(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Probe.Events.TryPeek(out var order) && order == "refuse")
        {
            Probe.Events.TryDequeue(out _);
            throw new RefusedException("It refuses.");
        }

        Probe.Events.Enqueue($"activated {_number}");
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Probe.Events.Enqueue($"deactivating {_number} {reason.ReasonCode}");
        await Task.Delay(20, cancellationToken);
        Probe.Events.Enqueue($"deactivated {_number}");
    }

    public Task<int> Number() => Task.FromResult(_number);

    public async Task LeaveAfter(string gate)
    {
        DeactivateOnIdle();
        await Probe.PassAsync(gate);
    }

    public Task FailWithConflict() => throw new InconsistentStateException("Somebody else has written.");

    public Task Stay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task StartTimer(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive)
    {
        _timer = this.RegisterGrainTimer(
            token =>
            {
                Probe.Events.Enqueue($"tick {TaskScheduler.Current != TaskScheduler.Default}");
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task ChangeTimer(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task StopTimer()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task StartGatedTimer(bool interleave)
    {
        _timer = this.RegisterGrainTimer(static (grain, _) => grain.Probe.PassAsync("tick"), this,
            new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartFailingTimer()
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                Probe.Events.Enqueue("failing tick");
                throw new InvalidOperationException("A tick failed.");
            },
            TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
        return Task.CompletedTask;
    }

    public Task Hold(string gate) => Probe.PassAsync(gate);

    public async Task<string> RefusedElsewhere()
    {
        var refused = new List<string>();
        await Task.Run(() =>
        {
            Try("factory", () => GrainFactory.GetGrain<ILifeGrain>("key/other"));
            Try(
                "timer",
                () => this.RegisterGrainTimer(() => Task.CompletedTask, TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
            Try("delay", () => DelayDeactivation(TimeSpan.FromSeconds(1)));
            Try("key", () => this.GetPrimaryKeyString());
        });
        return string.Join(", ", refused);

        void Try(string name, Action action)
        {
            try
            {
                action();
            }
            catch (InvalidOperationException)
            {
                refused.Add(name);
            }
        }
    }

    public Task Ping() => Task.CompletedTask;
}

[GenerateSerializer, Alias("semantics-refused")]
public sealed class RefusedException(string message) : Exception(message);
