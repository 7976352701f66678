using System.Threading.Channels;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Passes what an activation commits to those who watch its payment. It is used within the activation's turns
/// only, and holds nothing while there is no watcher.</summary>
internal sealed class TimelineFeed
{
    private readonly HashSet<Watcher> _watchers = [];

    /// <summary>Whether anybody watches.</summary>
    public bool IsWatched => _watchers.Count > 0;

    /// <summary>Starts to collect what is published from now on. Dispose it to stop.</summary>
    public Watcher Subscribe()
    {
        var watcher = new Watcher(this);
        _watchers.Add(watcher);
        return watcher;
    }

    /// <summary>Passes committed entries on.</summary>
    public void Publish(IReadOnlyList<TimelineEntry> entries)
    {
        foreach (var watcher in _watchers)
        {
            foreach (var entry in entries)
            {
                watcher.Add(entry);
            }
        }
    }

    /// <summary>Ends every watch after what was published: the activation is invalid or leaves, and an open watch would
    /// keep it. Watchers resume at the next activation.</summary>
    public void Close()
    {
        foreach (var watcher in _watchers)
        {
            watcher.End();
        }

        _watchers.Clear();
    }

    /// <summary>One watch. What it has not read yet is bounded by the events that one payment can have.</summary>
    internal sealed class Watcher(TimelineFeed feed) : IDisposable
    {
        private readonly Channel<TimelineEntry> _entries = Channel.CreateUnbounded<TimelineEntry>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        /// <summary>The next entry; null at the end of the watch.</summary>
        public async ValueTask<TimelineEntry?> NextAsync(CancellationToken cancellation)
        {
            try
            {
                return await _entries.Reader.WaitToReadAsync(cancellation) && _entries.Reader.TryRead(out var entry)
                    ? entry
                    : null;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public void Dispose() => feed._watchers.Remove(this);

        internal void Add(TimelineEntry entry) => _entries.Writer.TryWrite(entry);

        internal void End() => _entries.Writer.TryComplete();
    }
}
