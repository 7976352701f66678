using System.Diagnostics.Metrics;

namespace PaymentCluster.Grains.Journal;

/// <summary>The journal's figures, meter <c>PaymentCluster.Journal</c>.</summary>
public sealed class JournalMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Journal";

    private readonly Meter _meter;
    private readonly Histogram<int> _batch;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _inDoubt;
    private readonly Counter<long> _repeated;

    /// <summary>Makes the instruments.</summary>
    public JournalMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _batch = _meter.CreateHistogram<int>(
            "journal.batch.size", "{commit}", "Commits that went into one transaction");
        _duration = _meter.CreateHistogram<double>(
            "journal.commit.duration", "s", "One transaction, from its first byte to its durability");
        _conflicts = _meter.CreateCounter<long>(
            "journal.conflicts", "{commit}", "Commits refused because of what is stored, by reason");
        _refused = _meter.CreateCounter<long>(
            "journal.overloads", "{commit}", "Commits refused because the queue was full");
        _inDoubt = _meter.CreateCounter<long>("journal.in_doubt", "{commit}", "Commits whose response was lost");
        _repeated = _meter.CreateCounter<long>(
            "journal.repeats", "{transaction}", "Transactions repeated after a deadlock");
    }

    internal void Batch(int size) => _batch.Record(size);

    internal void Committed(TimeSpan duration) => _duration.Record(duration.TotalSeconds);

    internal void Conflict(string reason) => _conflicts.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Refused() => _refused.Add(1);

    internal void InDoubt(int count) => _inDoubt.Add(count);

    internal void Repeated() => _repeated.Add(1);

    /// <summary>Watches a queue's depth.</summary>
    internal void Watch(string queue, Func<int> depth) => _meter.CreateObservableGauge(
        "journal.queue.depth", () =>
            new Measurement<int>(depth(), new KeyValuePair<string, object?>("queue", queue)), "{commit}",
        "Commits that wait for a writer");
}
