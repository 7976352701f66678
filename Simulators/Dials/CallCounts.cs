using System.Collections.Concurrent;

namespace PaymentCluster.Simulators.Dials;

/// <summary>How many calls each provider has had, by account and kind, and how many in its busiest minute: what a
/// provider's rate limit would see. Every call counts, whatever became of it. Since the start of the process.</summary>
internal sealed class CallCounts(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Provider, string Account, DialOperation Operation), Count> _counts =
        new();

    public void Add(string provider, string account, DialOperation operation) =>
        _counts.GetOrAdd((provider, account, operation), static _ => new Count())
            .Add(time.GetUtcNow().ToUnixTimeMilliseconds());

    public IEnumerable<CallCount> Of(string provider) => _counts
        .Where(pair => pair.Key.Provider == provider)
        .OrderBy(pair => pair.Key.Account, StringComparer.Ordinal).ThenBy(pair => pair.Key.Operation)
        .Select(pair => pair.Value.Read(pair.Key.Account, pair.Key.Operation));

    // A minute in slots of a tenth of a second.
    private sealed class Count
    {
        private const int Slots = 600;
        private const int SlotMs = 100;

        private readonly Lock _lock = new();
        private readonly int[] _slots = new int[Slots];
        private long _last;
        private long _total;
        private int _minute;
        private int _most;

        public void Add(long now)
        {
            lock (_lock)
            {
                var slot = Math.Max(_last, now / SlotMs);
                for (var old = Math.Max(_last + 1, slot - Slots + 1); old <= slot; old++)
                {
                    _minute -= _slots[old % Slots];
                    _slots[old % Slots] = 0;
                }

                _last = slot;
                _slots[slot % Slots]++;
                _total++;
                _minute++;
                _most = Math.Max(_most, _minute);
            }
        }

        public CallCount Read(string account, DialOperation operation)
        {
            lock (_lock)
            {
                return new CallCount(account, operation.ToString().ToLowerInvariant(), _total, _most);
            }
        }
    }
}

/// <summary>The calls of one kind to one account. At providers whose calls are not counted by account, the account is
/// empty.</summary>
internal sealed record CallCount(
    string Account,
    string Operation,
    long Total,
    [property: System.Text.Json.Serialization.JsonPropertyName("most_in_a_minute")] int MostInAMinute);
