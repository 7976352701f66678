using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Risk;

/// <summary>Counts attempts by their subjects, in bounded memory. For several threads: the alarms' gauge reads
/// it.</summary>
/// <param name="options">The limits.</param>
/// <param name="capacity">How many subjects it keeps. For more, those that restrict nothing are removed first.</param>
/// <param name="time">The clock; only its timestamps are used.</param>
internal sealed class AttemptCounters(AttemptGuardOptions options, int capacity, TimeProvider time)
{
    // Another may be through by then.
    private static readonly TimeSpan UnderWayPause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<AttemptSubject, Entry> _entries = [];

    /// <summary>Says that a subject is blocked from now on: an alarm. With its name and how many attempts were
    /// unsuccessful.</summary>
    public Action<AttemptSubject, string?, int>? Blocked { get; init; }

    /// <summary>How many subjects it keeps.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The limits of each kind of subject. Default: those of payers' browsers.</summary>
    public Func<AttemptSubjectKind, AttemptLimits> LimitsOf { get; init; } = options.OfPayer;

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>How many subjects of a kind are blocked.</summary>
    public int BlockedOf(AttemptSubjectKind kind)
    {
        lock (_lock)
        {
            var now = Now;
            return _entries.Count(entry => entry.Key.Kind == kind && entry.Value.BlockedUntil > now);
        }
    }

    /// <inheritdoc cref="IAttemptCountersGrain.Begin"/>
    public AttemptRestriction? Begin(AttemptSubject subject, string? name = null)
    {
        lock (_lock)
        {
            var (limits, now) = (LimitsOf(subject.Kind), Now);
            var entry = GetOrAdd(subject, now);
            Expire(entry, now);
            if (RestrictionOf(subject, entry, now) is { } restriction)
            {
                return restriction;
            }

            if (entry.UnderWay.Count >= limits.UnderWay)
            {
                return Slowed(subject, UnderWayPause);
            }

            entry.Name ??= name;
            entry.UnderWay.Enqueue(now);
            if (entry.Recent(now - options.SlowedWithin) is var recent && recent >= limits.SlowedAfter)
            {
                // The next of those that come at once waits for the next pause.
                entry.SlowedUntil = now + limits.PauseAfter(recent);
            }

            return null;
        }
    }

    /// <inheritdoc cref="IAttemptCountersGrain.End"/>
    public AttemptRestriction? End(AttemptSubject subject, AttemptEnd end)
    {
        lock (_lock)
        {
            var now = Now;
            if (!_entries.TryGetValue(subject, out var entry))
            {
                if (end != AttemptEnd.Unsuccessful)
                {
                    return null;
                }

                entry = GetOrAdd(subject, now);
            }

            entry.UnderWay.TryDequeue(out _);
            Expire(entry, now);
            Tally(subject, entry, end, now);
            if (IsIdle(entry, now))
            {
                _entries.Remove(subject);
            }

            return RestrictionOf(subject, entry, now);
        }
    }

