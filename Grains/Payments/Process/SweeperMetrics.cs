using System.Diagnostics.Metrics;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The sweeper's figures, meter <c>PaymentCluster.Sweeper</c>.</summary>
public sealed class SweeperMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Sweeper";

    private static readonly DueLane[] Lanes = Enum.GetValues<DueLane>();

    private readonly TimeProvider _time;
    private readonly Counter<long> _resumed;
    private readonly int[] _underWay = new int[Lanes.Length];
    private readonly long[] _dueSince = new long[Lanes.Length];
    private int _limit;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="time">The clock of ages.</param>
    public SweeperMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        Array.Fill(_dueSince, time.GetUtcNow().UtcTicks);
        var meter = meters.Create(MeterName);
        _resumed = meter.CreateCounter<long>(
            "paymentcluster.sweeper.resumed", "{payment}", "Due payments that were resumed, by lane and result");
        meter.CreateObservableGauge(
            "paymentcluster.sweeper.lag",
            () => Lanes.Select(lane => new Measurement<double>(LagOf(lane).TotalSeconds, Tag(lane))),
            "s",
            "For how long the payment has been due that has been due longest, by lane");
        meter.CreateObservableGauge(
            "paymentcluster.sweeper.under_way",
            () => Lanes.Select(lane => new Measurement<int>(Volatile.Read(ref _underWay[Index(lane)]), Tag(lane))),
            "{payment}",
            "Due payments that this silo is resuming, by lane");
        meter.CreateObservableGauge(
            "paymentcluster.sweeper.limit",
            () => Volatile.Read(ref _limit),
            "{payment}",
            "How many due payments this silo resumes at once, at most");
    }

    /// <summary>For how long the payment has been due that was due longest when the store was last read, and since
    /// then.</summary>
    public TimeSpan LagOf(DueLane lane) =>
        TimeSpan.FromTicks(_time.GetUtcNow().UtcTicks - Volatile.Read(ref _dueSince[Index(lane)]));

    internal void Found(DueLane lane, TimeSpan overdue) =>
        Volatile.Write(ref _dueSince[Index(lane)], (_time.GetUtcNow() - overdue).UtcTicks);

    internal void Began(DueLane lane, int limit)
    {
        Interlocked.Increment(ref _underWay[Index(lane)]);
        Volatile.Write(ref _limit, limit);
    }

    internal void Ended(DueLane lane, bool isResumed)
    {
        Interlocked.Decrement(ref _underWay[Index(lane)]);
        _resumed.Add(1, Tag(lane), new("result", isResumed ? "resumed" : "failed"));
    }

    private static int Index(DueLane lane) => (int)lane - 1;

    private static KeyValuePair<string, object?> Tag(DueLane lane) => new("lane", lane switch
    {
        DueLane.Recovery => "recovery",
        DueLane.Routine => "routine",
    });
}
