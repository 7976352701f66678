using Npgsql;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Ledger;

namespace PaymentCluster.Journal.Tests;

public sealed class LedgerTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private const string Unbalanced =
        """
        select count(*) from (
            select currency from ledger_accounts group by currency having sum(debits) <> sum(credits)
            union all
            select 'sum' where (select coalesce(sum(amount), 0) from ledger_transfers) <> (select coalesce(sum(debits), 0) from ledger_accounts)
        ) as findings
        """;

    [Fact]
    public async Task Accounts_are_the_sums_of_their_transfers()
    {
        await using var store = fixture.Open();
        await CaptureAsync(store, "sums", 3);

        var accounts = await new LedgerStore(store.Reads).AccountsAsync("sums");

        Assert.Equal(
            [
                ("merchant_payable", 0, 150_000),
                ("provider_fees", 3_540, 0),
                ("provider_receivable:razorpay", 150_000, 3_540),
            ],
            accounts.Select(each => (each.Account, each.DebitsMinor, each.CreditsMinor)));
        var line = Assert.Single(await new LedgerStore(store.Reads).TrialBalanceAsync("sums"));
        Assert.Equal((Currency.Inr, 153_540, 153_540), (line.Currency, line.DebitsMinor, line.CreditsMinor));
    }

    [Fact]
    public async Task A_merchant_sees_its_own_books_alone()
    {
        await using var store = fixture.Open();
        await CaptureAsync(store, "mine", 1);
        Assert.Empty(await new LedgerStore(store.Reads).AccountsAsync("min"));
        Assert.Empty(await new LedgerStore(store.Reads).TrialBalanceAsync("theirs"));
    }

    [Fact]
    public async Task The_books_balance_at_every_instant_while_payments_are_taken()
    {
        await using var first = fixture.Open();
        await using var second = fixture.Open();
        var load = Task.WhenAll(CaptureAsync(first, "busy", 1_500), CaptureAsync(second, "busy", 1_500));
        await using var reader = await fixture.Database.OpenOwnerAsync();
        var samples = 0;
        while (!load.IsCompleted || samples == 0)
        {
            await using var snapshot = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
            await using var command = new NpgsqlCommand(Unbalanced, reader);
            Assert.Equal(0L, await command.ExecuteScalarAsync());
            samples++;
        }

        await load;
        Assert.True(samples > 1, "only one sample was taken while payments were taken");
        Assert.Null(await Audit.FindAsync(fixture.Database));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "payments_refunded_check", "update payments set refunded_amount = 50001 where merchant_id = 'refused'" },
        { "payments_refunded_check", "update payments set refunded_amount = -1 where merchant_id = 'refused'" },
        { "payments_captured_check", "update payments set captured_amount = 50001 where merchant_id = 'refused'" },
        { "payments_version_check", "update payments set version = 0 where merchant_id = 'refused'" },
        { "payments_status_check", "update payments set status = 9 where merchant_id = 'refused'" },
        { "payments_amount_check", "update payments set amount = 0 where merchant_id = 'refused'" },
        {
            "payments_order_key",
            """
            insert into payments
            select merchant_id, gen_random_uuid(), version, status, method, currency, amount, 0, 0, 0, created_at, updated_at, order_id
            from payments where merchant_id = 'refused'
            """
        },
        {
            "ledger_transfers_amount_check",
            """
            insert into ledger_transfers
            select payment_id, at, 0, version, 3, currency, merchant_id, cause, debit_account, credit_account
            from ledger_transfers where merchant_id = 'refused'
            """
        },
        {
            "ledger_transfers_accounts_check",
            """
            insert into ledger_transfers
            select payment_id, at, 1, version, 3, currency, merchant_id, cause, debit_account, debit_account
            from ledger_transfers where merchant_id = 'refused'
            """
        },
        {
            "ledger_transfers_pkey",
            "insert into ledger_transfers select * from ledger_transfers where merchant_id = 'refused'" },
        { "payment_events_first_pkey", "insert into payment_events select * from payment_events" },
        {
            "idempotency_keys_fingerprint_check",
            "insert into idempotency_keys values ('refused', 'key', '', gen_random_uuid())" },
        { "ledger_balances_sums_check", "insert into ledger_balances values ('refused', 'account', 'INR', 99, -1, 0)" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task The_store_itself_refuses(string constraint, string sql)
    {
        await using var store = fixture.Open();
        await CaptureAsync(store, "refused", 1);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsync(sql));
        Assert.Equal(constraint, refusal.ConstraintName);
    }

    private static Task CaptureAsync(Store store, string merchant, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var accepted = Commits.Accepted(merchant: merchant, id: PaymentId.New(TimeProvider.System));
            Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(accepted));
            Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(Commits.Captured(accepted)));
        }));
}
