using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Wakes payments that are due: after a crash, for retries, status queries and expiries. A lease keeps two
/// silos from waking the same payment, and a payment whose waker died is due again when the lease is over. It decides
/// nothing: the payment does.</summary>
/// <remarks>As long as all that is due fits into one claim, it is claimed by age alone. When it does not, recovery is
/// claimed before routine, and of each lane an equal part of every merchant's. Nothing waits for what a claim returned:
/// the next one is made as soon as there is room.</remarks>
/// <param name="journal">Knows what is due.</param>
/// <param name="payments">The payments.</param>
/// <param name="host">Runs the calls to them.</param>
/// <param name="options">Says how many calls at once, and how long a lease is.</param>
/// <param name="time">The clock of pauses.</param>
/// <param name="metrics">The lag.</param>
/// <param name="logger">Logs an unavailable journal and payments that could not be resumed.</param>
public sealed partial class DuePayments(
    IPaymentJournal journal,
    IPaymentCalls payments,
    IOperationHost host,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    SweeperMetrics metrics,
    ILogger<DuePayments> logger)
{
    // What a lane gets at least, and what is worth a claim.
    private const int Part = 4;

    // A claim by age is for what became due since the last one, and for what became due a little earlier: its commit
    // was late, or another transaction held it. Once a minute it is for everything.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Complete = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly ResumeLimit _limit = new(options.Value.ResumesAtOnce);
    private readonly DueMerchants[] _lanes = [new(DueLane.Recovery, time), new(DueLane.Routine, time)];
    private readonly Dictionary<PaymentKey, DueLane> _underWay = [];
    private TaskCompletionSource? _ended;
    private bool _isBehind;
    private long _claimedAt;
    private long? _completeAt;

    /// <summary>Claims what there is room for, has it resumed, and waits for none of it. One call at a time.</summary>
    /// <returns>Whether more may be due now.</returns>
    public async Task<bool> SweepAsync()
    {
        try
        {
            if (!_isBehind)
            {
                await ClaimOldestAsync();
                return _isBehind;
            }

            // What is more urgent takes what room there is when the sweep begins.
            var room = Room();
            foreach (var lane in _lanes)
            {
                room -= await ClaimFairlyAsync(lane, RoomOf(lane.Lane, room));
            }

            _isBehind = !Array.TrueForAll(_lanes, static lane => lane.IsDrained);
            return _isBehind;
        }
        catch (JournalUnavailableException exception)
        {
            LogUnavailable(exception);
            lock (_lock)
            {
                _limit.PushedBack();
            }

            return false;
        }
    }

    /// <summary>Completes when there is room for a claim that is worth one.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    public Task UntilRoomAsync(CancellationToken cancellation) =>
        UntilAsync(() => Room() >= PartOfLane(), cancellation);

    /// <summary>Completes when nothing is under way.</summary>
    public Task UntilIdleAsync() => UntilAsync(() => _underWay.Count == 0, CancellationToken.None);

    private async Task ClaimOldestAsync()
    {
        var room = Room();
        if (room == 0)
        {
            _isBehind = true;
            return;
        }

        var now = time.GetTimestamp();
        var isComplete = _completeAt is not { } completeAt || time.GetElapsedTime(completeAt, now) >= Complete;
        var due = await journal.ClaimDueAsync(
            room, options.Value.Lease, isComplete ? null : time.GetElapsedTime(_claimedAt, now) + Late);
        (_claimedAt, _completeAt) = (now, isComplete ? now : _completeAt);
        foreach (var lane in _lanes)
        {
            metrics.Found(lane.Lane, LongestOverdue(due, lane.Lane));
            lane.Restart();
        }

        _isBehind = due.Length == room;
        Start(due);
    }

    private async Task<int> ClaimFairlyAsync(DueMerchants lane, int room)
    {
        if (room <= 0)
        {
            return 0;
        }

        if (lane.LookAfter() is { } after)
        {
            var page = await journal.FindDueMerchantsAsync(lane.Lane, after, DueMerchants.PageSize);
            metrics.Found(lane.Lane, lane.Add(page));
        }

        var (merchants, share) = lane.Take(room);
        if (merchants.IsEmpty)
        {
            return 0;
        }

        var due = ImmutableArray<DuePayment>.Empty;
        try
        {
            due = await journal.ClaimDueOfAsync(lane.Lane, merchants, share, options.Value.Lease);
        }
        catch (JournalUnavailableException)
        {
            lane.Return(merchants);
            throw;
        }

        lane.Served(merchants, share, due);
        Start(due);
        return due.Length;
    }

    private void Start(ImmutableArray<DuePayment> claimed)
    {
        foreach (var due in claimed)
        {
            lock (_lock)
            {
                // Its call has taken longer than its lease, and is still under way.
                if (!_underWay.TryAdd(due.Key, due.Lane))
                {
                    continue;
                }

                metrics.Began(due.Lane, _limit.Current);
            }

            host.Run(() => ResumeAsync(due));
        }
    }

    private async Task ResumeAsync(DuePayment due)
    {
        var started = time.GetTimestamp();
        var isResumed = false;
        try
        {
            await payments.ResumeAsync(due.Key);
            isResumed = true;
        }
        catch (Exception exception)
        {
            // One payment that fails must not keep the others asleep; it is due again when the lease is over.
            LogNotWoken(exception, due.Key.Merchant, due.Key.Payment);
        }
        finally
        {
            End(due, isResumed, time.GetElapsedTime(started));
        }
    }

    private void End(DuePayment due, bool isResumed, TimeSpan took)
    {
        TaskCompletionSource? ended;
        lock (_lock)
        {
            _underWay.Remove(due.Key);
            if (isResumed)
            {
                _limit.Resumed(took);
            }
            else
            {
                _limit.PushedBack();
            }

            (ended, _ended) = (_ended, null);
        }

        metrics.Ended(due.Lane, isResumed);
        ended?.SetResult();
    }

    private int Room()
    {
        lock (_lock)
        {
            return Math.Max(0, _limit.Current - _underWay.Count);
        }
    }

    // A lane has its part also where the other one has taken all the room there is: what hangs there does not keep it.
    private int RoomOf(DueLane lane, int room)
    {
        lock (_lock)
        {
            return Math.Max(room, PartOfLane() - _underWay.Values.Count(taken => taken == lane));
        }
    }

    private int PartOfLane() => Math.Max(1, _limit.Current / Part);

    private async Task UntilAsync(Func<bool> holds, CancellationToken cancellation)
    {
        while (true)
        {
            Task ended;
            lock (_lock)
            {
                if (holds())
                {
                    return;
                }

                _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                ended = _ended.Task;
            }

            await ended.WaitAsync(cancellation);
        }
    }

    private static TimeSpan LongestOverdue(ImmutableArray<DuePayment> due, DueLane lane) => due
        .Where(payment => payment.Lane == lane)
        .Select(payment => payment.Overdue)
        .DefaultIfEmpty()
        .Max();

    [LoggerMessage(
        LogEvents.SweeperStoreUnavailable,
        LogLevel.Warning,
        "The payment store is unavailable; the sweeper tries again")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(
        LogEvents.SweeperPaymentNotWoken,
        LogLevel.Error,
        "{Merchant} {PaymentId} could not be woken; the next sweep tries again")]
    private partial void LogNotWoken(Exception exception, string merchant, PaymentId paymentId);
}
