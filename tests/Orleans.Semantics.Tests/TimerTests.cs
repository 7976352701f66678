using PaymentCluster.Testing;

namespace PaymentCluster.Semantics.Tests;

[Collection(SharedSiloCollection.Name)]
public sealed class TimerTests(SharedSilo silo)
{
    private readonly string _key = Probe.NewKey();

    private ILifeGrain Grain => silo.Grains.GetGrain<ILifeGrain>(_key);

    private Probe Probe => Probe.Of(_key);

    [Fact]
    public async Task A_timer_ticks_in_turns_of_its_grain_until_it_is_stopped()
    {
        await Grain.StartTimer(
            TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10), interleave: false, keepAlive: false);
        await Eventually.HoldsAsync(() => Ticks() >= 3, "the timer ticks three times");
        await Grain.StopTimer();
        var ticks = Ticks();
        var other = silo.Grains.GetGrain<ILifeGrain>(Probe.NewKey());
        await other.StartTimer(
            TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        await Probe.Of(other.GetPrimaryKeyString()).SeesAsync("tick True");
        Assert.Equal(ticks, Ticks());
        Assert.DoesNotContain("tick False", Probe.Events);
    }

    [Fact]
    public async Task A_tick_waits_for_the_call_that_runs()
    {
        await Grain.Number();
        var holding = Grain.Hold("call");
        await Probe.SeesAsync("call entered");
        Probe.Open("call");
        await holding;
        await Grain.StartGatedTimer(interleave: false);
        await Probe.SeesAsync("tick entered");
        var waiting = Grain.Hold("late");
        await Grain.Ping();
        Assert.DoesNotContain("late entered", Probe.Events);
        Probe.Open("late");
        Probe.Open("tick");
        await waiting;
        Assert.True(Probe.Events.ToList().IndexOf("tick left") < Probe.Events.ToList().IndexOf("late entered"));
    }

    [Fact]
    public async Task A_call_runs_during_the_tick_of_an_interleaving_timer()
    {
        await Grain.StartGatedTimer(interleave: true);
        await Probe.SeesAsync("tick entered");
        Probe.Open("call");
        await Grain.Hold("call");
        Assert.DoesNotContain("tick left", Probe.Events);
        Probe.Open("tick");
        await Probe.SeesAsync("tick left");
    }

    [Fact]
    public async Task A_timer_goes_on_after_a_tick_that_failed()
    {
        await Grain.StartFailingTimer();
        await Eventually.HoldsAsync(
            () => Probe.Events.Count(what => what == "failing tick") >= 2, "the timer ticks again");
        await Grain.StopTimer();
    }

    [Fact]
    public async Task A_timer_that_was_changed_fires_at_its_new_time()
    {
        await Grain.StartTimer(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        Assert.Equal(0, Ticks());
        await Grain.ChangeTimer(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        await Probe.SeesAsync("tick True");
    }

    private int Ticks() => Probe.Events.Count(what => what.StartsWith("tick", StringComparison.Ordinal));
}
