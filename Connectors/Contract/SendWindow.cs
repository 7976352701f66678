namespace PaymentCluster.Connectors.Contract;

/// <summary>
/// Until when a request's bytes may leave this machine, on the monotonic clock. It is checked just before they do: a process that was
/// frozen between its intent and its send must not send once others may believe that it never will.
/// </summary>
public sealed class SendWindow
{
    private readonly TimeProvider _time;
    private readonly long _opened;
    private readonly TimeSpan _length;

    private SendWindow(TimeProvider time, TimeSpan length)
    {
        _time = time;
        _opened = time.GetTimestamp();
        _length = length;
    }

    /// <summary>Whether bytes may still leave.</summary>
    public bool IsOpen => _time.GetElapsedTime(_opened) < _length;

    /// <summary>A window that is open from now on.</summary>
    public static SendWindow Open(TimeProvider time, TimeSpan length) => new(time, length);
}
