using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Serialization;
using PaymentCluster.Testing;

namespace PaymentCluster.Semantics.Tests;

[Collection(SharedSiloCollection.Name)]
public sealed class CrossingTests(SharedSilo silo)
{
    private readonly string _key = Probe.NewKey();

    private ICrossingGrain Grain => silo.Grains.GetGrain<ICrossingGrain>(_key);

    [Fact]
    public async Task Caller_and_grain_do_not_share_what_either_can_change()
    {
        var box = MakeBox();
        await Grain.Keep(box);
        box.Items.Add("later");
        box.Numbers["a"][0] = 99;
        box.Bytes[0] = 99;
        box.Inner!.Items.Add("later");
        box.Pair.Left.Add(99);
        box.Boxes[0].Items.Add("later");
        box.Hide("later");
        AssertUnchanged(await Grain.Kept());

        // What came back is no part of the grain either.
        var kept = await Grain.Kept();
        kept.Items.Clear();
        kept.Numbers.Clear();
        kept.Hide("later");
        AssertUnchanged(await Grain.Kept());
    }

    [Fact]
    public async Task References_to_one_object_stay_references_to_one_object()
    {
        var box = MakeBox();
        box.Inner!.Inner = box;
        await Grain.Keep(box);
        var kept = await Grain.Kept();
        Assert.NotSame(box, kept);
        Assert.Same(kept, kept.Inner!.Inner);
    }

    [Fact]
    public async Task Bytes_are_copied()
    {
        byte[] bytes = [1, 2, 3];
        byte[] memory = [4, 5, 6];
        var returned = await Grain.KeepBytes(bytes, memory.AsMemory(1));
        bytes[0] = memory[1] = 99;
        Assert.Equal([5, 6], returned);
        Assert.Equal([1, 2, 3], await Grain.KeptBytes());
    }

    [Fact]
    public async Task Immutable_messages_arrive_as_they_are()
    {
        var note = new Note
        {
            Text = "outer",
            Notes = [new Note { Text = "inner" }],
            Numbers = ImmutableDictionary<string, long>.Empty.Add("a", 1),
            At = DateTimeOffset.UnixEpoch,
            Shape = new Circle { Size = 3, Colour = "red" },
        };
        var returned = await Grain.Note(note);
        Assert.Equal("inner", Assert.Single(returned.Notes).Text);
        Assert.Equal(1, returned.Numbers["a"]);
        Assert.Equal(note.At, returned.At);
        Assert.Equal(note.Shape, returned.Shape);
    }

    [Fact]
    public async Task A_type_without_a_serializer_fails_at_the_first_call()
    {
        await FailsAsync(() => Grain.SendObject(new Unsendable()), nameof(Unsendable));
        await FailsAsync(() => Grain.SendObject(new UnsendableRecord()), nameof(UnsendableRecord));
        await FailsAsync(() => Grain.SendObject(new List<Unsendable> { new() }), nameof(Unsendable));
    }

    [Fact]
    public async Task A_result_without_a_serializer_fails() =>
        await FailsAsync(() => Grain.Unsendable(), nameof(Unsendable));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exceptions_reach_the_caller_with_their_type(bool afterAwait)
    {
        var exception = await Assert.ThrowsAsync<RefusedException>(() => Grain.Fail(afterAwait));
        Assert.Equal("It fails.", exception.Message);
    }

    [Fact]
    public async Task The_request_context_travels_with_calls_and_not_back()
    {
        RequestContext.Set("name", "value");
        Assert.Equal("value", await Grain.Context("name"));
        Assert.Equal("value", await Grain.ContextOfOther(Probe.NewKey(), "name"));
        await Grain.SetContext("name", "changed");
        Assert.Equal("value", RequestContext.Get("name"));
        RequestContext.Remove("name");
        Assert.Null(await Grain.Context("name"));
    }

    [Fact]
    public async Task Cancelling_a_call_ends_the_wait_and_tells_the_grain()
    {
        using var cancel = new CancellationTokenSource();
        var call = Grain.Wait("gate", cancel.Token);
        await Probe.Of(_key).SeesAsync("gate entered");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Probe.Of(_key).SeesAsync("gate cancelled");
    }

