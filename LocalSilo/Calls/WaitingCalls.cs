using System.Collections.Concurrent;

namespace Orleans.Calls;

/// <summary>The calls that somebody waits for. One timer looks through all of them now and then, as in Orleans: nearly
/// every call is answered long before, and a timer of its own would cost more than the call.</summary>
internal sealed class WaitingCalls : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Call, bool> _calls = new(ReferenceEqualityComparer.Instance);
    private readonly Timer _timer;

    public WaitingCalls(TimeSpan timeout)
    {
        var period = timeout / 10 < Longest ? timeout / 10 : Longest;
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            _timer = new Timer(static calls => ((WaitingCalls)calls!).TimeOut(), this, period, period);
    }

    public void Add(Call call) => _calls.TryAdd(call, true);

    public void Remove(Call call) => _calls.TryRemove(call, out _);

    public void Dispose() => _timer.Dispose();

    private void TimeOut()
    {
        foreach (var (call, _) in _calls)
        {
            if (call.IsTooLate)
            {
                Remove(call);
                call.TimeOut();
            }
        }
    }
}
