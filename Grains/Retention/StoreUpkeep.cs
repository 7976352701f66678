using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Grains.Retention;

/// <summary>Lets delivered events leave the outbox, a few at a time, and watches over the partitions that were made
/// ahead. Every silo runs one; what two of them look at is deleted once.</summary>
/// <param name="database">The store.</param>
/// <param name="options">What leaves, and when.</param>
/// <param name="metrics">The figures.</param>
/// <param name="time">Paces it.</param>
/// <param name="logger">Logs what an operator has to do.</param>
public sealed partial class StoreUpkeep(
    PaymentDatabase database,
    IOptions<RetentionOptions> options,
    RetentionMetrics metrics,
    TimeProvider time,
    ILogger<StoreUpkeep> logger) : BackgroundService
{
    // More than a month: who migrates with each version has long done it.
    private static readonly TimeSpan EndingSoon = TimeSpan.FromDays(60);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WatchPartitionsAsync(stoppingToken);
                await DeleteDeliveredAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is JournalUnavailableException or NpgsqlException)
            {
                LogFailed(exception);
            }

            await Task.Delay(options.Value.Interval, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks at all rows of the outbox once, and deletes those that were delivered long enough ago.</summary>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public async Task<int> DeleteDeliveredAsync(CancellationToken cancellation)
    {
        var deleted = 0;
        (Guid Payment, int Version, int Deleted)? last = (Guid.Empty, 0, 0);
        while (last is { } from)
        {
            last = await DeletePageAsync(from.Payment, from.Version, cancellation);
            if (last is { } page)
            {
                deleted += page.Deleted;
                metrics.Deleted("outbox", page.Deleted);
                await Task.Delay(options.Value.Pause, time, cancellation);
            }
        }

        return deleted;
    }

    /// <summary>Sees until when there are partitions.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public async Task WatchPartitionsAsync(CancellationToken cancellation)
    {
        var state = await database.ReadAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(PaymentPartitions.StateSql, connection);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                await reader.ReadAsync(cancellation);
                return new PartitionState(
                    new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero), reader.GetBoolean(1));
            },
            cancellation);
        metrics.Saw(state);
        if (state.IsDefaultUsed || state.Until - time.GetUtcNow() < EndingSoon)
        {
            LogPartitionsEnding(state.Until, state.IsDefaultUsed);
        }
    }

    private Task<(Guid Payment, int Version, int Deleted)?> DeletePageAsync(
        Guid payment, int version, CancellationToken cancellation) => database.ReadAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(RetentionSql.DeleteDelivered, connection);
            command.Parameters.Add(Parameters.Of(payment));
            command.Parameters.Add(Parameters.Of(version));
            command.Parameters.Add(Parameters.Of(options.Value.Batch));
            command.Parameters.Add(Parameters.Of(options.Value.DeliveredEvents));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await reader.ReadAsync(cancellation)
                ? (reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2))
                : ((Guid, int, int)?)null;
        },
        cancellation);

    [LoggerMessage(
        LogEvents.JournalPartitionsEnding,
        LogLevel.Warning,
        "Partitions of payments end at {Until:yyyy-MM-dd} (default one used: {IsDefaultUsed}): run 'Silo migrate'")]
    private partial void LogPartitionsEnding(DateTimeOffset until, bool isDefaultUsed);

    [LoggerMessage(LogEvents.JournalUpkeepFailed, LogLevel.Warning, "The store's upkeep failed and is tried again")]
    private partial void LogFailed(Exception exception);
}