    [Fact]
    public async Task References_can_be_handed_to_others()
    {
        Assert.True(await Grain.IsSelf(Grain));
        Assert.False(await Grain.IsSelf(silo.Grains.GetGrain<ICrossingGrain>(Probe.NewKey())));
        Assert.Equal(Grain, await Grain.Self());
    }

    private static async Task FailsAsync(Func<Task> call, string type)
    {
        var exception = await Assert.ThrowsAsync<CodecNotFoundException>(call);
        Assert.Contains(type, exception.Message, StringComparison.Ordinal);
    }

    private static Box MakeBox()
    {
        var box = new Box
        {
            Items = ["item"],
            Numbers = new(StringComparer.Ordinal) { ["a"] = [1] },
            Bytes = [1, 2],
            Inner = new Box { Items = ["inner"] },
            Pair = ([1], "right"),
            Boxes = [new Box { Items = ["boxed"] }],
        };
        box.Hide("hidden");
        return box;
    }

    private static void AssertUnchanged(Box box)
    {
        Assert.Equal(["item"], box.Items);
        Assert.Equal([1], box.Numbers["a"]);
        Assert.Equal([1, 2], box.Bytes);
        Assert.Equal(["inner"], box.Inner!.Items);
        Assert.Equal([1], box.Pair.Left);
        Assert.Equal("right", box.Pair.Right);
        Assert.Equal(["boxed"], Assert.Single(box.Boxes).Items);
        Assert.Equal(["hidden"], box.Secret);
    }
}

public sealed class CallFilterTests
{
    [Fact]
    public async Task A_filter_sees_calls_and_may_change_their_results()
    {
        var seen = new List<string>();
        await using var host = await SemanticsHost.StartAsync(silo => silo.AddIncomingGrainCallFilter(async context =>
        {
            if (context.Grain is not CrossingGrain)
            {
                await context.Invoke();
                return;
            }

            seen.Add($"{context.InterfaceName} {context.MethodName} {context.InterfaceMethod.Name} "
                + $"{context.ImplementationMethod.DeclaringType!.Name} {context.TargetId.Key}");
            await context.Invoke();
            if (context.Result is int number)
                context.Result = number + 1;
        }));
        var key = Probe.NewKey();
        Assert.Equal(11, await host.Grains.GetGrain<ICrossingGrain>(key).Double(5));
        Assert.Equal([$"PaymentCluster.Semantics.Tests.ICrossingGrain Double Double CrossingGrain {key}"], seen);
        await Assert.ThrowsAsync<RefusedException>(
            () => host.Grains.GetGrain<ICrossingGrain>(key).Fail(afterAwait: true));
    }

    [Fact]
    public async Task A_filter_may_refuse_a_call()
    {
        await using var host = await SemanticsHost.StartAsync(silo => silo.AddIncomingGrainCallFilter(
            context => context.Grain is CrossingGrain ? throw new RefusedException("No.") : context.Invoke()));
        await Assert.ThrowsAsync<RefusedException>(
            () => host.Grains.GetGrain<ICrossingGrain>(Probe.NewKey()).Double(5));
    }

    [Fact]
    public async Task The_first_filter_is_the_outermost_and_sees_ticks_too()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await SemanticsHost.StartAsync(silo =>
        {
            silo.AddIncomingGrainCallFilter(context => Note(context, "outer"));
            silo.AddIncomingGrainCallFilter(context => Note(context, "inner"));
        });
        await host.Grains.GetGrain<ILifeGrain>(Probe.NewKey()).StartTimer(
            TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        await Eventually.HoldsAsync(() => seen.Count >= 4, "the filters see the call and the tick");
        Assert.Equal(["outer", "inner", "outer", "inner"], seen);

        async Task Note(IIncomingGrainCallContext context, string name)
        {
            if (context.Grain is LifeGrain)
                seen.Enqueue(name);
            await context.Invoke();
        }
    }
}
