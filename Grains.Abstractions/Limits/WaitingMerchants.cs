namespace PaymentCluster.Grains.Abstractions.Limits;

/// <summary>Callers that wait, in turn: one of each merchant, then the next one of each. Not safe for more than one
/// thread.</summary>
internal sealed class WaitingMerchants
{
    // One line per merchant that waits, the next one first.
    private readonly LinkedList<LinkedList<FairConcurrencyLimit.Waiter>> _turns = new();
    private readonly Dictionary<string, LinkedListNode<LinkedList<FairConcurrencyLimit.Waiter>>> _lines =
        new(StringComparer.Ordinal);

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many of a merchant's wait.</summary>
    public int CountOf(string merchant) => _lines.TryGetValue(merchant, out var line) ? line.Value.Count : 0;

    /// <summary>Adds a caller behind its merchant's others.</summary>
    public void Add(FairConcurrencyLimit.Waiter waiter)
    {
        if (!_lines.TryGetValue(waiter.Merchant, out var line))
        {
            line = _turns.AddLast(new LinkedList<FairConcurrencyLimit.Waiter>());
            _lines.Add(waiter.Merchant, line);
        }

        waiter.Place = line.Value.AddLast(waiter);
        Count++;
    }

    /// <summary>Removes a caller, wherever it is.</summary>
    public void Remove(FairConcurrencyLimit.Waiter waiter)
    {
        var line = _lines[waiter.Merchant];
        line.Value.Remove(waiter.Place!);
        waiter.Place = null;
        Count--;
        if (line.Value.Count == 0)
        {
            _turns.Remove(line);
            _lines.Remove(waiter.Merchant);
        }
    }

    /// <summary>Removes and returns the next caller: of the merchants that hold the fewest permits, of the one whose
    /// turn it is; its next turn comes after all others'. Null if that merchant may not hold one more, and so none
    /// may.</summary>
    /// <param name="heldBy">How many permits a merchant holds.</param>
    /// <param name="mayHoldMore">Whether one that holds so many may hold one more.</param>
    public FairConcurrencyLimit.Waiter? TakeNext(Func<string, int> heldBy, Func<int, bool> mayHoldMore)
    {
        var (next, fewest) = ((LinkedListNode<LinkedList<FairConcurrencyLimit.Waiter>>?)null, int.MaxValue);
        for (var line = _turns.First; line is not null && fewest > 0; line = line.Next)
        {
            var held = heldBy(line.Value.First!.Value.Merchant);
            (next, fewest) = held < fewest ? (line, held) : (next, fewest);
        }

        if (next is null || !mayHoldMore(fewest))
        {
            return null;
        }

        var waiter = next.Value.First!.Value;
        Remove(waiter);
        if (next.Value.Count > 0)
        {
            _turns.Remove(next);
            _turns.AddLast(next);
        }

        return waiter;
    }
}
