using Orleans.Configuration;
using PaymentCluster.Testing;

namespace PaymentCluster.Semantics.Tests;

[Collection(SharedSiloCollection.Name)]
public sealed class TurnTests(SharedSilo silo)
{
    private readonly string _key = Probe.NewKey();

    private ITurnGrain Grain => silo.Grains.GetGrain<ITurnGrain>(_key);

    private Probe Probe => Probe.Of(_key);

    [Fact]
    public async Task A_key_has_one_activation()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Grain.Number())));
        Assert.Single(numbers.Distinct());
    }

    [Fact]
    public async Task Keys_have_activations_of_their_own()
    {
        var other = silo.Grains.GetGrain<ITurnGrain>(Probe.NewKey());
        Assert.NotEqual(await Grain.Number(), await other.Number());
    }

    [Fact]
    public async Task Turns_of_one_grain_never_overlap_across_awaits()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Grain.Overlap()));
        Assert.Equal(1, Probe.MostRunning);
    }

    [Fact]
    public async Task A_call_starts_only_when_the_one_before_it_has_ended()
    {
        var first = Grain.Hold("first");
        await Probe.SeesAsync("first entered");
        var second = Grain.Hold("second");
        var probing = Grain.HoldInterleaving("probe");
        await Probe.SeesAsync("probe entered");
        Assert.DoesNotContain("second entered", Probe.Events);

        Probe.Open("probe");
        Probe.Open("first");
        await Probe.SeesAsync("second entered");
        Probe.Open("second");
        await Task.WhenAll(first, second, probing);
        Assert.True(Probe.Events.ToList().IndexOf("first left") < Probe.Events.ToList().IndexOf("second entered"));
    }

    [Fact]
    public async Task Different_keys_run_at_the_same_time()
    {
        var other = Probe.NewKey();
        var calls = Task.WhenAll(Grain.Hold("own"), silo.Grains.GetGrain<ITurnGrain>(other).Hold("other"));
        await Probe.SeesAsync("own entered");
        await Probe.Of(other).SeesAsync("other entered");
        Probe.Open("own");
        Probe.Of(other).Open("other");
        await calls;
    }

    [Fact]
    public async Task Interleaving_turns_still_run_on_one_thread_at_a_time()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Grain.CountInterleaving()));
        Assert.Equal(51 * 100, await Grain.CountInterleaving());
    }

    [Fact]
    public async Task An_await_comes_back_to_the_grain() => Assert.True(await Grain.ContinuesOnOwnScheduler());

    [Fact]
    public async Task Read_only_calls_run_beside_each_other_and_not_beside_a_writing_one()
    {
        var reading = new[] { Grain.HoldReading("one"), Grain.HoldReading("two") };
        await Probe.SeesAsync("one entered");
        await Probe.SeesAsync("two entered");
        var writing = Grain.Hold("write");
        var probing = Grain.HoldInterleaving("probe");
        await Probe.SeesAsync("probe entered");
        Assert.DoesNotContain("write entered", Probe.Events);

        Probe.Open("probe");
        Probe.Open("one");
        Probe.Open("two");
        await Probe.SeesAsync("write entered");
        var late = Grain.HoldReading("late");
        var probingAgain = Grain.HoldInterleaving("again");
        await Probe.SeesAsync("again entered");
        Assert.DoesNotContain("late entered", Probe.Events);

        foreach (var gate in new[] { "again", "write", "late" })
            Probe.Open(gate);
        await Task.WhenAll([.. reading, writing, probing, late, probingAgain]);
    }

    [Fact]
    public async Task A_writing_call_starts_when_all_read_only_calls_have_ended()
    {
        var first = Grain.HoldReading("first");
        await Probe.SeesAsync("first entered");
        var second = Grain.HoldReading("second");
        await Probe.SeesAsync("second entered");
        var writing = Grain.Hold("write");
        Probe.Open("first");
        await first;
        var probing = Grain.HoldInterleaving("probe");
        await Probe.SeesAsync("probe entered");
        Assert.DoesNotContain("write entered", Probe.Events);

        foreach (var gate in new[] { "second", "probe", "write" })
            Probe.Open(gate);
        await Task.WhenAll(second, probing, writing);
    }

    [Fact]
    public async Task A_one_way_call_does_not_wait_for_the_grain()
    {
        await Grain.HoldOneWay("one way");
        await Probe.SeesAsync("one way entered");
        Assert.DoesNotContain("one way left", Probe.Events);
        Probe.Open("one way");
        await Probe.SeesAsync("one way left");
    }

    [Fact]
    public async Task The_failure_of_a_one_way_call_stays_with_the_grain()
    {
        await Grain.FailOneWay();
        await Probe.SeesAsync("failed");
        Assert.True(await Grain.Number() > 0);
    }

    [Fact]
    public async Task A_grain_method_may_return_a_value_task() => Assert.Equal(5, await Grain.Add(2, 3));

    [Fact]
    public async Task A_reference_serves_any_thread_and_equals_others_to_the_same_grain()
    {
        var reference = Grain;
        var numbers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => reference.Number())));
        Assert.Single(numbers.Distinct());
        Assert.Equal(reference, Grain);
        Assert.NotEqual(reference, silo.Grains.GetGrain<ITurnGrain>(Probe.NewKey()));
        Assert.Equal(_key, reference.GetPrimaryKeyString());
    }

    [Fact]
    public async Task A_stateless_worker_has_as_many_activations_as_it_may_and_no_more()
    {
        var worker = silo.Grains.GetGrain<IWorkerGrain>(_key);
        var held = new[] { worker.Hold("one"), worker.Hold("two"), worker.Hold("three") };
        await Eventually.HoldsAsync(() => Probe.Events.Count(what => what.EndsWith("entered", StringComparison.Ordinal)) >= 2,
            "two workers start");
        Assert.Equal(2, Probe.Events.Count(what => what.EndsWith("entered", StringComparison.Ordinal)));
        foreach (var gate in new[] { "one", "two", "three" })
            Probe.Open(gate);
        Assert.Equal(2, (await Task.WhenAll(held)).Distinct().Count());
    }
}

