using System.Collections.Immutable;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Bench.Scenarios;

/// <summary>Payments that were made before the measurement: rows as the engine writes them, put into the tables by
/// themselves, since the engine would take hours.</summary>
internal static class StoredPayments
{
    public const string Finished = "finished";
    public const string Open = "open";

    private const int Chunk = 250_000;

    // The time-ordered ids and times of payments {first} to {last}, four a second, the twelve-millionth now, every
    // third of a known customer.
    private const string Numbers =
        """
        create temporary table fresh on commit drop as
        select fresh.*, 'att_' || {base32} || '_1' as cause from (select i.*, uuid_send(i.id) as b from (
        select n, at, 'stored_' || to_char(n, 'FM0000000000') as order_id,
               case when n % 3 = 0 then 'customer_' || n % 100000 end as customer_id,
               to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') as t0,
               to_char((at + interval '15 min') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') as t15,
               (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
                   || '8' || substr(md5(n::text), 4, 15))::uuid as id
        from (select n, date_trunc('milliseconds', now() - make_interval(secs => (12000000 - n) / 4.0)) as at
              from generate_series({first}, {last}) as n) as numbers
        -- Each expression once.
        offset 0) as i offset 0) as fresh;
        """;

    private const string Payments =
        """
        insert into payments (merchant_id, payment_id, version, status, method, currency, amount, authorized_amount, captured_amount,
                              refunded_amount, created_at, updated_at, order_id, customer_id)
        select 'bench', id, {version}, {status}, 1, 'INR', 50000, {captured}, {captured}, 0, at, at, order_id, customer_id from fresh;
        insert into payment_events (payment_id, at, version, type, data)
        select id, at, 1, 'payment_created', ('{"order_id":"' || order_id || '","amount":{"amount_minor":50000,"currency":"INR"},'
               || '"capture":1,"customer":{' || coalesce('"id":"' || customer_id || '"', '') || '},"metadata":{},"expires_at":"' || t15
               || '","at":"' || t0 || '"}')::json from fresh;
        insert into payment_events (payment_id, at, version, type, data)
        select id, at, 2, 'attempt_started', ('{"attempt":1,"provider":"instant","method":{"kind":1,"flow":1},"send":{"before":"' || t0
               || '","believe_not_found_at":"' || t0 || '"},"provider_captures":true,"late_success":"00:05:00","expires_at":"' || t15
               || '","at":"' || t0 || '"}')::json from fresh;
        """;

    private const string Ends =
        """
        insert into payment_events (payment_id, at, version, type, data)
        select id, at, 3, 'payment_captured', ('{"attempt":1,"amount_minor":50000,"fee_minor":1190,"provider_reference":"att_' || n
               || '_1","at":"' || t0 || '"}')::json from fresh;
        insert into ledger_transfers (payment_id, at, amount, version, kind, currency, merchant_id, cause, debit_account, credit_account)
        select id, at, t.amount, 3, t.kind, 'INR', 'bench', cause, t.debit, t.credit
        from fresh, (values (1, 50000, 'receivable:instant', 'merchant_payable'), (2, 1190, 'provider_fees', 'receivable:instant'))
            as t (kind, amount, debit, credit);
        insert into outbox (payment_id, created_at, sent_at, version, merchant_id, type)
        select id, at, at, 3, 'bench', 'payment.succeeded' from fresh;
        insert into ledger_balances as b (merchant_id, account, currency, shard, debits, credits)
        select 'bench', a.account, 'INR', 0, a.debits * c.n, a.credits * c.n
        from (select count(*) as n from fresh) as c,
             (values ('merchant_payable', 0, 50000), ('provider_fees', 1190, 0), ('receivable:instant', 50000, 1190)) as a (account, debits, credits)
        on conflict (merchant_id, account, currency, shard)
            do update set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits;
        """;

    // As payment_text writes it, from the bytes b of an id: that takes a tenth of the time. Each letter is five bits,
    // of which the first has three.
    private static readonly string Base32 = string.Join(
        " || ",
        Enumerable.Range(0, 26).Select(letter => letter == 0
            ? "substr('0123456789abcdefghjkmnpqrstvwxyz', (get_byte(b, 0) >> 5) + 1, 1)"
            : Letter((5 * letter) - 2)));

    private const string Schedules =
        "insert into payment_schedule (payment_id, due_at, merchant_id) select id, now(), 'bench' from fresh;";

    /// <summary>Adds payments to those there are.</summary>
    /// <param name="database">Where.</param>
    /// <param name="count">How many there are afterwards.</param>
    /// <param name="kind"><see cref="Finished"/>, or <see cref="Open"/>: interrupted before their provider's response,
    /// and due.</param>
    public static async Task FillAsync(BenchDatabase database, int count, string kind)
    {
        var present = (int)await database.ReadAsync<long>(
            "select count(*) from payments where starts_with(order_id, 'stored_')");
        for (var first = present + 1; first <= count; first += Chunk)
        {
            var numbers = Numbers
                .Replace("{base32}", Base32, StringComparison.Ordinal)
                .Replace("{first}", $"{first}", StringComparison.Ordinal)
                .Replace("{last}", $"{Math.Min(first + Chunk - 1, count)}", StringComparison.Ordinal);
            var (version, status, captured) = kind == Open ? (2, 1, 0) : (3, 4, 50_000);
            var payments = Payments
                .Replace("{version}", $"{version}", StringComparison.Ordinal)
                .Replace("{status}", $"{status}", StringComparison.Ordinal)
                .Replace("{captured}", $"{captured}", StringComparison.Ordinal);
            await database.ExecuteAsync($"begin; {numbers} {payments} {(kind == Open ? Schedules : Ends)} commit;");
        }

        // What autovacuum does with each row once, and would now do with all of them during the measurement.
        await database.ExecuteAsync("vacuum (freeze, analyze)");
        await database.ExecuteAsync("checkpoint");
    }

    private static string Letter(int bit)
    {
        var (at, offset) = Math.DivRem(bit, 8);
        var next = at < 15 ? $"get_byte(b, {at + 1})" : "0";
        return $"substr('0123456789abcdefghjkmnpqrstvwxyz', "
            + $"((get_byte(b, {at}) << 8 | {next}) >> {11 - offset} & 31) + 1, 1)";
    }

    /// <summary>The paths of stored payments.</summary>
    public static async Task<ImmutableArray<string>> PathsAsync(BenchDatabase database, int count)
    {
        var ids = await database.ReadAsync<Guid[]>(
            "select array_agg(payment_id) from (select payment_id from payments where starts_with(order_id, "
                + $"'stored_') limit {count}) as stored");
        return [.. ids.Select(id => $"/api/v1/payments/{new PaymentId { Value = id }}")];
    }
}
