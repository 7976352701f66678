using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Ledger;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Reads of one merchant that are slow, because a table is locked, delay nothing else: neither its calls that
/// read nothing of it, nor another merchant's, nor payments. A real silo on PostgreSQL.</summary>
public sealed class MerchantReadTests : IAsyncLifetime
{
    private const string Greedy = "greedy";
    private const string Modest = "modest";

    // Above the number of cores, which is how many calls a stateless worker that does not interleave takes at a time.
    private static readonly int Many = (4 * Environment.ProcessorCount) + 8;

    private TestDatabase _database = null!;
    private TestSilo _silo = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _silo = await TestSilo.StartAsync(_database, builder =>
        {
            builder.Services.AddPaymentEngine();
            // So that the lock ends before a wait does.
            builder.Services.Configure<MerchantReadsOptions>(reads =>
            {
                reads.MaxQueued = 2 * Many;
                reads.QueueTimeout = TimeSpan.FromMinutes(1);
                reads.QueryTimeout = TimeSpan.FromMinutes(1);
            });
        });
        await _silo.PutMerchantAsync(Greedy, "s");
        await _silo.PutMerchantAsync(Modest, "s");
    }

    public async Task DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Slow_reads_of_a_merchant_delay_none_of_its_other_calls()
    {
        await using var locked = await LockAsync("payment_schedule");
        var slow = Enumerable.Range(0, Many).Select(_ => Providers(Greedy).List()).ToArray();
        await WaitForReadsAsync();
        var reply = await Providers(Greedy).PutCredentials(TestSilo.Provider, TestSilo.Credentials("second"));
        Assert.Null(reply.Refusal);
        Assert.All(slow, read => Assert.False(read.IsCompleted));
        await locked.CloseAsync();
        Assert.All(await Task.WhenAll(slow), read => Assert.Single(read!.Value));
    }

    [Fact]
    public async Task Slow_reads_of_a_merchant_delay_no_other_merchant_and_no_payment()
    {
        await using var locked = await LockAsync("ledger_accounts");
        var slow = Enumerable.Range(0, Many)
            .Select(_ => _silo.Grains.GetGrain<ILedgerGrain>(Greedy).Accounts())
            .ToArray();
        await WaitForReadsAsync();
        Assert.Empty((await List(Modest)).Payments);
        var started = await _silo.Grains.GetGrain<IPaymentGrain>(Key(Modest))
            .Start(Given.StartCommand() with { Instrument = null });
        Assert.NotNull(started.Payment);
        Assert.All(slow, read => Assert.False(read.IsCompleted));
        await locked.CloseAsync();
        Assert.All(await Task.WhenAll(slow), accounts => Assert.Empty(accounts));
    }

    [Fact]
    public async Task Past_its_share_a_merchants_read_is_rejected_as_overload()
    {
        await using var locked = await LockAsync("ledger_accounts");
        var ledger = _silo.Grains.GetGrain<ILedgerGrain>(Greedy);
        var slow = Enumerable.Range(0, 4 * Many).Select(_ => ledger.Accounts()).ToArray();
        var rejected = await Assert.ThrowsAsync<JournalOverloadedException>(() => Task.WhenAny(slow).Unwrap());
        Assert.Equal("The merchant's share of concurrent reads is used up.", rejected.Message);
        Assert.Empty((await List(Modest)).Payments);
        await locked.CloseAsync();
        await Task.WhenAll(slow.Select(read => read.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.InRange(slow.Count(read => read.IsCompletedSuccessfully), 4, (2 * Many) + 4);
    }

    private static string Key(string merchant) =>
        PaymentKey.Of(merchant, PaymentId.New(TimeProvider.System)).ToString();

    private IProvidersGrain Providers(string merchant) => _silo.Grains.GetGrain<IProvidersGrain>(merchant);

    private Task<PaymentPage> List(string merchant) =>
        _silo.Grains.GetGrain<IPaymentListGrain>(merchant).List(new PaymentListQuery { Limit = 10 });

    // The lock ends with the connection.
    private async Task<NpgsqlConnection> LockAsync(string table)
    {
        var connection = await _database.OpenOwnerAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private Task WaitForReadsAsync() => Eventually.HoldsAsync(
        async () => await _database.ScalarAsync<long>(
            "select count(*) from pg_locks where not granted and database = "
                + "(select oid from pg_database where datname = current_database())") >= 2,
        "reads wait for the lock");
}
