namespace PaymentCluster.Grains.Journal;

/// <summary>The pauses between tries to reach a store that is away, and the end of patience.</summary>
internal sealed class StoreTrouble(JournalOptions options, TimeProvider time)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    private TimeSpan _delay = options.FirstRetryDelay;
    private long? _since;

    /// <summary>Pauses before the next try; false if there shall be none.</summary>
    /// <param name="inDoubt">Whether the fate of a commit hangs on it: then it is worth more patience.</param>
    public async Task<bool> WaitAsync(bool inDoubt)
    {
        _since ??= time.GetTimestamp();
        if (time.GetElapsedTime(_since.Value) + _delay > (inDoubt ? options.DoubtPatience : options.ConnectPatience))
        {
            return false;
        }

        await Task.Delay(_delay, time);
        _delay = _delay * 2 < MaxDelay ? _delay * 2 : MaxDelay;
        return true;
    }
}
