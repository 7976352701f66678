using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>Reads the store's clock.</summary>
internal interface IStoreTime
{
    /// <summary>Reads it, and looks at the machine's clocks right before and right after.</summary>
    /// <exception cref="JournalUnavailableException">The store is unavailable.</exception>
    Task<StoreTimeReading> ReadAsync(Func<StoreClock.Moment> readMachine, CancellationToken cancellation);
}

/// <summary>The store's clock showed a time at some moment between two.</summary>
internal readonly record struct StoreTimeReading(
    StoreClock.Moment SentAt, DateTimeOffset Time, StoreClock.Moment ReceivedAt);

/// <summary>PostgreSQL's clock.</summary>
internal sealed class DatabaseTime(PaymentDatabase database) : IStoreTime
{
    public Task<StoreTimeReading> ReadAsync(Func<StoreClock.Moment> readMachine, CancellationToken cancellation) =>
        database.ReadAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(PaymentSql.Clock, connection);
                var sentAt = readMachine();
                var time = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
                return new StoreTimeReading(sentAt, new DateTimeOffset(time, TimeSpan.Zero), readMachine());
            },
            cancellation);
}
