using System.Diagnostics.Metrics;

namespace PaymentCluster.Grains.Retention;

/// <summary>The figures of the store's upkeep, meter <c>PaymentCluster.Retention</c>.</summary>
public sealed class RetentionMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Retention";

    private readonly TimeProvider _time;
    private readonly Counter<long> _deleted;
    private PartitionState? _partitions;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="time">What partitions are compared with.</param>
    public RetentionMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        _deleted = meter.CreateCounter<long>(
            "paymentcluster.retention.deleted", "{row}", "Rows that left the store after their time, by table");
        meter.CreateObservableGauge(
            "paymentcluster.partitions.ahead",
            () => _partitions is { } state ? [new Measurement<double>((state.Until - _time.GetUtcNow()).TotalSeconds)]
                : Array.Empty<Measurement<double>>(),
            "s",
            "For how long there are partitions of the months to come");
        meter.CreateObservableGauge(
            "paymentcluster.partitions.default_used",
            () => _partitions is { } state ? [new Measurement<int>(state.IsDefaultUsed ? 1 : 0)]
                : Array.Empty<Measurement<int>>(),
            "{partition}",
            "1 while payments go to the default partition, because their month has none");
    }

    internal void Deleted(string table, int rows) =>
        _deleted.Add(rows, new KeyValuePair<string, object?>("table", table));

    internal void Saw(PartitionState partitions) => _partitions = partitions;
}

/// <summary>What is seen of the partitions.</summary>
/// <param name="Until">When the last month ends for which there is one.</param>
/// <param name="IsDefaultUsed">Whether payments went to the default partition.</param>
internal sealed record PartitionState(DateTimeOffset Until, bool IsDefaultUsed);
