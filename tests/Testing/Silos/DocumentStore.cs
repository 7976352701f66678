using System.Collections.Concurrent;
using System.Text;
using Orleans.Storage;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Testing.Silos;

/// <summary>Documents in memory, as the real store keeps them: as bytes, with a version that fences. It outlives the
/// silos of a test, and breaks down where the test says.</summary>
internal sealed class DocumentStore : IGrainStorage
{
    private readonly DocumentJsonSerializer _serializer = new();
    private readonly ConcurrentDictionary<(string State, string Key), (byte[] Bytes, int Version)> _rows = new();
    private int _writes;

    /// <summary>Which write breaks down, from 1; 0 for none.</summary>
    public int BreaksAt { get; set; }

    /// <summary>Whether that write happens, and only its response is lost.</summary>
    public bool LosesResponse { get; set; }

    public int Writes => _writes;

    /// <summary>The audit trail beside the documents.</summary>
    public MemoryAuditTrail Trail { get; } = new();

    public IEnumerable<T> All<T>(string state) =>
        _rows.Where(row => row.Key.State == state).Select(
            row => _serializer.Deserialize<T>(new BinaryData(row.Value.Bytes))!);

    /// <summary>All documents, or those whose key has the text in it.</summary>
    public string Text(string about = "") => string.Join(
        '\n',
        _rows.Where(row => row.Key.Key.Contains(about, StringComparison.Ordinal))
            .Select(row => $"{row.Key} {Encoding.UTF8.GetString(row.Value.Bytes)}"));

    public void Change(string state, string key, Func<string, string> change)
    {
        var (bytes, version) = _rows[(state, key)];
        _rows[(state, key)] = (
            Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes))), version);
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var exists = _rows.TryGetValue((stateName, grainId.Key.ToString()!), out var row);
        grainState.State = exists
            ? _serializer.Deserialize<T>(new BinaryData(row.Bytes))!
            : Activator.CreateInstance<T>();
        grainState.ETag = exists ? row.Version.ToString() : null!;
        grainState.RecordExists = exists;
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var breaks = Interlocked.Increment(ref _writes) == BreaksAt;
        await Task.Yield();
        if (breaks && !LosesResponse)
        {
            throw new IOException("The store broke down before the write.");
        }

        var key = (stateName, grainId.Key.ToString()!);
        var version = grainState.ETag is null ? 0 : int.Parse(grainState.ETag);
        var next = (_serializer.Serialize(grainState.State).ToArray(), version + 1);
        var written = version == 0
            ? _rows.TryAdd(key, next)
            : _rows.TryGetValue(key, out var current)
                && current.Version == version
                && _rows.TryUpdate(key, next, current);
        if (!written)
        {
            throw new InconsistentStateException($"{key} is not at version {version}.");
        }

        if (breaks)
        {
            throw new IOException("The store broke down after the write.");
        }

        grainState.ETag = next.Item2.ToString();
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("Nothing here clears a document.");
}
