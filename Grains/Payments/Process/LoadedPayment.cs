using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>A payment's state in the memory of one activation: loaded once, replaced by each commit, and dropped when
/// the journal has left it behind.</summary>
internal sealed class LoadedPayment(
    PaymentKey key, IPaymentJournal journal, ActivePayments active, IPaymentActivation activation)
{
    private Task? _loading;

    public PaymentKey Key => key;

    /// <summary>Where it is in memory.</summary>
    public IPaymentActivation Activation => activation;

    /// <summary>The state as it was loaded or committed; null before that, and where there is no payment.</summary>
    public PaymentState? State { get; private set; }

    /// <summary>The payment's row, where it was loaded and its events are archived; <see cref="State"/> is then
    /// null.</summary>
    public StoredPayment? Archived { get; private set; }

    public bool IsLoaded { get; private set; }

    /// <summary>Passes on what is committed here.</summary>
    public TimelineFeed Feed { get; } = new();

    /// <summary>Loads the state, unless it is there. Single-flight: reads that run between the commands share it. A
    /// caller that waited for a load removes it, so that the next one is a new one, also where a load ends before it is
    /// waited for.</summary>
    public async ValueTask<PaymentState?> LoadAsync()
    {
        while (!IsLoaded)
        {
            var loading = _loading ??= LoadOnceAsync();
            try
            {
                await loading;
            }
            finally
            {
                if (_loading == loading)
                {
                    _loading = null;
                }
            }
        }

        return State;
    }

    /// <summary>Restores an archived payment and loads it again; null where the archives are not within
    /// reach.</summary>
    public async Task<PaymentState?> RestoreAsync()
    {
        if (!await journal.RestoreAsync(key))
        {
            return null;
        }

        IsLoaded = false;
        return await LoadAsync();
    }

    /// <summary>A commit made this state durable.</summary>
    public void Replace(PaymentState next)
    {
        State = next;
        IsLoaded = true;
    }

    /// <summary>Drops a state that the journal has left behind, and deactivates: when the last call that is under way
    /// has ended.</summary>
    public void Invalidate()
    {
        State = null;
        Deactivate();
    }

    /// <summary>Deactivates; a call that comes before that loads again. An open watch would keep it in memory: it is
    /// ended.</summary>
    public void Deactivate()
    {
        IsLoaded = false;
        activation.Deactivate();
        Feed.Close();
    }

    /// <summary>Deactivates where there is no payment: guessed ids must not stay in memory.</summary>
    public void DeactivateIfAbsent()
    {
        if (State is null)
        {
            Deactivate();
        }
    }

    /// <summary>Deactivates a final payment under memory pressure: the journal has it. A watched payment stays: its
    /// watchers would load it again at once, and their number is bounded at the gateways.</summary>
    public void DeactivateIfIdleUnderPressure()
    {
        if (active.IsOverCapacity && !Feed.IsWatched && State is { } state && PaymentMapping.IsFinal(state))
        {
            activation.Deactivate();
        }
    }

    /// <summary>Deactivates a payment under memory pressure that waits for its next time, and is not watched.</summary>
    public void DeactivateUnderPressure()
    {
        if (active.IsOverCapacity && !Feed.IsWatched && State is not null)
        {
            activation.Deactivate();
        }
    }

    private async Task LoadOnceAsync()
    {
        var stored = await journal.LoadAsync(key);
        try
        {
            Archived = stored is { IsArchived: true } ? stored : null;
            State = stored is null or { IsArchived: true } ? null : PaymentRecord.Fold(stored);
        }
        catch (EventUnreadableException)
        {
            // The next call may be placed on a silo of the build that wrote the event.
            Invalidate();
            throw;
        }

        IsLoaded = true;
    }
}
