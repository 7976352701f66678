using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// The database's clock, as this process knows it. All deadlines of payments are set and compared by it, and the
/// sweeper's query uses the database's own: however wrong the machine's clock is, every silo means the same moment.
/// </summary>
/// <remarks>
/// It is the database's time at the last reading plus what the monotonic clock counted since. How wrong that can be is
/// known: half of the time that the reading took, what the monotonic clock may have drifted since (500 ppm, above what
/// machines are specified for), and by how much the machine's two clocks disagree about the time since then: the
/// monotonic one stops while a virtual machine is suspended, the wall's may be set. While that is more than
/// <see cref="MaxError"/> the clock is in doubt, and nothing is decided by it: <see cref="SynchronizedAsync"/> reads it
/// first. Without the store it runs on, for some eight minutes within its bound; but without the store nothing is
/// decided anyway.
/// </remarks>
public sealed class StoreClock : TimeProvider, IPaymentClock
{
    /// <summary>How far it may be from the database's clock when something is decided by it. Two silos are at most
    /// double that apart: the least that <c>Payments:ClockError</c> may be.</summary>
    public static readonly TimeSpan MaxError = TimeSpan.FromMilliseconds(250);

    private const double Drift = 0.0005;

    // A machine so busy that a response takes half a second may be less busy the next time.
    private const int MaxTries = 10;

    private readonly TimeProvider _machine;
    private readonly IStoreTime _store;
    private readonly Lock _gate = new();
    private volatile Reading? _reading;
    private Task? _synchronizing;

    /// <summary>A clock that follows a database's.</summary>
    /// <param name="machine">The clocks of this machine.</param>
    /// <param name="database">The database.</param>
    public StoreClock(TimeProvider machine, PaymentDatabase database)
        : this(machine, new DatabaseTime(database))
    {
    }

    /// <summary>A clock that follows a store's.</summary>
    internal StoreClock(TimeProvider machine, IStoreTime store) => (_machine, _store) = (machine, store);

    /// <inheritdoc/>
    public override long TimestampFrequency => _machine.TimestampFrequency;

    /// <summary>How far it may be from the database's clock now; the maximum before the first reading.</summary>
    public TimeSpan Error => _reading is { } reading ? ErrorOf(reading, ReadMachine()) : TimeSpan.MaxValue;

    /// <inheritdoc/>
    public TimeProvider Machine => _machine;

    /// <inheritdoc/>
    public DateTimeOffset Now => PaymentClock.InMicroseconds(GetUtcNow());

    /// <inheritdoc/>
    /// <exception cref="JournalUnavailableException">The store's clock cannot be read, or not exactly
    /// enough.</exception>
    public ValueTask SynchronizedAsync() =>
        Error > MaxError ? new ValueTask(SynchronizeAsync()) : ValueTask.CompletedTask;

    /// <summary>The database's time; before the first reading the machine's.</summary>
    public override DateTimeOffset GetUtcNow() => _reading is { } reading
        ? reading.Time + _machine.GetElapsedTime(reading.Taken.Timestamp)
        : _machine.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => _machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Reads the database's clock. A reading that is less exact than what is known is not used.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public async Task ReadAsync(CancellationToken cancellation = default)
    {
        var reading = await _store.ReadAsync(ReadMachine, cancellation);
        Take(reading.SentAt, reading.Time, reading.ReceivedAt);
    }

    /// <summary>What the machine's two clocks show.</summary>
    internal Moment ReadMachine() => new(_machine.GetTimestamp(), _machine.GetUtcNow());

    /// <summary>Records that the database's clock showed a time at some moment between two.</summary>
    internal void Take(Moment sentAt, DateTimeOffset time, Moment receivedAt)
    {
        var half = _machine.GetElapsedTime(sentAt.Timestamp, receivedAt.Timestamp) / 2;
        // In the middle of the two; where between them it really was, is the reading's error.
        var fresh = new Reading(receivedAt, time + half, half + Disagreement(sentAt, receivedAt));
        lock (_gate)
        {
            if (_reading is not { } known || fresh.Error <= ErrorOf(known, receivedAt))
            {
                _reading = fresh;
            }
        }
    }

    // One query, shared by all who wait for it.
    private Task SynchronizeAsync()
    {
        lock (_gate)
        {
            return _synchronizing ??= ReadUntilExactAsync();
        }
    }

    private async Task ReadUntilExactAsync()
    {
        // The caller holds the lock: nothing is read under it.
        await Task.Yield();
        try
        {
            for (var tries = 1; Error > MaxError; tries++)
            {
                if (tries > MaxTries)
                {
                    throw new JournalUnavailableException(
                        new TimeoutException("The database responds too slowly for an exact reading of its clock."));
                }

                await ReadAsync();
            }
        }
        finally
        {
            lock (_gate)
            {
                _synchronizing = null;
            }
        }
    }

    private TimeSpan ErrorOf(Reading reading, Moment now)
    {
        var age = _machine.GetElapsedTime(reading.Taken.Timestamp, now.Timestamp);
        return reading.Error + (age * Drift) + Disagreement(reading.Taken, now);
    }

    private TimeSpan Disagreement(Moment since, Moment now) =>
        (now.Wall - since.Wall - _machine.GetElapsedTime(since.Timestamp, now.Timestamp)).Duration();

    /// <summary>A moment by the machine's two clocks.</summary>
    internal readonly record struct Moment(long Timestamp, DateTimeOffset Wall);

    private sealed record Reading(Moment Taken, DateTimeOffset Time, TimeSpan Error);
}
