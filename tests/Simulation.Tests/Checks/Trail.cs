using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Simulation.Tests.Checks;

/// <summary>What the checker knows of a payment: every state that was ever durable, and what was booked.</summary>
internal sealed class Trail(PaymentKey key)
{
    private readonly Queue<DateTimeOffset> _queries = new();

    public PaymentKey Key { get; } = key;

    /// <summary>The state after each version; version n is at n - 1.</summary>
    public List<PaymentState> States { get; } = [];

    public PaymentState Last => States[^1];

    /// <summary>The transfers, by what makes them one.</summary>
    public Dictionary<(string Cause, TransferKind Kind), LedgerTransfer> Transfers { get; } = [];

    /// <summary>The attempts that an operator said were paid: the provider's fee is unknown.</summary>
    public HashSet<int> Resolved { get; } = [];

    /// <summary>How often it was woken.</summary>
    public int Wakes { get; set; }

    /// <summary>Notes a status query, and tells how many there were in the last minute.</summary>
    public int QueriesInAMinute(DateTimeOffset now)
    {
        _queries.Enqueue(now);
        while (_queries.Peek() < now - TimeSpan.FromMinutes(1))
        {
            _queries.Dequeue();
        }

        return _queries.Count;
    }
}
