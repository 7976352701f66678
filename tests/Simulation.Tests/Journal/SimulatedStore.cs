using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Journal;

/// <summary>The store: what PostgreSQL and its constraints do with one commit. It loses nothing and is never wrong;
/// what goes wrong on the way to it is <see cref="SimulatedJournal"/>'s.</summary>
internal sealed class SimulatedStore(World world)
{
    private readonly Dictionary<PaymentKey, Row> _payments = [];
    private readonly Dictionary<string, PaymentId> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PaymentId> _requests = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inbox = new(StringComparer.Ordinal);

    /// <summary>The payments that there are.</summary>
    public IEnumerable<PaymentKey> Payments => _payments.Keys;

    /// <summary>When a payment is due; null: never.</summary>
    public DateTimeOffset? DueAt(PaymentKey key) => _payments[key].DueAt;

    /// <summary>One transaction. The order of its refusals is the product's: version, request, order.</summary>
    public CommitResult Apply(PaymentCommit commit)
    {
        var row = _payments.GetValueOrDefault(commit.Key);
        if ((row?.Events.Count ?? 0) != commit.ExpectedVersion)
        {
            world.Tell(
                "store", $"refuses: decided on version {commit.ExpectedVersion}, it is {row?.Events.Count ?? 0}");
            return new CommitResult.VersionConflict();
        }

        if (commit.Request is { } request && _requests.TryGetValue(request.Key, out var holder))
        {
            world.Tell("store", $"refuses: {request.Key} was used before");
            return new CommitResult.RequestTaken(holder);
        }

        if (row is null && _orders.TryGetValue(commit.Row.OrderId, out holder))
        {
            world.Tell("store", $"refuses: {commit.Row.OrderId} has a payment");
            return new CommitResult.OrderTaken(holder);
        }

        world.Checker.Commits(commit);
        row ??= Insert(commit);
        row.Figures = commit.Row;
        row.Events.AddRange(commit.Events);
        if (commit.Request is { } named)
        {
            _requests.Add(named.Key, commit.Key.Payment);
        }

        row.Lane = commit.Lane;
        SetDue(commit.Key, row, commit.NextActionAt);
        return new CommitResult.Committed();
    }

    /// <summary>One snapshot.</summary>
    public StoredPayment? Read(PaymentKey key) => _payments.TryGetValue(key, out var row)
        ? new StoredPayment { Version = row.Events.Count, Row = row.Figures, Events = [.. row.Events] }
        : null;

    /// <summary>Leases what is due, the most overdue first.</summary>
    public ImmutableArray<DuePayment> ClaimDue(int limit, TimeSpan lease, TimeSpan? within) => Claim(
        Due(_ => true).Where(due => within is null || due.Overdue < within).Take(limit), lease);

    /// <summary>The merchants with something due in a lane.</summary>
    public ImmutableArray<DueMerchant> FindDueMerchants(DueLane lane, string after) =>
    [
        .. Due(row => row.Lane == lane)
            .GroupBy(due => due.Key.Merchant, due => due.Overdue, StringComparer.Ordinal)
            .Where(merchant => string.CompareOrdinal(merchant.Key, after) > 0)
            .OrderBy(merchant => merchant.Key, StringComparer.Ordinal)
            .Select(merchant => new DueMerchant(merchant.Key, merchant.Max())),
    ];

    /// <summary>Leases what is due of some merchants.</summary>
    public ImmutableArray<DuePayment> ClaimDueOf(
        DueLane lane, ImmutableArray<string> merchants, int share, TimeSpan lease) => Claim(
        merchants.SelectMany(merchant => Due(row => row.Lane == lane)
            .Where(due => due.Key.Merchant == merchant)
            .Take(share)),
        lease);

    /// <summary>Whether an event of the provider's was processed.</summary>
    public bool IsInInbox(string eventId) => _inbox.Contains(eventId);

    /// <summary>Records an event of the provider's; false: it was recorded before.</summary>
    public bool AddToInbox(string eventId) => _inbox.Add(eventId);

    private IEnumerable<DuePayment> Due(Func<Row, bool> isOf) => _payments
        .Where(payment => payment.Value.DueAt <= world.Now && isOf(payment.Value))
        .OrderBy(payment => payment.Value.DueAt)
        .Select(payment => new DuePayment(
            payment.Key, payment.Value.Lane, world.Now - payment.Value.DueAt!.Value));

    private ImmutableArray<DuePayment> Claim(IEnumerable<DuePayment> due, TimeSpan lease)
    {
        var claimed = due.ToImmutableArray();
        foreach (var payment in claimed)
        {
            SetDue(payment.Key, _payments[payment.Key], world.Now + lease);
        }

        return claimed;
    }

    private Row Insert(PaymentCommit commit)
    {
        var row = new Row { Figures = commit.Row };
        _payments.Add(commit.Key, row);
        _orders.Add(commit.Row.OrderId, commit.Key.Payment);
        return row;
    }

    private void SetDue(PaymentKey key, Row row, DateTimeOffset? due)
    {
        row.DueAt = due;
        if (due is { } at)
        {
            world.Cluster.WhenDue(key, at);
        }
    }

    private sealed class Row
    {
        public List<JournaledEvent> Events { get; } = [];

        public required PaymentRow Figures { get; set; }

        public DateTimeOffset? DueAt { get; set; }

        public DueLane Lane { get; set; }
    }
}
