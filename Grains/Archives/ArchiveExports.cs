using System.Collections.Immutable;
using System.Data;
using Npgsql;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Grains.Archives;

/// <summary>The tables' rows, each on a connection of its own, all of one snapshot.</summary>
internal sealed class ArchiveExports : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<IDisposable> _readers = [];

    private ArchiveExports()
    {
    }

    /// <summary>The rows, in the order of <see cref="ArchiveTable.All"/>.</summary>
    public ImmutableArray<TextReader> Tables { get; private set; } = [];

    /// <summary>Begins to read.</summary>
    /// <param name="store">The database.</param>
    /// <param name="where">Which rows of a table.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ArchiveExports> OpenAsync(
        ArchiveStore store, Func<int, string> where, CancellationToken cancellation)
    {
        var exports = new ArchiveExports();
        try
        {
            string? snapshot = null;
            var connections = new List<NpgsqlConnection>();
            for (var table = 0; table < ArchiveTable.All.Length; table++)
            {
                var connection = await store.OpenAsync(cancellation);
                exports._open.Add(connection);
                exports._open.Add(
                    await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation));
                if (snapshot is null)
                {
                    snapshot = await ArchiveStore.ReadAsync<string>(
                        connection, "select pg_export_snapshot()", cancellation);
                }
                else
                {
                    await SchemaStep.ExecuteAsync(
                        connection, $"set transaction snapshot '{snapshot}'", cancellation);
                }

                connections.Add(connection);
            }

            for (var table = 0; table < connections.Count; table++)
            {
                var reader = await connections[table].BeginTextExportAsync(
                    ArchiveTable.All[table].ExportSql(where(table)), cancellation);
                exports._readers.Add(reader);
                exports.Tables = exports.Tables.Add(reader);
            }

            return exports;
        }
        catch
        {
            await exports.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the reading, and the transactions.</summary>
    public async ValueTask DisposeAsync()
    {
        _readers.ForEach(reader => reader.Dispose());
        for (var index = _open.Count - 1; index >= 0; index--)
        {
            await _open[index].DisposeAsync();
        }
    }
}
