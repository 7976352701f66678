using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Limits;

namespace PaymentCluster.Grains.Journal;

/// <summary>Reads over many of a merchant's rows: lists, books, counts. They have connections of their own, which
/// merchants share fairly, so that they delay neither payments nor each other's reads. Meter
/// <c>PaymentCluster.Reads</c>.</summary>
public sealed class MerchantReads
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Reads";

    private readonly PaymentDatabase _database;
    private readonly FairConcurrencyLimit _limit;
    private readonly Counter<long> _rejected;

    /// <summary>Makes the limit.</summary>
    /// <param name="database">The store.</param>
    /// <param name="options">The limit's size.</param>
    /// <param name="time">Measures how long reads wait.</param>
    /// <param name="meters">Makes the figures.</param>
    public MerchantReads(
        PaymentDatabase database, IOptions<MerchantReadsOptions> options, TimeProvider time, IMeterFactory meters)
    {
        _database = database;
        _limit = new FairConcurrencyLimit(
            new FairConcurrencyLimitOptions
            {
                Permits = options.Value.MaxConcurrency,
                PermitsPerMerchant = options.Value.PerMerchant,
                MaxQueued = options.Value.MaxQueued,
                QueueTimeout = options.Value.QueueTimeout,
            },
            time);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "paymentcluster.reads.under_way", () => _limit.Held, "{read}", "Merchants' reads that are under way");
        meter.CreateObservableGauge(
            "paymentcluster.reads.waiting", () => _limit.Waiting, "{read}", "Merchants' reads that wait");
        _rejected = meter.CreateCounter<long>(
            "paymentcluster.reads.rejected", "{read}", "Merchants' reads rejected because their share was used up");
    }

    /// <summary>Runs a query about one merchant's rows, which may be repeated.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has as many reads under way and waiting as it
    /// may.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable, or the query took too
    /// long.</exception>
    internal async Task<T> ReadAsync<T>(
        string merchant, Func<NpgsqlConnection, Task<T>> query, CancellationToken cancellation = default)
    {
        using var permit = await _limit.AcquireAsync(merchant, isUrgent: true);
        if (permit is null)
        {
            _rejected.Add(1);
            throw new JournalOverloadedException("The merchant's share of concurrent reads is used up.");
        }

        return await _database.ReadManyAsync(query, cancellation);
    }
}
