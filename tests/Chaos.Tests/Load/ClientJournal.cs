using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>A call of a client, or its end.</summary>
internal sealed record ClientLine
{
    /// <summary>The call's number.</summary>
    public required long Call { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>When the call began.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary><c>request</c>, <c>response</c>, or <c>silence</c>: its outcome will never be known.</summary>
    public required string What { get; init; }

    public required string Merchant { get; init; }

    /// <summary><c>start</c>, <c>capture</c>, <c>cancel</c>, <c>refund</c>, <c>get</c>.</summary>
    public required string Verb { get; init; }

    public required string Order { get; init; }

    /// <summary>The payment that it is about, once its id is known.</summary>
    public string? Payment { get; init; }

    public string? Key { get; init; }

    /// <summary>The request, without a card's details.</summary>
    public string? Body { get; init; }

    public int? Status { get; init; }

    public string? Response { get; init; }

    public string? Why { get; init; }
}

/// <summary>Clients' requests and responses, line by line on the disk: a request before it leaves, a response before a
/// client acts on it.</summary>
internal sealed class ClientJournal : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Channel<(ClientLine Line, TaskCompletionSource Durable)> _queue =
        Channel.CreateUnbounded<(ClientLine, TaskCompletionSource)>();

    private readonly ConcurrentQueue<ClientLine> _lines = new();
    private readonly FileStream _file;
    private readonly Task _writing;

    public ClientJournal(string path)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        _writing = WriteAsync();
    }

    public IReadOnlyCollection<ClientLine> Lines => _lines;

    /// <summary>Returns when the line is on the disk.</summary>
    public Task AddAsync(ClientLine line)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Writer.TryWrite((line, durable));
        return durable.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        await Task.Yield();
        var batch = new List<TaskCompletionSource>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (_queue.Reader.TryRead(out var next))
            {
                JsonSerializer.Serialize(_file, next.Line, Json);
                _file.WriteByte((byte)'\n');
                _lines.Enqueue(next.Line);
                batch.Add(next.Durable);
            }

            _file.Flush(flushToDisk: true);
            foreach (var durable in batch)
            {
                durable.SetResult();
            }
        }
    }
}