    /// <summary>What holds for a subject's next attempt, which is not counted; null if nothing.</summary>
    public AttemptRestriction? Find(AttemptSubject subject)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(subject, out var entry) ? RestrictionOf(subject, entry, Now) : null;
        }
    }

    /// <summary>Keeps what other counters said of a subject.</summary>
    public void Note(AttemptSubject subject, AttemptRestriction? restriction)
    {
        lock (_lock)
        {
            var now = Now;
            if (_entries.TryGetValue(subject, out var known)
                && known.BlockedUntil > now
                && restriction is not { IsBlocked: true })
            {
                // It was said before the block. No block ends early.
                return;
            }

            if (restriction is null)
            {
                _entries.Remove(subject);
                return;
            }

            var entry = GetOrAdd(subject, now);
            var until = now + restriction.RetryAfter;
            (entry.BlockedUntil, entry.SlowedUntil) = restriction.IsBlocked ? (until, now) : (now, until);
        }
    }

    private void Tally(AttemptSubject subject, Entry entry, AttemptEnd end, TimeSpan now)
    {
        // Those that were under way when the subject was blocked change nothing.
        if (end == AttemptEnd.NotCounted || entry.BlockedUntil > now)
        {
            return;
        }

        var limits = LimitsOf(subject.Kind);
        if (end == AttemptEnd.Successful)
        {
            entry.Unsuccessful.TryDequeue(out _);
            if (entry.Recent(now - options.SlowedWithin) < limits.SlowedAfter)
            {
                entry.SlowedUntil = now;
            }

            return;
        }

        entry.Unsuccessful.Enqueue(now);
        if (entry.Unsuccessful.Count >= limits.BlockedAfter)
        {
            Blocked?.Invoke(subject, entry.Name, entry.Unsuccessful.Count);
            entry.BlockedUntil = now + options.BlockedFor;
            entry.Unsuccessful.Clear();
        }
        else if (entry.Recent(now - options.SlowedWithin) is var recent && recent >= limits.SlowedAfter)
        {
            entry.SlowedUntil = now + limits.PauseAfter(recent);
        }
    }

    private void Expire(Entry entry, TimeSpan now)
    {
        while (entry.Unsuccessful.TryPeek(out var at) && at <= now - options.BlockedWithin)
        {
            entry.Unsuccessful.Dequeue();
        }

        while (entry.UnderWay.TryPeek(out var at) && at <= now - options.UnderWayFor)
        {
            entry.UnderWay.Dequeue();
        }
    }

    private Entry GetOrAdd(AttemptSubject subject, TimeSpan now)
    {
        if (_entries.TryGetValue(subject, out var known))
        {
            return known;
        }

        if (_entries.Count >= capacity)
        {
            MakeSpace(now);
        }

        return _entries[subject] = new Entry(now);
    }

    // All at once, because each search costs the whole length.
    private void MakeSpace(TimeSpan now)
    {
        var excess = (capacity / 8) + 1;
        foreach (var (subject, entry) in _entries)
        {
            Expire(entry, now);
            if (IsIdle(entry, now))
            {
                _entries.Remove(subject);
                excess--;
            }
        }

        // Those that count least; a blocked one only where there is no other.
        foreach (var (subject, _) in _entries
            .OrderBy(entry => entry.Value.BlockedUntil > now ? int.MaxValue : entry.Value.Unsuccessful.Count)
            .Take(Math.Max(0, excess))
            .ToList())
        {
            _entries.Remove(subject);
        }
    }

    private static bool IsIdle(Entry entry, TimeSpan now) =>
        entry.UnderWay.Count == 0
        && entry.Unsuccessful.Count == 0
        && entry.SlowedUntil <= now
        && entry.BlockedUntil <= now;

    private static AttemptRestriction? RestrictionOf(AttemptSubject subject, Entry entry, TimeSpan now) =>
        entry.BlockedUntil > now
            ? new AttemptRestriction
            {
                Kind = subject.Kind, IsBlocked = true, RetryAfter = entry.BlockedUntil - now,
            }
            : entry.SlowedUntil > now ? Slowed(subject, entry.SlowedUntil - now)
            : null;

    private static AttemptRestriction Slowed(AttemptSubject subject, TimeSpan pause) =>
        new() { Kind = subject.Kind, IsBlocked = false, RetryAfter = pause };

    // A struct's queues would be copied; most entries have one time in one of them.
    private sealed class Entry(TimeSpan now)
    {
        public string? Name { get; set; }

        public Queue<TimeSpan> Unsuccessful { get; } = new(0);

        public Queue<TimeSpan> UnderWay { get; } = new(0);

        public TimeSpan SlowedUntil { get; set; } = now;

        public TimeSpan BlockedUntil { get; set; } = now;

        public int Recent(TimeSpan after) => Unsuccessful.Count(at => at > after);
    }
}
