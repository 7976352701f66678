namespace PaymentCluster.Grains.Journal;

/// <summary>The pauses between attempts to reconnect to the database, and when to give up.</summary>
internal sealed class ReconnectBackoff(JournalOptions options, TimeProvider time)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    private TimeSpan _delay = options.FirstRetryDelay;
    private long? _since;

    /// <summary>Pauses before the next attempt; false when the timeout is over.</summary>
    /// <param name="inDoubt">Whether a commit is in doubt: then <see cref="JournalOptions.DoubtTimeout"/> applies
    /// instead of <see cref="JournalOptions.ReconnectTimeout"/>.</param>
    public async Task<bool> WaitAsync(bool inDoubt)
    {
        _since ??= time.GetTimestamp();
        var timeout = inDoubt ? options.DoubtTimeout : options.ReconnectTimeout;
        if (time.GetElapsedTime(_since.Value) + _delay > timeout)
        {
            return false;
        }

        await Task.Delay(_delay, time);
        _delay = _delay * 2 < MaxDelay ? _delay * 2 : MaxDelay;
        return true;
    }
}
