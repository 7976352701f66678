namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// How many due payments a silo resumes at once. It grows by one for each time that all of them went well, and falls by
/// half when the journal, a connection or a grain pushes back, or takes long: recovery takes what is left over, and new
/// payments do not wait for it.
/// </summary>
/// <param name="most">As far as it grows.</param>
public sealed class ResumeLimit(int most)
{
    /// <summary>A resume that takes this long waited in queues where new payments wait, too: it is a read and at most
    /// one commit.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(150);

    // A few, so that recovery goes on whatever it meets.
    private const int Least = 4;
    private const int First = 16;

    private readonly double _least = Math.Min(Least, most);
    private double _limit = Math.Min(First, most);
    private int _sinceFall;

    /// <summary>How many now.</summary>
    public int Current => (int)_limit;

    /// <summary>One payment was resumed.</summary>
    /// <param name="took">How long it took.</param>
    public void Resumed(TimeSpan took)
    {
        if (took >= Slow)
        {
            PushedBack();
            return;
        }

        _sinceFall++;
        _limit = Math.Min(most, _limit + (1 / _limit));
    }

    /// <summary>One payment could not be resumed, or nothing could be claimed. Those that were under way together meet
    /// the same obstacle together, and count once.</summary>
    public void PushedBack()
    {
        if (_sinceFall >= Current)
        {
            _sinceFall = 0;
            _limit = Math.Max(_least, _limit / 2);
        }
        else
        {
            _sinceFall++;
        }
    }
}
