using System.Diagnostics;
using Npgsql;
using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>limit</c>: the rows of payments, accepted in one commit and completed in another, by a client that does
/// nothing else: what the store gives here. Nothing is checked, no caller waits, and every batch is full.</summary>
internal static class LimitScenario
{
    private const int Batch = 512;
    private const int Writers = 2;

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await using var database = await BenchDatabase.CreateAsync();
        var connection = new NpgsqlConnectionStringBuilder(database.App)
        {
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 1,
            NoResetOnClose = true,
            Options = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off "
                + "-c enable_mergejoin=off -c enable_bitmapscan=off -c jit=off",
        };
        await using var source = NpgsqlDataSource.Create(connection);
        await LoadAsync(source, options.WarmUp / 2);
        var before = await SampleAsync(database);
        var written = await LoadAsync(source, options.Seconds);
        var after = await SampleAsync(database);
        yield return new Row
        {
            Scenario = "limit",
            Load = $"{Writers} writers, batches of {Batch}",
            PerSecond = written / Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds,
            StoreCpu = (after.Store - before.Store) * 1e6 / written,
            LoaderCpu = (after.Own - before.Own) * 1e6 / written,
            Commits = (after.Commits - before.Commits) / (double)written,
            WalBytes = (after.Wal - before.Wal) / (double)written,
            IsPeak = true,
        };
    }

    private static async Task<long> LoadAsync(NpgsqlDataSource source, double seconds)
    {
        var until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ =>
            Task.Run(() => WriteAsync(source, until))));
        return written.Sum();
    }

    private static async Task<long> WriteAsync(NpgsqlDataSource source, long until)
    {
        await using var connection = await source.OpenConnectionAsync();
        var rows = new LimitRows(Batch);
        var written = 0L;
        while (Stopwatch.GetTimestamp() < until)
        {
            rows.Fill();
            foreach (var commit in (NpgsqlBatch[])[rows.Accept(connection), rows.Complete(connection)])
            {
                await using (commit)
                {
                    await commit.ExecuteNonQueryAsync();
                }
            }

            written += Batch;
        }

        return written;
    }

    private static async Task<(long At, double Store, double Own, long Commits, long Wal)> SampleAsync(
        BenchDatabase database)
    {
        var (commits, wal) = await database.WritesAsync();
        return (
            Stopwatch.GetTimestamp(),
            ProcessTimes.OfFamily(database.Postmaster),
            ProcessTimes.Of(Environment.ProcessId),
            commits,
            wal);
    }
}

/// <summary>A batch of payments as the tables hold them.</summary>
internal sealed class LimitRows(int count)
{
    private const string Created =
        """{"order_id":"run1_0000000000","amount":{"amount_minor":50000,"currency":"INR"},"capture":1,"customer":{},"metadata":{},"expires_at":"2026-01-01T00:15:00.123456+00:00","at":"2026-01-01T00:00:00.123456+00:00"}""";

    private const string Started =
        """{"attempt":1,"provider":"instant","method":{"kind":1,"flow":1},"send":{"before":"2026-01-01T00:00:20.123456+00:00","believe_not_found_at":"2026-01-01T00:00:35.123456+00:00"},"provider_captures":true,"late_success":"00:05:00","expires_at":"2026-01-01T00:15:00.123456+00:00","at":"2026-01-01T00:00:00.123456+00:00"}""";

    private const string Captured =
        """{"attempt":1,"amount_minor":50000,"fee_minor":1190,"provider_reference":"att_01aaaaaaaaaaaaaaaaaaaaaaaa_1","at":"2026-01-01T00:00:00.123456+00:00"}""";

    private static long _orders;

    private readonly Guid[] _ids = new Guid[count];
    private readonly string[] _orderIds = new string[count];
    private readonly string[] _causes = new string[count];
    private readonly DateTime[] _now = new DateTime[count];

