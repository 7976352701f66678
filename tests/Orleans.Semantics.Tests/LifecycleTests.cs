using Orleans.Configuration;
using Orleans.Storage;

namespace PaymentCluster.Semantics.Tests;

[Collection(SharedSiloCollection.Name)]
public sealed class LifecycleTests(SharedSilo silo)
{
    private readonly string _key = Probe.NewKey();

    private ILifeGrain Grain => silo.Grains.GetGrain<ILifeGrain>(_key);

    private Probe Probe => Probe.Of(_key);

    [Fact]
    public async Task A_grain_that_cannot_activate_fails_its_callers_and_is_tried_again()
    {
        Probe.Events.Enqueue("refuse");
        var exception = await Assert.ThrowsAsync<RefusedException>(() => Grain.Number());
        Assert.Equal("It refuses.", exception.Message);
        var number = await Grain.Number();
        Assert.Equal([$"activated {number}"], Probe.Events);
    }

    [Fact]
    public async Task After_DeactivateOnIdle_calls_go_to_a_fresh_activation_once_the_old_one_has_gone()
    {
        var old = await Grain.Number();
        var leaving = Grain.LeaveAfter("gate");
        await Probe.SeesAsync("gate entered");
        var waiting = Grain.Number();
        Probe.Open("gate");
        await leaving;
        var fresh = await waiting;
        Assert.NotEqual(old, fresh);
        Assert.Equal(
            [$"activated {old}", "gate entered", "gate left", $"deactivating {old} ApplicationRequested", $"deactivated {old}", $"activated {fresh}"],
            Probe.Events);
    }

    [Fact]
    public async Task A_conflict_that_escapes_deactivates_the_grain()
    {
        var old = await Grain.Number();
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.FailWithConflict());
        Assert.NotEqual(old, await Grain.Number());
        Assert.Contains($"deactivating {old} ApplicationError", Probe.Events);
    }

    [Fact]
    public async Task Factory_and_timers_are_refused_outside_of_the_grains_turns() =>
        Assert.Equal("factory, timer", await Grain.RefusedElsewhere());
}

public sealed class CollectionTests
{
    private static Task<SemanticsHost> StartAsync() => SemanticsHost.StartAsync(
        silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            // Long enough that a busy machine comes to tick before it.
            options.CollectionQuantum = TimeSpan.FromMilliseconds(200);
            options.CollectionAge = TimeSpan.FromSeconds(2);
        }));

    [Fact]
    public async Task An_idle_grain_leaves_and_ticks_of_an_ordinary_timer_do_not_keep_it()
    {
        await using var host = await StartAsync();
        var key = Probe.NewKey();
        var grain = host.Grains.GetGrain<ILifeGrain>(key);
        var number = await grain.Number();
        await grain.StartTimer(
            TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), interleave: false, keepAlive: false);
        await Probe.Of(key).SeesAsync($"deactivated {number}");
        Assert.Contains($"deactivating {number} ActivationIdle", Probe.Of(key).Events);
        Assert.Contains("tick True", Probe.Of(key).Events);
        Assert.NotEqual(number, await grain.Number());
    }

    [Fact]
    public async Task A_grain_stays_that_delays_its_leave_or_has_a_timer_that_keeps_it()
    {
        await using var host = await StartAsync();
        var (staying, ticking, leaving) = (Probe.NewKey(), Probe.NewKey(), Probe.NewKey());
        await host.Grains.GetGrain<ILifeGrain>(staying).Stay(TimeSpan.FromMinutes(10));
        await host.Grains.GetGrain<ILifeGrain>(ticking).StartTimer(
            TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), interleave: false, keepAlive: true);

        // By the time that two others in a row have come and gone, these two would have gone too.
        for (var i = 0; i < 2; i++)
        {
            var number = await host.Grains.GetGrain<ILifeGrain>(leaving).Number();
            await Probe.Of(leaving).SeesAsync($"deactivated {number}");
        }

        Assert.DoesNotContain(Probe.Of(staying).Events.Concat(Probe.Of(ticking).Events),
            what => what.StartsWith("deactivating", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_silo_that_stops_lets_its_grains_leave()
    {
        var key = Probe.NewKey();
        int number;
        await using (var host = await SemanticsHost.StartAsync())
            number = await host.Grains.GetGrain<ILifeGrain>(key).Number();
        Assert.Equal(
            [$"activated {number}", $"deactivating {number} ShuttingDown", $"deactivated {number}"],
            Probe.Of(key).Events);
    }
}
