using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

/// <summary>Looks for a payment that is not whole, and for books that do not balance.</summary>
internal static class Audit
{
    private const string Sql =
        """
        select min(what) from (
            select 'payment ' || payment_id || ' has other events than its version says' as what
            from payments p
            where (select array_agg(version order by version) from payment_events e where e.payment_id = p.payment_id)
                    is distinct from (select array_agg(n) from generate_series(1, p.version) n)
                and not (p.payment_id < any (select until_id from archives)
                    and not exists (select from payment_events e where e.payment_id = p.payment_id))
            union all
            select 'events without a payment: ' || payment_id from payment_events e
            where not exists (select from payments p where p.payment_id = e.payment_id)
            union all
            select 'outbox row without an event: ' || payment_id from outbox o
            where not exists (select from payment_events e where e.payment_id = o.payment_id and e.version = o.version)
                and not exists (select from archives where cleaned_at is null)
            union all
            select 'key without a payment: ' || payment_id from idempotency_keys k
            where not exists (select from payments p where p.merchant_id = k.merchant_id and p.payment_id = k.payment_id)
            union all
            select 'scheduled without a payment: ' || payment_id from payment_schedule s
            where not exists (select from payments p where p.merchant_id = s.merchant_id and p.payment_id = s.payment_id)
            union all
            select 'payment ' || p.payment_id || ' has captured another amount than the ledger says'
            from payments p
            where captured_amount <> coalesce((select sum(amount) from ledger_transfers t where t.payment_id = p.payment_id and kind = 1), 0)
                and exists (select from payment_events e where e.payment_id = p.payment_id)
            union all
            select 'account ' || account || ' of ' || merchant_id || ' is not the sum of its transfers'
            from (
                select merchant_id, account, currency, sum(debits) as debits, sum(credits) as credits
                from (
                    select merchant_id, debit_account as account, currency, amount as debits, 0 as credits from ledger_transfers
                    union all
                    select merchant_id, credit_account, currency, 0, amount from ledger_transfers
                    union all
                    select merchant_id, account, currency, debits, credits from archived_balances) as sides
                group by 1, 2, 3) as fold
            full join ledger_accounts as kept using (merchant_id, account, currency)
            where (fold.debits, fold.credits) is distinct from (kept.debits, kept.credits)
            union all
            select 'trial balance in ' || currency from ledger_accounts group by currency having sum(debits) <> sum(credits)
        ) as findings
        """;

    /// <summary>The first finding; null if all is well.</summary>
    public static async Task<string?> FindAsync(TestDatabase database) =>
        await database.ScalarAsync<object>(Sql) as string;
}
