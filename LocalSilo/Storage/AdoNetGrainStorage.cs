using System.Buffers.Binary;
using System.Buffers.Text;
using System.Data;
using System.Globalization;
using System.Numerics;
using System.Text;
using Npgsql;
using Orleans.Configuration;
using Orleans.Local;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Stores states in the table <c>OrleansStorage</c> by the statements of <c>OrleansQuery</c>, in the format of
/// Orleans' ADO.NET provider: what one flavour writes, the other reads.</summary>
internal sealed class AdoNetGrainStorage(string name, AdoNetGrainStorageOptions options, string serviceId)
    : IGrainStorage, IAsyncDisposable
{
    private const string QueriesSql = "SELECT QueryKey, QueryText FROM OrleansQuery";

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(options.ConnectionString);
    private Dictionary<string, string>? _queries;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await using var command = await CommandAsync("ReadFromStorageKey", stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow);
        var found = await reader.ReadAsync();
        var payload = found ? reader.GetOrdinal("PayloadBinary") : 0;
        var version = found ? reader.GetOrdinal("Version") : 0;
        var exists = found && !reader.IsDBNull(payload);
        grainState.State = (exists
            ? options.GrainStorageSerializer.Deserialize<T>(new BinaryData(reader.GetFieldValue<byte[]>(payload)))
            : default) ?? PersistentState<T>.Empty();
        grainState.ETag = found && !reader.IsDBNull(version) ? Text(reader.GetInt32(version)) : null;
        grainState.RecordExists = exists;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await using var command = await CommandAsync("WriteToStorageKey", stateName, grainId);
        AddVersion(command, grainState.ETag);
        var payload = options.GrainStorageSerializer.Serialize(grainState.State).ToArray();
        Add(command, "PayloadBinary", DbType.Binary, payload);
        grainState.ETag = await NewVersionAsync(command, "WriteState", stateName, grainId, grainState.ETag);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (!grainState.RecordExists && string.IsNullOrWhiteSpace(grainState.ETag))
        {
            await ReadStateAsync(stateName, grainId, grainState);
            if (!grainState.RecordExists)
                return;
        }

        var query = options.DeleteStateOnClear ? "DeleteStorageKey" : "ClearStorageKey";
        await using var command = await CommandAsync(query, stateName, grainId);
        AddVersion(command, grainState.ETag);
        var version = await NewVersionAsync(command, "ClearState", stateName, grainId, grainState.ETag);
        grainState.ETag = options.DeleteStateOnClear ? null : version;
        grainState.RecordExists = false;
        grainState.State = PersistentState<T>.Empty();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    private static void Add(NpgsqlCommand command, string name, DbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });

    private static void AddVersion(NpgsqlCommand command, string? etag) =>
        Add(command, "GrainStateVersion", DbType.Int32,
            string.IsNullOrWhiteSpace(etag) ? null : int.Parse(etag, CultureInfo.InvariantCulture));

    private async Task<NpgsqlCommand> CommandAsync(string query, string stateName, GrainId grainId)
    {
        _queries ??= await QueriesAsync();
        var command = _source.CreateCommand(_queries[query]);
        var key = StorageKey.Of(grainId.Key.ToString());
        Add(command, "GrainIdHash", DbType.Int32, key.Hash);
        Add(command, "GrainIdN0", DbType.Int64, key.N0);
        Add(command, "GrainIdN1", DbType.Int64, key.N1);
        Add(command, "GrainTypeHash", DbType.Int32, XxHash32.Of(Encoding.UTF8.GetBytes(stateName)));
        Add(command, "GrainTypeString", DbType.String, stateName);
        Add(command, "GrainIdExtensionString", DbType.String, key.Text);
        Add(command, "ServiceId", DbType.String, serviceId);
        return command;
    }

    private async Task<Dictionary<string, string>> QueriesAsync()
    {
        await using var command = _source.CreateCommand(QueriesSql);
        await using var reader = await command.ExecuteReaderAsync();
        var queries = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            queries[reader.GetString(0)] = reader.GetString(1);
        return queries;
    }

    /// <summary>A statement that found another version returns none, or the one it was given.</summary>
    private async Task<string> NewVersionAsync(
        NpgsqlCommand command, string operation, string stateName, GrainId grainId, string? etag)
    {
        var version = await command.ExecuteScalarAsync() is int number ? Text(number) : null;
        return version is not null && version != etag
            ? version
            : throw new InconsistentStateException($"Version conflict ({operation}): ServiceId={serviceId} "
                + $"ProviderName={name} GrainType={stateName} GrainId={grainId.Key} ETag={etag}.");
    }
}

