using System.Data;
using Npgsql;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>Looks at the ledger once a second while everything goes on, each time in one snapshot.</summary>
internal sealed class LedgerWatch(string database) : IAsyncDisposable
{
    // I1: per currency debits equal credits. I2: each balance is the fold of its transfers.
    private const string Sql =
        """
        select min(what) from (
            select 'I1: debits and credits in ' || currency || ' differ' as what
            from ledger_accounts group by currency having sum(debits) <> sum(credits)
            union all
            select 'I2: the account ' || account || ' of ' || merchant_id || ' is not the sum of its transfers'
            from (
                select merchant_id, account, currency, sum(debits)::bigint as debits, sum(credits)::bigint as credits
                from (
                    select merchant_id, debit_account as account, currency, amount as debits, 0 as credits from ledger_transfers
                    union all
                    select merchant_id, credit_account, currency, 0, amount from ledger_transfers) as sides
                group by 1, 2, 3) as fold
            full join ledger_accounts as kept using (merchant_id, account, currency)
            where (fold.debits, fold.credits) is distinct from (kept.debits, kept.credits)
            union all
            select 'I5: payment ' || payment_text(payment_id) || ' has captured another amount than the ledger says'
            from payments p
            where captured_amount <> coalesce((select sum(amount) from ledger_transfers t where t.payment_id = p.payment_id and kind = 1), 0)
        ) as findings
        """;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly List<Violation> _found = [];
    private Task _watching = Task.CompletedTask;

    /// <summary>How often it could look.</summary>
    public int Reads { get; private set; }

    public IReadOnlyList<Violation> Found => _found;

    public void Start() => _watching = Task.Run(async () =>
    {
        while (!_end.IsCancellationRequested)
        {
            await ReadAsync();
            await Task.Delay(Second, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    /// <summary>Looks once.</summary>
    public async Task ReadAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(database) { Timeout = 2, CommandTimeout = 10 }.ConnectionString);
            await connection.OpenAsync();
            await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
            await using var command = new NpgsqlCommand(Sql, connection);
            if (await command.ExecuteScalarAsync() is string found)
            {
                _found.Add(new Violation(found[..2], $"under load, at look {Reads}: {found}"));
            }

            Reads++;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            // The store is away.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }
}
