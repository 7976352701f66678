using Npgsql;
using NpgsqlTypes;

namespace PaymentCluster.Grains.Journal;

/// <summary>Positional parameters with their PostgreSQL types stated, so that one text is one prepared statement
/// whatever the values are.</summary>
internal static class Parameters
{
    private const NpgsqlDbType Array = NpgsqlDbType.Array;

    public static NpgsqlParameter Of(List<string> values) => Typed(values, Array | NpgsqlDbType.Text);

    public static NpgsqlParameter OfNullable(List<string?> values) => Typed(values, Array | NpgsqlDbType.Text);

    public static NpgsqlParameter Of(List<Guid> values) => Typed(values, Array | NpgsqlDbType.Uuid);

    public static NpgsqlParameter Of(List<int> values) => Typed(values, Array | NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(List<long> values) => Typed(values, Array | NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(List<short> values) => Typed(values, Array | NpgsqlDbType.Smallint);

    public static NpgsqlParameter OfNullable(List<short?> values) => Typed(values, Array | NpgsqlDbType.Smallint);

    public static NpgsqlParameter Of(List<DateTime> values) => Typed(values, Array | NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter OfBytes(List<byte[]> values) => Typed(values, Array | NpgsqlDbType.Bytea);

    public static NpgsqlParameter OfNullableBytes(List<byte[]?> values) => Typed(values, Array | NpgsqlDbType.Bytea);

    /// <summary>UTF-8 JSON texts.</summary>
    public static NpgsqlParameter OfJson(List<byte[]> values) => Typed(values, Array | NpgsqlDbType.Json);

    public static NpgsqlParameter Of(string value) => Typed(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Of(Guid value) => Typed(value, NpgsqlDbType.Uuid);

    public static NpgsqlParameter Of(short value) => Typed(value, NpgsqlDbType.Smallint);

    public static NpgsqlParameter Of(int value) => Typed(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(long value) => Typed(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(DateTimeOffset value) => Typed(StoredTime.Of(value), NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Of(TimeSpan value) => Typed(value, NpgsqlDbType.Interval);

    /// <summary>A statement of a batch.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter<T> Typed<T>(T value, NpgsqlDbType type) =>
        new() { TypedValue = value, NpgsqlDbType = type };
}
