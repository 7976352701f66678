using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ledger;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Ledger;

/// <summary>Reads the books. One statement each, so one snapshot each.</summary>
public sealed class LedgerStore(MerchantReads reads)
{
    internal const string AccountsSql =
        "select account, currency, debits, credits from ledger_accounts where merchant_id = $1 order by account, "
            + "currency";

    internal const string TrialBalanceSql =
        """
        select currency, sum(debits)::bigint, sum(credits)::bigint from ledger_accounts where merchant_id = $1
            group by currency order by currency
        """;

    /// <summary>A merchant's accounts with their sums, by name and currency.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<ImmutableArray<AccountBalance>> AccountsAsync(
        string merchant, CancellationToken cancellation = default) => ReadAsync(
        AccountsSql,
        merchant,
        reader => new AccountBalance
        {
            Account = reader.GetString(0),
            Currency = Currency.Parse(reader.GetString(1)),
            DebitsMinor = reader.GetInt64(2),
            CreditsMinor = reader.GetInt64(3),
        },
        cancellation);

    /// <summary>Debits and credits over all of a merchant's accounts, per currency.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<ImmutableArray<TrialBalanceLine>> TrialBalanceAsync(
        string merchant, CancellationToken cancellation = default) => ReadAsync(
        TrialBalanceSql,
        merchant,
        reader => new TrialBalanceLine
        {
            Currency = Currency.Parse(reader.GetString(0)),
            DebitsMinor = reader.GetInt64(1),
            CreditsMinor = reader.GetInt64(2),
        },
        cancellation);

    private Task<ImmutableArray<T>> ReadAsync<T>(
        string sql, string merchant, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        reads.ReadAsync(
            merchant,
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                command.Parameters.Add(Parameters.Of(merchant));
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var lines = ImmutableArray.CreateBuilder<T>();
                while (await reader.ReadAsync(cancellation))
                {
                    lines.Add(read(reader));
                }

                return lines.ToImmutable();
            },
            cancellation);
}