    public void Fill()
    {
        var now = TimeProvider.System.GetUtcNow();
        for (var index = 0; index < count; index++)
        {
            _ids[index] = Guid.CreateVersion7(now.AddTicks(index));
            _orderIds[index] = $"limit_{Interlocked.Increment(ref _orders):d10}";
            _causes[index] = $"att_{_ids[index]:n}_1";
            _now[index] = now.UtcDateTime;
        }

        // Time-ordered ids within a millisecond are not ordered; a client sorts its batch.
        Array.Sort(_ids);
    }

    /// <summary>What makes the payments durable before their provider is called.</summary>
    public NpgsqlBatch Accept(NpgsqlConnection connection) => new(connection)
    {
        BatchCommands =
        {
            Command(
                """
                insert into payments (merchant_id, payment_id, version, status, method, currency, amount, authorized_amount, captured_amount,
                                      refunded_amount, created_at, updated_at, order_id)
                select 'bench', p.id, 2, 1, 1, 'INR', 50000, 0, 0, 0, p.at, p.at, p.order_id
                from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as p (id, at, order_id)
                """, _ids, _now, _orderIds),
            Command(
                "insert into payment_schedule (payment_id, due_at, merchant_id) select p.id, p.at, 'bench' "
                + "from unnest($1::uuid[], $2::timestamptz[]) as p (id, at)", _ids, _now),
            Command(
                "insert into payment_events (payment_id, at, version, type, data) "
                + "select p.id, p.at, e.version, e.type, e.data "
                + "from unnest($1::uuid[], $2::timestamptz[]) as p (id, at), "
                + $"(values (1, 'payment_created', '{Created}'::json), (2, 'attempt_started', "
                + $"'{Started}'::json)) as e (version, type, data)",
                _ids, _now),
        },
    };

    /// <summary>What makes their success durable.</summary>
    public NpgsqlBatch Complete(NpgsqlConnection connection) => new(connection)
    {
        BatchCommands =
        {
            Command(
                """
                update payments p set version = 3, status = 4, authorized_amount = 50000, captured_amount = 50000, updated_at = m.at
                from unnest($1::uuid[], $2::timestamptz[]) as m (id, at)
                where p.merchant_id = 'bench' and p.payment_id = m.id and p.version = 2
                """, _ids, _now),
            Command("delete from payment_schedule where payment_id = any ($1::uuid[])", _ids),
            Command(
                "insert into payment_events (payment_id, at, version, type, data) "
                + $"select p.id, p.at, 3, 'payment_captured', '{Captured}'::json "
                + "from unnest($1::uuid[], $2::timestamptz[]) as p (id, at)",
                _ids, _now),
            Command(
                """
                insert into ledger_transfers (payment_id, at, amount, version, kind, currency, merchant_id, cause, debit_account, credit_account)
                select p.id, p.at, t.amount, 3, t.kind, 'INR', 'bench', p.cause, t.debit, t.credit
                from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as p (id, at, cause),
                     (values (1, 50000, 'receivable:instant', 'merchant_payable'), (2, 1190, 'provider_fees', 'receivable:instant'))
                         as t (kind, amount, debit, credit)
                """, _ids, _now, _causes),
            Command(
                "insert into outbox (payment_id, created_at, version, merchant_id, type) "
                + "select p.id, p.at, 3, 'bench', 'payment.succeeded' "
                + "from unnest($1::uuid[], $2::timestamptz[]) as p (id, at)",
                _ids,
                _now),
            Command(
                """
                insert into ledger_balances as b (merchant_id, account, currency, shard, debits, credits)
                select 'bench', a.account, 'INR', pg_backend_pid() % 16, a.debits, a.credits
                from unnest($1::text[], $2::bigint[], $3::bigint[]) as a (account, debits, credits)
                on conflict (merchant_id, account, currency, shard)
                    do update set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits
                """,
                (string[])["merchant_payable", "provider_fees", "receivable:instant"],
                (long[])[0, 1190L * count, Requests.Amount * count],
                (long[])[Requests.Amount * count, 0, 1190L * count]),
        },
    };

    private static NpgsqlBatchCommand Command(string sql, params object[] arrays)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var array in arrays)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = array });
        }

        return command;
    }
}
