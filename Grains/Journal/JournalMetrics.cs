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
    private readonly Histogram<int> _load;
    private readonly Histogram<double> _loadDuration;
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
        _load = _meter.CreateHistogram<int>(
            "journal.load.size", "{payment}", "Payments that one statement loaded");
        _loadDuration = _meter.CreateHistogram<double>(
            "journal.load.duration", "s", "One statement that loads payments");
        _conflicts = _meter.CreateCounter<long>(
            "journal.conflicts", "{commit}", "Commits refused because of what is stored, by reason");
        _refused = _meter.CreateCounter<long>(
            "journal.overloads", "{request}", "Commits and loads refused because their queue was full");
        _inDoubt = _meter.CreateCounter<long>("journal.in_doubt", "{commit}", "Commits whose response was lost");
        _repeated = _meter.CreateCounter<long>(
            "journal.repeats", "{transaction}", "Transactions repeated after a deadlock");
    }

    internal void Batch(int size) => _batch.Record(size);

    internal void Committed(TimeSpan duration) => _duration.Record(duration.TotalSeconds);

    internal void Loaded(int size, TimeSpan duration)
    {
        _load.Record(size);
        _loadDuration.Record(duration.TotalSeconds);
    }

    internal void Conflict(string reason) => _conflicts.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Refused() => _refused.Add(1);

    internal void InDoubt(int count) => _inDoubt.Add(count);

    internal void Repeated() => _repeated.Add(1);

    /// <summary>Watches how many loads wait.</summary>
    internal void WatchLoads(Func<int> waiting) => _meter.CreateObservableGauge(
        "journal.load.waiting", waiting, "{payment}", "Payments that wait to be loaded");

    /// <summary>Watches a queue's depth.</summary>
    internal void Watch(string queue, Func<int> depth) => _meter.CreateObservableGauge(
        "journal.queue.depth", () =>
            new Measurement<int>(depth(), new KeyValuePair<string, object?>("queue", queue)), "{commit}",
        "Commits that wait for a writer");
}
