namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// How many due payments a silo resumes at once. It grows by one for each time that all of them went well, falls by
/// half when the journal, a connection or a grain pushes back, and by a quarter, but not below a fixed number, while
/// they take long: recovery takes what is left over, and on a busy machine it still goes on.
/// </summary>
/// <param name="most">As far as it grows.</param>
public sealed class ResumeLimit(int most)
{
    /// <summary>Resumes that typically take this long wait in queues where new payments wait, too: each is a read and
    /// at most one commit.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    // A few, so that recovery goes on whatever it meets.
    private const int Least = 4;

    // As many while all of them are slow: a thousand a second at the bound above. They share their statements, so that
    // they take no more connections than fewer would. A machine that has little time for all must not have none for
    // them.
    private const int WhenSlow = 48;

    // Of this many: one that is slow, for a reason of its own, says little.
    private const int Typical = 16;

    private readonly double _least = Math.Min(Least, most);
    private double _limit = Math.Min(WhenSlow, most);
    private double _milliseconds;
    private int _sinceFall;

    /// <summary>How many now.</summary>
    public int Current => (int)_limit;

    /// <summary>One payment was resumed.</summary>
    /// <param name="took">How long it took.</param>
    public void Resumed(TimeSpan took)
    {
        _milliseconds += (took.TotalMilliseconds - _milliseconds) / Typical;
        var bound = _milliseconds >= Slow.TotalMilliseconds ? Math.Min(WhenSlow, most) : most;
        if (_limit > bound)
        {
            FallTo(Math.Max(bound, 3 * _limit / 4));
            return;
        }

        _sinceFall++;
        _limit = Math.Min(bound, _limit + (1 / _limit));
    }

    /// <summary>One payment could not be resumed, or nothing could be claimed.</summary>
    public void PushedBack() => FallTo(_limit / 2);

    // Those that were under way together meet the same obstacle together, and count once.
    private void FallTo(double limit)
    {
        _sinceFall++;
        if (_sinceFall > Current)
        {
            _sinceFall = 0;
            _limit = Math.Max(_least, limit);
        }
    }
}
