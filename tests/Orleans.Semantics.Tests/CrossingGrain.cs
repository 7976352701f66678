using System.Collections.Immutable;

namespace PaymentCluster.Semantics.Tests;

[GenerateSerializer, Alias("semantics-box")]
public sealed class Box
{
    [Id(0)]
    private readonly List<string> _secret = [];

    [Id(1)]
    public List<string> Items { get; set; } = [];

    [Id(2)]
    public Dictionary<string, int[]> Numbers { get; set; } = [];

    [Id(3)]
    public byte[] Bytes { get; set; } = [];

    [Id(4)]
    public Box? Inner { get; set; }

    [Id(5)]
    public (List<int> Left, string Right) Pair { get; set; } = ([], "");

    [Id(6)]
    public ImmutableArray<Box> Boxes { get; set; } = [];

    public IReadOnlyList<string> Secret => _secret;

    public void Hide(string secret) => _secret.Add(secret);
}

[GenerateSerializer, Immutable, Alias("semantics-note")]
public sealed record Note
{
    [Id(0)]
    public required string Text { get; init; }

    [Id(1)]
    public ImmutableArray<Note> Notes { get; init; } = [];

    [Id(2)]
    public ImmutableDictionary<string, long> Numbers { get; init; } = ImmutableDictionary<string, long>.Empty;

    [Id(3)]
    public DateTimeOffset? At { get; init; }

    [Id(4)]
    public ShapeBase? Shape { get; init; }
}

[GenerateSerializer, Immutable, Alias("semantics-shape")]
public abstract record ShapeBase
{
    [Id(0)]
    public required int Size { get; init; }
}

[GenerateSerializer, Immutable, Alias("semantics-circle")]
public sealed record Circle : ShapeBase
{
    [Id(0)]
    public required string Colour { get; init; }
}

/// <summary>Nobody may send it.</summary>
public sealed class Unsendable
{
    public string Text { get; set; } = "";
}

[Immutable]
public sealed record UnsendableRecord
{
    public string Text { get; init; } = "";
}

[Alias("semantics-crossing")]
public interface ICrossingGrain : IGrainWithStringKey
{
    [Alias("keep")]
    Task Keep(Box box);

    [Alias("kept")]
    Task<Box> Kept();

    [Alias("bytes")]
    Task<byte[]> KeepBytes(byte[] bytes, ReadOnlyMemory<byte> memory);

    [Alias("kept-bytes")]
    Task<byte[]> KeptBytes();

    [Alias("note")]
    Task<Note> Note(Note note);

    [Alias("object")]
    Task<object?> SendObject(object? value);

    [Alias("unsendable-result")]
    Task<object> Unsendable();

    [Alias("fail")]
    Task Fail(bool afterAwait);

    [Alias("context")]
    Task<string?> Context(string name);

    [Alias("context-of-other")]
    Task<string?> ContextOfOther(string key, string name);

    [Alias("set-context")]
    Task SetContext(string name, string value);

    [Alias("wait")]
    Task Wait(string gate, CancellationToken token);

    [Alias("is-self")]
    Task<bool> IsSelf(ICrossingGrain grain);

    [Alias("self")]
    Task<ICrossingGrain> Self();

    [Alias("double")]
    Task<int> Double(int value);
}

public sealed class CrossingGrain : Grain, ICrossingGrain
{
    private Box _box = new();
    private byte[] _bytes = [];

    private Probe Probe => Probe.Of(this.GetPrimaryKeyString());

    public Task Keep(Box box)
    {
        _box = box;
        return Task.CompletedTask;
    }

    public Task<Box> Kept() => Task.FromResult(_box);

    public Task<byte[]> KeepBytes(byte[] bytes, ReadOnlyMemory<byte> memory)
    {
        _bytes = bytes;
        return Task.FromResult(memory.ToArray());
    }

    public Task<byte[]> KeptBytes() => Task.FromResult(_bytes);

    public Task<Note> Note(Note note) => Task.FromResult(note);

    public Task<object?> SendObject(object? value) => Task.FromResult(value);

    public Task<object> Unsendable() => Task.FromResult<object>(new Unsendable());

    public async Task Fail(bool afterAwait)
    {
        if (afterAwait)
            await Task.Yield();
        throw new RefusedException("It fails.");
    }

    public Task<string?> Context(string name) => Task.FromResult((string?)RequestContext.Get(name));

    public Task<string?> ContextOfOther(string key, string name) =>
        GrainFactory.GetGrain<ICrossingGrain>(key).Context(name);

    public Task SetContext(string name, string value)
    {
        RequestContext.Set(name, value);
        return Task.CompletedTask;
    }

    public async Task Wait(string gate, CancellationToken token)
    {
        Probe.Events.Enqueue($"{gate} entered");
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        catch (OperationCanceledException)
        {
            Probe.Events.Enqueue($"{gate} cancelled");
            throw;
        }
    }

    public Task<bool> IsSelf(ICrossingGrain grain) =>
        Task.FromResult(grain.GetPrimaryKeyString() == this.GetPrimaryKeyString());

    public Task<ICrossingGrain> Self() => Task.FromResult(this.AsReference<ICrossingGrain>());

    public Task<int> Double(int value) => Task.FromResult(2 * value);
}
