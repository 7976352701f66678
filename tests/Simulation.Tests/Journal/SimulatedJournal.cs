using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Journal;

/// <summary>One silo's way to the store, and all that can go wrong on it.</summary>
internal sealed class SimulatedJournal(World world, SimulatedSilo silo) : IPaymentJournal, IWebhookInbox
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromSeconds(30);

    private enum Fate
    {
        Well,
        ReadBack,
        Overloaded,
        NeverArrives,
        ReplyLost,
        ArrivesLater,
    }

    /// <inheritdoc/>
    public async Task<CommitResult> AppendAsync(PaymentCommit commit)
    {
        CommitRules.Require(commit);
        await silo.Reach("commits");
        var fate = Draw();
        switch (fate)
        {
            case Fate.Overloaded:
                world.Tell(silo.Name, $"the journal is full");
                throw new JournalOverloadedException();
            case Fate.NeverArrives:
                world.Tell(silo.Name, $"the commit does not reach the store");
                await silo.Wait(world.Choices.UpTo(LongestDoubt));
                throw Unavailable();
            case Fate.ArrivesLater:
                world.Tell(silo.Name, $"the commit is given up, and still on its way");
                world.After(world.Choices.UpTo(LongestDoubt), World.Forever("store"), () => world.Store.Apply(commit));
                await silo.Wait(world.Choices.UpTo(LongestDoubt));
                throw Unavailable();
            case Fate.ReplyLost:
                world.Store.Apply(commit);
                world.Tell(silo.Name, $"the commit's response is lost");
                await silo.Wait(world.Choices.UpTo(LongestDoubt));
                throw Unavailable();
            default:
                // A response that was lost and read back is, from here, a slow one.
                var result = world.Store.Apply(commit);
                await silo.Wait(fate == Fate.ReadBack ? world.Choices.UpTo(LongestDoubt) : Round);
                await silo.Reach("learns what became of the commit");
                return result;
        }
    }

    /// <inheritdoc/>
    public async Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default)
    {
        await ReadAsync();
        return world.Store.Read(key);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<DuePayment>> ClaimDueAsync(
        int limit, TimeSpan lease, TimeSpan? within = null, CancellationToken cancellation = default) =>
        ClaimAsync(() => world.Store.ClaimDue(limit, lease, within));

    /// <inheritdoc/>
    public async Task<DueMerchantsPage> FindDueMerchantsAsync(
        DueLane lane, string after, int limit, CancellationToken cancellation = default)
    {
        await ReadAsync();
        return new DueMerchantsPage(world.Store.FindDueMerchants(lane, after), null);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<DuePayment>> ClaimDueOfAsync(
        DueLane lane,
        ImmutableArray<string> merchants,
        int share,
        TimeSpan lease,
        CancellationToken cancellation = default) =>
        ClaimAsync(() => world.Store.ClaimDueOf(lane, merchants, share, lease));

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(
        string merchant, string provider, string eventId, CancellationToken cancellation = default)
    {
        await ReadAsync();
        await silo.Reach("looks for the webhook");
        return world.Store.IsInInbox(eventId);
    }

    /// <inheritdoc/>
    public async Task<bool> RecordAsync(InboxEntry entry)
    {
        await silo.Reach("remembers the webhook");
        await ReadAsync();
        var isFirst = world.Store.AddToInbox(entry.EventId);
        await silo.Reach("acknowledges to the provider");
        return world.Choices.Happens(world.Weather.Store / 2) ? throw Unavailable() : isFirst;
    }

    private static JournalUnavailableException Unavailable() =>
        new(new TimeoutException("The store does not respond."));

    private async Task<ImmutableArray<DuePayment>> ClaimAsync(Func<ImmutableArray<DuePayment>> claim)
    {
        await ReadAsync();
        var due = claim();
        return world.Choices.Happens(world.Weather.Store / 2) ? throw Unavailable() : due;
    }

    private async Task ReadAsync()
    {
        await silo.Wait(Round);
        if (world.Choices.Happens(world.Weather.Store / 2))
        {
            world.Tell(silo.Name, $"the store is unavailable");
            throw Unavailable();
        }
    }

    private Fate Draw() => world.Choices.Happens(world.Weather.Store)
        ? world.Choices.Pick(Fate.ReadBack, Fate.Overloaded, Fate.NeverArrives, Fate.ReplyLost, Fate.ArrivesLater)
        : Fate.Well;
}
