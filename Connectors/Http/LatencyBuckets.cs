namespace PaymentCluster.Connectors.Http;

/// <summary>A small histogram of times: four buckets to each doubling, from a millisecond to a minute.</summary>
internal sealed class LatencyBuckets
{
    private const int PerDoubling = 4;
    private const int Doublings = 16;

    private readonly long[] _counts = new long[(PerDoubling * Doublings) + 1];

    /// <summary>How many times it holds.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a time.</summary>
    public void Add(TimeSpan time)
    {
        var place = Math.Ceiling(Math.Log2(Math.Max(1, time.TotalMilliseconds)) * PerDoubling);
        _counts[(int)Math.Min(place, _counts.Length - 1)]++;
        Count++;
    }

    /// <summary>Both histograms in one.</summary>
    public LatencyBuckets With(LatencyBuckets other)
    {
        var sum = new LatencyBuckets { Count = Count + other.Count };
        for (var i = 0; i < _counts.Length; i++)
        {
            sum._counts[i] = _counts[i] + other._counts[i];
        }

        return sum;
    }

    /// <summary>The upper end of the bucket that holds the time which so large a share does not exceed; null if there
    /// is none.</summary>
    public TimeSpan? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var rank = (long)Math.Ceiling(share * Count);
        var place = 0;
        for (var seen = _counts[0]; seen < rank; seen += _counts[place])
        {
            place++;
        }

        return TimeSpan.FromMilliseconds(Math.Round(Math.Pow(2, (double)place / PerDoubling), 1));
    }
}