public sealed class CallTimeoutTests
{
    private static Task<SemanticsHost> StartAsync() => SemanticsHost.StartAsync(
        silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(1)));

    [Fact]
    public async Task A_call_without_an_answer_times_out_and_the_callee_goes_on()
    {
        await using var host = await StartAsync();
        var (caller, callee) = (Probe.NewKey(), Probe.NewKey());
        await Assert.ThrowsAsync<TimeoutException>(
            () => host.Grains.GetGrain<ITurnGrain>(caller).HoldOther(callee, "slow"));
        Assert.Equal(["slow entered"], Probe.Of(callee).Events);
        Probe.Of(callee).Open("slow");
        await Probe.Of(callee).SeesAsync("slow left");
    }

    [Fact]
    public async Task A_call_that_timed_out_before_it_started_never_starts()
    {
        await using var host = await StartAsync();
        var callee = Probe.NewKey();
        var first = host.Grains.GetGrain<ITurnGrain>(Probe.NewKey()).HoldOther(callee, "first");
        await Probe.Of(callee).SeesAsync("first entered");
        await Assert.ThrowsAsync<TimeoutException>(
            () => host.Grains.GetGrain<ITurnGrain>(Probe.NewKey()).HoldOther(callee, "second"));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Probe.Of(callee).Open("first");
        await AnswersAsync(host, callee);
        Assert.DoesNotContain("second entered", Probe.Of(callee).Events);
    }

    [Fact]
    public async Task A_grain_that_waits_for_a_call_to_itself_waits_until_the_timeout()
    {
        await using var host = await StartAsync();
        var key = Probe.NewKey();
        Probe.Of(key).Open("self");
        await Assert.ThrowsAsync<TimeoutException>(() => host.Grains.GetGrain<ITurnGrain>(key).HoldOther(key, "self"));
        await AnswersAsync(host, key);
    }

    // The short timeout is for the calls that are held up; this one only must be answered at last, however busy the machine.
    private static Task AnswersAsync(SemanticsHost host, string key) => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                return await host.Grains.GetGrain<ITurnGrain>(key).Number() > 0;
            }
            catch (TimeoutException)
            {
                return false;
            }
        },
        () => $"the grain {key} answers again");
}
