namespace PaymentCluster.Connectors.Contract;

/// <summary>Until when a request's bytes may leave this machine, by the monotonic and the wall clock. It is checked
/// just before the bytes leave: a process that was frozen between intent and send must not send after the engine has
/// concluded that the request was never sent.</summary>
public sealed class SendWindow
{
    private readonly TimeProvider _time;
    private readonly long _opened;
    private readonly DateTimeOffset _openedAt;
    private readonly TimeSpan _length;

    private SendWindow(TimeProvider time, TimeSpan length)
    {
        _time = time;
        _opened = time.GetTimestamp();
        _openedAt = time.GetUtcNow();
        _length = length;
    }

    /// <summary>Whether bytes may still leave. Both clocks must agree: the wall clock may be set back, and the
    /// monotonic clock stops while a virtual machine is suspended.</summary>
    public bool IsOpen => _time.GetElapsedTime(_opened) < _length && _time.GetUtcNow() - _openedAt < _length;

    /// <summary>A window that is open from now on.</summary>
    public static SendWindow Open(TimeProvider time, TimeSpan length) => new(time, length);
}
