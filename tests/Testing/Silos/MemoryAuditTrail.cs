using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Audit;

namespace PaymentCluster.Testing.Silos;

/// <summary>An audit trail in memory, which fails where the test says.</summary>
internal sealed class MemoryAuditTrail : IAuditTrail
{
    private readonly Lock _lock = new();
    private readonly List<AuditChange> _begun = [];
    private readonly Dictionary<ChangeId, AuditOutcome> _ended = [];

    /// <summary>Whether outcomes cannot be written.</summary>
    public bool LosesOutcomes { get; set; }

    /// <summary>Whether nothing can be written.</summary>
    public bool IsUnavailable { get; set; }

    /// <summary>What was begun, in order, and how it ended.</summary>
    public ImmutableArray<(AuditChange Change, AuditOutcome? Outcome)> Changes
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _begun.Select(change => (
                        change, _ended.TryGetValue(change.Id, out var outcome) ? outcome : (AuditOutcome?)null)),
                ];
            }
        }
    }

    public async Task<AuditChange> BeginAsync(string merchant, AuditAction action, string? subject, string? detail)
    {
        await Task.Yield();
        ThrowIf(IsUnavailable);
        var change = new AuditChange(ChangeId.New(TimeProvider.System), merchant, AuditNames.Of(action), subject);
        lock (_lock)
        {
            _begun.Add(change);
        }

        return change;
    }

    public async Task EndAsync(AuditChange change, AuditOutcome outcome, Actor by)
    {
        await Task.Yield();
        ThrowIf(IsUnavailable || LosesOutcomes);
        lock (_lock)
        {
            _ended.TryAdd(change.Id, outcome);
        }
    }

    public async Task<ImmutableArray<AuditChange>> OpenAsync(string merchant)
    {
        await Task.Yield();
        ThrowIf(IsUnavailable);
        return
        [
            .. Changes.Where(one => one.Outcome is null && one.Change.Merchant == merchant).Select(one => one.Change),
        ];
    }

    private static void ThrowIf(bool fails)
    {
        if (fails)
        {
            throw new JournalUnavailableException(cause: null);
        }
    }
}
