using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>Webhooks' inbox rows, many in one transaction. Writing one again does nothing, so nothing is ever in
/// doubt.</summary>
internal sealed class InboxTransaction : IGroupTransaction<InboxEntry, bool>
{
    private readonly HashSet<(string Merchant, string Provider, string EventId)> _members = [];
    private readonly HashSet<(string Merchant, string Provider, string EventId)> _inserted = [];

    public void Begin() => _members.Clear();

    public bool TryJoin(InboxEntry member) => _members.Add(Identity(member));

    // No transaction holds these rows for long: the lock timeout makes no difference.
    public async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<InboxEntry, bool>> members, bool shortLockTimeout)
    {
        _inserted.Clear();
        // One order of locks for all writers.
        var entries = members.Select(pending => pending.Member)
            .OrderBy(entry => entry.Merchant, StringComparer.Ordinal)
            .ThenBy(entry => entry.EventId, StringComparer.Ordinal)
            .ToList();
        await using var command = new NpgsqlCommand(PaymentSql.InsertInbox, connection);
        command.Parameters.Add(Parameters.Of(entries.ConvertAll(entry => entry.Merchant)));
        command.Parameters.Add(Parameters.Of(entries.ConvertAll(entry => entry.Provider)));
        command.Parameters.Add(Parameters.Of(entries.ConvertAll(entry => entry.EventId)));
        command.Parameters.Add(Parameters.Of(entries.ConvertAll(entry => StoredTime.Of(entry.ReceivedAt))));
        command.Parameters.Add(Parameters.Of(entries.ConvertAll(entry => (short)entry.Fate)));
        command.Parameters.Add(Parameters.OfNullable(entries.ConvertAll(entry => entry.Detail)));
        command.Parameters.Add(Parameters.OfNullableBytes(entries.ConvertAll(entry => entry.Body)));
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            _inserted.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }
    }

    public bool ResultOf(InboxEntry member) => _inserted.Contains(Identity(member));

    public bool IsConflict(PostgresException exception) => false;

    public Task<List<Resolution<bool>>> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<InboxEntry, bool>> members) =>
        Task.FromResult(new List<Resolution<bool>>());

    private static (string Merchant, string Provider, string EventId) Identity(InboxEntry entry) =>
        (entry.Merchant, entry.Provider, entry.EventId);
}
