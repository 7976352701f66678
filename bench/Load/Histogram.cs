using System.Numerics;

namespace PaymentCluster.Bench.Load;

/// <summary>Counts durations, in microseconds, in buckets that are about one percent wide: any range, any number, no
/// allocation.</summary>
internal sealed class Histogram
{
    // Each power of two is cut into this many equal parts.
    private const int PartBits = 7;
    private const int Parts = 1 << PartBits;

    private readonly long[] _counts = new long[(64 - PartBits) * Parts];
    private long _count;
    private long _sum;
    private long _min = long.MaxValue;
    private long _max;

    public void Add(long microseconds)
    {
        var value = Math.Max(0, microseconds);
        _counts[IndexOf(value)]++;
        _count++;
        _sum += value;
        _min = Math.Min(_min, value);
        _max = Math.Max(_max, value);
    }

    public Latencies Figures() => new()
    {
        Mean = _count == 0 ? 0 : _sum / 1000.0 / _count,
        Min = _count == 0 ? 0 : _min / 1000.0,
        P50 = Percentile(0.5),
        P99 = Percentile(0.99),
        P999 = Percentile(0.999),
        Max = _max / 1000.0,
    };

    private double Percentile(double part)
    {
        var wanted = (long)Math.Ceiling(part * _count);
        var seen = 0L;
        for (var index = 0; index < _counts.Length && wanted > 0; index++)
        {
            seen += _counts[index];
            if (seen >= wanted)
            {
                return Math.Min(HighestOf(index), _max) / 1000.0;
            }
        }

        return 0;
    }

    // Below Parts every value has a bucket of its own; above, its highest bits say which.
    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - PartBits);
        return (shift * Parts) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        var shift = Math.Max(0, (index / Parts) - 1);
        return (((long)(index - (shift * Parts)) + 1) << shift) - 1;
    }
}