/// <summary>A grain's key in the columns of <c>OrleansStorage</c>. A key that reads as a GUID (32 hexadecimal
/// digits) or as a hexadecimal number is stored as that, with what follows a plus sign as the extension: a key should
/// be neither.</summary>
internal readonly record struct StorageKey(long N0, long N1, string? Text, int Hash)
{
    public static StorageKey Of(string key)
    {
        var utf8 = Encoding.UTF8.GetBytes(key);
        if (utf8.Length >= 32 && (utf8.Length == 32 || utf8[32] == '+')
            && Utf8Parser.TryParse(utf8.AsSpan(0, 32), out Guid guid, out var digits, 'N') && digits == 32)
        {
            var bytes = guid.ToByteArray();
            return Of(BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8),
                utf8.Length > 32 ? Encoding.UTF8.GetString(utf8.AsSpan(33)) : null, bytes);
        }

        var plus = Array.IndexOf(utf8, (byte)'+');
        var number = plus < 0 ? utf8.AsSpan() : utf8.AsSpan(0, plus);
        if (Utf8Parser.TryParse(number, out long integer, out digits, 'X') && digits == number.Length)
        {
            return Of(0, integer, plus < 0 ? null : Encoding.UTF8.GetString(utf8.AsSpan(plus + 1)),
                BitConverter.GetBytes(integer));
        }

        return Of(0, 0, key, []);
    }

    private static StorageKey Of(long n0, long n1, string? text, byte[] bytes)
    {
        byte[] hashed = [.. bytes, .. Encoding.UTF8.GetBytes(text ?? "")];
        Array.Reverse(hashed);
        return new(n0, n1, text, XxHash32.Of(hashed));
    }
}

/// <summary>xxHash32 with seed 0, its big-endian digest read as a little-endian number, as Orleans does.</summary>
internal static class XxHash32
{
    private const uint Prime1 = 2654435761;
    private const uint Prime2 = 2246822519;
    private const uint Prime3 = 3266489917;
    private const uint Prime4 = 668265263;
    private const uint Prime5 = 374761393;

    public static int Of(ReadOnlySpan<byte> data)
    {
        var length = (uint)data.Length;
        var hash = Prime5;
        if (data.Length >= 16)
        {
            uint a = unchecked(Prime1 + Prime2), b = Prime2, c = 0, d = unchecked(0 - Prime1);
            for (; data.Length >= 16; data = data[16..])
            {
                a = Round(a, data);
                b = Round(b, data[4..]);
                c = Round(c, data[8..]);
                d = Round(d, data[12..]);
            }

            hash = unchecked(BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18));
        }

        unchecked
        {
            hash += length;
            for (; data.Length >= 4; data = data[4..])
            {
                hash += BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime3;
                hash = BitOperations.RotateLeft(hash, 17) * Prime4;
            }


            foreach (var one in data)
                hash = BitOperations.RotateLeft(hash + (one * Prime5), 11) * Prime1;
            hash = (hash ^ (hash >> 15)) * Prime2;
            hash = (hash ^ (hash >> 13)) * Prime3;
            return (int)BinaryPrimitives.ReverseEndianness(hash ^ (hash >> 16));
        }
    }

    private static uint Round(uint lane, ReadOnlySpan<byte> data) => unchecked(BitOperations.RotateLeft(
        lane + (BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime2), 13) * Prime1);
}
