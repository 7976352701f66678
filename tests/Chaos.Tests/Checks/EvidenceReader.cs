using System.Collections.Immutable;
using System.Data;
using System.Text.Json;
using Npgsql;
using PaymentCluster.Chaos.Tests.Hosts;
using PaymentCluster.Chaos.Tests.Load;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>Reads the three journals.</summary>
internal static class EvidenceReader
{
    private const string PaymentsSql =
        """
        select p.merchant_id, payment_text(p.payment_id), p.order_id, p.version, p.status, p.amount, p.currency::text, p.authorized_amount,
               p.captured_amount, p.refunded_amount, s.due_at
        from payments p left join payment_schedule s using (payment_id)
        """;

    private const string EventsSql =
        "select payment_text(payment_id), version, type, at, data::text from payment_events "
        + "order by payment_id, version";

    private const string TransfersSql =
        "select payment_text(payment_id), cause, kind, amount, currency::text from ledger_transfers";

    private const string OutboxSql = "select payment_text(payment_id), version from outbox";

    private const string InboxSql = "select merchant_id, provider, event_id from webhook_inbox";

    private const string KeysSql = "select merchant_id, key, payment_text(payment_id) from idempotency_keys";

    private static readonly string[] Statuses =
        ["", "PENDING", "REQUIRES_ACTION", "AUTHORIZED", "SUCCESS", "FAILED", "CANCELLED", "EXPIRED", "NEEDS_REVIEW"];

    private static readonly JsonSerializerOptions Json =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>What the store holds.</summary>
    public static async Task<StoreBooks> ReadStoreAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var events = (await ReadAsync(connection, EventsSql, row => (row.GetString(0), Event: new StoredEvent(
            row.GetInt32(1),
            row.GetString(2),
            Time(row, 3),
            JsonDocument.Parse(row.GetString(4)).RootElement)))).ToLookup(row => row.Item1, row => row.Event);
        var transfers = (await ReadAsync(
            connection, TransfersSql, row => (row.GetString(0), Transfer: new StoredTransfer(
                row.GetString(1),
                row.GetInt16(2),
                row.GetInt64(3),
                row.GetString(4))))).ToLookup(row => row.Item1, row => row.Transfer);
        var announced = (await ReadAsync(connection, OutboxSql, row => (row.GetString(0), Version: row.GetInt32(1))))
            .ToLookup(row => row.Item1, row => row.Version);
        var payments = await ReadAsync(connection, PaymentsSql, row => new StoredPayment
        {
            Merchant = row.GetString(0),
            Id = row.GetString(1),
            OrderId = row.GetString(2),
            Version = row.GetInt32(3),
            Status = Statuses[row.GetInt16(4)],
            Amount = row.GetInt64(5),
            Currency = row.GetString(6),
            Authorized = row.GetInt64(7),
            Captured = row.GetInt64(8),
            Refunded = row.GetInt64(9),
            DueAt = row.IsDBNull(10) ? null : Time(row, 10),
            Events = [.. events[row.GetString(1)]],
            Transfers = [.. transfers[row.GetString(1)]],
            Announced = [.. announced[row.GetString(1)].Order()],
        });
        return new StoreBooks
        {
            Payments = payments.ToImmutableDictionary(payment => payment.Id, StringComparer.Ordinal),
            Inbox = [.. await ReadAsync(
                connection, InboxSql, row => new InboxRow(row.GetString(0), row.GetString(1), row.GetString(2)))],
            Keys = (await ReadAsync(
                connection,
                KeysSql,
                row => KeyValuePair.Create((row.GetString(0), row.GetString(1)), row.GetString(2))))
                .ToImmutableDictionary(),
        };
    }

    /// <summary>What the providers' books say.</summary>
    public static async Task<ImmutableArray<ProviderLine>> ReadProvidersAsync(ChaosSystem system)
    {
        using var client = system.SimulatorsClient();
        var text = await client.GetStringAsync(new Uri("/_journal", UriKind.Relative));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            JsonSerializer.Deserialize<ProviderLine>(line, Json)!)];
    }

    /// <summary>Calls with their responses.</summary>
    public static ImmutableArray<ClientCall> Pair(IReadOnlyCollection<ClientLine> lines)
    {
        // A read is written down only with its response.
        var requests = lines.Where(line => line.What == "request").ToDictionary(line => line.Call);
        var responses = lines.Where(line => line.What != "request").ToDictionary(line => line.Call);
        return
        [
            .. requests.Values.Select(request => new ClientCall(request, responses.GetValueOrDefault(request.Call))),
            .. responses.Values.Where(response => !requests.ContainsKey(response.Call)).Select(response =>
                new ClientCall(response, response)),
        ];
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<T> all = [];
        while (await rows.ReadAsync())
        {
            all.Add(read(rows));
        }

        return all;
    }

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => new(row.GetDateTime(column), TimeSpan.Zero);
}
