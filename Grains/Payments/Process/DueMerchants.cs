using System.Collections.Immutable;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// The merchants with due payments in one lane, and whose turn it is: each in its turn gets an equal part of a claim,
/// and one that has more goes to the end of the queue again. Which merchants have something due is found out in rounds
/// over all of them, a part at a time.
/// </summary>
/// <param name="lane">The lane.</param>
/// <param name="time">The clock of pauses.</param>
internal sealed class DueMerchants(DueLane lane, TimeProvider time)
{
    /// <summary>How many merchants are looked at in one query: about ten milliseconds.</summary>
    public const int PageSize = 2_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Queue<string> _queue = new();
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private long? _lookedAt;
    private TimeSpan _longest;
    private string? _next = "";

    /// <summary>The lane.</summary>
    public DueLane Lane => lane;

    /// <summary>Whether no merchant is known to have anything due.</summary>
    public bool IsDrained => _next is null && _queue.Count == 0;

    /// <summary>Begins a new round.</summary>
    public void Restart() => (_next, _longest, _lookedAt) = ("", TimeSpan.Zero, null);

    /// <summary>After which merchant to look now; null: not now. The first of a queue is looked for at once, the others
    /// once a second.</summary>
    public string? LookAfter()
    {
        if (_lookedAt is not { } lookedAt || time.GetElapsedTime(lookedAt) >= Pause)
        {
            return _next ?? "";
        }

        return _queue.Count == 0 ? _next : null;
    }

    /// <summary>Adds merchants that have something due.</summary>
    /// <returns>For how long the one of the round has been due that is most overdue.</returns>
    public TimeSpan Add(DueMerchantsPage page)
    {
        _longest = _next is null or "" ? TimeSpan.Zero : _longest;
        foreach (var found in page.Merchants)
        {
            _longest = found.Overdue > _longest ? found.Overdue : _longest;
            if (_queued.Add(found.Merchant))
            {
                _queue.Enqueue(found.Merchant);
            }
        }

        (_next, _lookedAt) = (page.Next, time.GetTimestamp());
        return _longest;
    }

    /// <summary>Takes those whose turn it is.</summary>
    /// <param name="room">How many payments are claimed, at most.</param>
    /// <returns>The merchants, and how many payments of each.</returns>
    public (ImmutableArray<string> Merchants, int Share) Take(int room)
    {
        var merchants = ImmutableArray.CreateBuilder<string>();
        while (merchants.Count < room && _queue.TryDequeue(out var merchant))
        {
            merchants.Add(merchant);
        }

        return (merchants.ToImmutable(), room / Math.Max(1, merchants.Count));
    }

    /// <summary>Those that got a whole share may have more; the others are done.</summary>
    public void Served(ImmutableArray<string> merchants, int share, ImmutableArray<DuePayment> due)
    {
        var claimed = due.CountBy(payment => payment.Key.Merchant, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var merchant in merchants)
        {
            if (claimed.GetValueOrDefault(merchant) >= share)
            {
                _queue.Enqueue(merchant);
            }
            else
            {
                _queued.Remove(merchant);
            }
        }
    }

    /// <summary>They were not served: their turn is later.</summary>
    public void Return(ImmutableArray<string> merchants)
    {
        foreach (var merchant in merchants)
        {
            _queue.Enqueue(merchant);
        }
    }
}
