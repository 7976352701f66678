using Npgsql;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Journal;

/// <summary>Payments' decisions, many in one transaction.</summary>
internal sealed class PaymentTransaction : IGroupTransaction<PaymentCommit, CommitResult>
{
    private static readonly CommitResult.Committed Committed = new();

    private readonly PaymentRows _rows = new();
    private readonly HashSet<Guid> _payments = [];
    private readonly HashSet<(string Merchant, string Order)> _orders = [];
    private readonly HashSet<(string Merchant, string Key)> _requests = [];

    public void Begin()
    {
        _payments.Clear();
        _orders.Clear();
        _requests.Clear();
    }

    public bool TryJoin(PaymentCommit member)
    {
        var merchant = member.Key.Merchant;
        var (order, request) = ((merchant, member.Row.OrderId), (merchant, member.Request?.Key ?? ""));
        var isNew = member.ExpectedVersion == 0;
        if (_payments.Contains(member.Key.Payment.Value)
            || (isNew && _orders.Contains(order))
            || (member.Request is not null && _requests.Contains(request)))
        {
            return false;
        }

        _payments.Add(member.Key.Payment.Value);
        if (isNew)
        {
            _orders.Add(order);
        }

        if (member.Request is not null)
        {
            _requests.Add(request);
        }

        return true;
    }

    public async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<PaymentCommit, CommitResult>> members, bool shortLockTimeout)
    {
        _rows.Fill(members);
        // No BEGIN and no COMMIT: a pipeline that ends with one Sync is one transaction, in one round trip.
        await using var batch = new NpgsqlBatch(connection);
        if (shortLockTimeout)
        {
            batch.Add(PaymentSql.SetShortLockTimeout);
        }

        _rows.AddTo(batch);
        await batch.ExecuteNonQueryAsync();
    }

    public CommitResult ResultOf(PaymentCommit member) => Committed;

    public bool IsConflict(PostgresException exception) =>
        exception.SqlState
            is PaymentSql.StaleVersion or PaymentSql.Archived or PostgresErrorCodes.UniqueViolation;

    public async Task<List<Resolution<CommitResult>>> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<PaymentCommit, CommitResult>> members)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddFindConflicts(batch, members);
        var doubtful = members.Where(pending => pending.InDoubt && !pending.Member.Events.IsEmpty).ToList();
        if (doubtful.Count > 0)
        {
            AddReadBack(batch, doubtful);
        }

        // First the conflicts, then whether a conflict is the member itself: a lost commit that becomes visible between
        // the two snapshots is still recognised; in the other order it would count as another's.
        await using var reader = await batch.ExecuteReaderAsync();
        var responses = await ReadConflictsAsync(reader, members);
        if (doubtful.Count > 0)
        {
            await reader.NextResultAsync();
            var written = await ReadWrittenAsync(reader, doubtful);
            for (var index = 0; index < members.Count; index++)
            {
                responses[index] = written.Contains(members[index]) ? Committed : responses[index];
            }
        }

        return
        [
            .. from index in Enumerable.Range(0, members.Count)
               let response = responses[index]
               where response is not null
               select new Resolution<CommitResult>(index, response, response == Committed
                   ? null : response.GetType().Name),
        ];
    }

    private static void AddFindConflicts(NpgsqlBatch batch, IReadOnlyList<Pending<PaymentCommit, CommitResult>> members)
    {
        List<string> merchants = [];
        List<Guid> payments = [];
        List<int> expected = [];
        List<string?> keys = [];
        List<string?> orders = [];
        foreach (var pending in members)
        {
            merchants.Add(pending.Member.Key.Merchant);
            payments.Add(pending.Member.Key.Payment.Value);
            expected.Add(pending.Member.ExpectedVersion);
            keys.Add(pending.Member.Request?.Key);
            orders.Add(pending.Member.ExpectedVersion == 0 ? pending.Member.Row.OrderId : null);
        }

        batch.Add(
            PaymentSql.FindConflicts, Parameters.Of(
                merchants), Parameters.Of(payments), Parameters.Of(expected), Parameters.OfNullable(keys),
            Parameters.OfNullable(orders));
    }

    private static void AddReadBack(
        NpgsqlBatch batch, List<Pending<PaymentCommit, CommitResult>> doubtful) => batch.Add(
        PaymentSql.ReadBack,
        Parameters.Of(doubtful.ConvertAll(pending => pending.Member.Key.Payment.Value)),
        Parameters.Of(doubtful.ConvertAll(pending => pending.Member.ExpectedVersion + 1)),
        Parameters.Of(doubtful.ConvertAll(pending => pending.Member.ExpectedVersion + pending.Member.Events.Length)));

    // Precedence: version, request key, order. A payment that is stale cannot say whose its order or key is.
    private static async Task<CommitResult?[]> ReadConflictsAsync(
        NpgsqlDataReader reader, IReadOnlyList<Pending<PaymentCommit, CommitResult>> members)
    {
        var conflicts = new CommitResult?[members.Count];
        while (await reader.ReadAsync())
        {
            var index = reader.GetInt32(0) - 1;
            conflicts[index] = (
                reader.GetInt32(1) != members[index].Member.ExpectedVersion,
                Holder(reader, 2),
                Holder(reader, 3)) switch
            {
                (true, _, _) => new CommitResult.VersionConflict(),
                (_, { } holder, _) => new CommitResult.RequestTaken(holder),
                (_, _, { } holder) => new CommitResult.OrderTaken(holder),
                _ => null,
            };
        }

        return conflicts;
    }

    private static PaymentId? Holder(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new PaymentId { Value = reader.GetGuid(column) };

    private static async Task<HashSet<Pending<PaymentCommit, CommitResult>>> ReadWrittenAsync(
        NpgsqlDataReader reader, List<Pending<PaymentCommit, CommitResult>> doubtful)
    {
        var same = new int[doubtful.Count];
        while (await reader.ReadAsync())
        {
            var index = reader.GetInt32(0) - 1;
            var member = doubtful[index].Member;
            var mine = member.Events[reader.GetInt32(1) - member.ExpectedVersion - 1];
            if (mine.Type == reader.GetString(2)
                && StoredTime.Of(mine.At) == reader.GetDateTime(3)
                && mine.Data.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(4)))
            {
                same[index]++;
            }
        }

        return [.. doubtful.Where((pending, index) => same[index] == pending.Member.Events.Length)];
    }
}

/// <summary>Times as the store keeps them: UTC, in microseconds.</summary>
internal static class StoredTime
{
    public static DateTime Of(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}
