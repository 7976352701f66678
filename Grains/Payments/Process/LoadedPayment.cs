using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>A payment's state in the memory of one activation: loaded once, replaced by each commit, and dropped when
/// the journal has left it behind.</summary>
internal sealed partial class LoadedPayment(
    PaymentKey key, PaymentServices services, IPaymentActivation activation)
{
    // For how long a state that was loaded or committed here is taken for the journal's. After silos joined or left,
    // another activation of the payment may exist, and this one hears nothing of what it commits.
    private static readonly TimeSpan OpenAge = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FinalAge = TimeSpan.FromMinutes(1);

    private readonly IPaymentJournal _journal = services.Journal;
    private readonly ILogger _logger = services.Logger;

    private Task? _loading;
    private long _confirmedAt;

    public PaymentKey Key => key;

    /// <summary>Where it is in memory.</summary>
    public IPaymentActivation Activation => activation;

    /// <summary>The state as it was loaded or committed; null before that, and where there is no payment.</summary>
    public PaymentState? State { get; private set; }

    /// <summary>The payment's row, where it was loaded and its events are archived; <see cref="State"/> is then
    /// null.</summary>
    public StoredPayment? Archived { get; private set; }

    public bool IsLoaded { get; private set; }

    /// <summary>Whether the journal may have left the state behind, and a reader should look.</summary>
    public bool IsAged => State is { } state
        && services.Clock.Machine.GetElapsedTime(_confirmedAt) > (PaymentMapping.IsFinal(state) ? FinalAge : OpenAge);

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

    /// <summary>Looks whether the journal has left the state behind; it is then dropped. While the journal is
    /// unavailable, what was known last stands. No command may be under way: it decides on this state.</summary>
    public async Task ConfirmAsync()
    {
        _confirmedAt = services.Clock.Machine.GetTimestamp();
        try
        {
            var stored = await _journal.LoadAsync(key);
            if (stored?.Version > State?.Version)
            {
                LeaveBehind();
            }
        }
        catch (Exception exception) when (exception is JournalOverloadedException or JournalUnavailableException)
        {
            LogUnconfirmed(exception);
        }
    }

    /// <summary>Restores an archived payment and loads it again; null where the archives are not within
    /// reach.</summary>
    public async Task<PaymentState?> RestoreAsync()
    {
        if (!await _journal.RestoreAsync(key))
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
        _confirmedAt = services.Clock.Machine.GetTimestamp();
    }

    /// <summary>Another activation committed: the state here is dropped.</summary>
    public void LeaveBehind()
    {
        LogStale(State?.Version ?? 0);
        Invalidate();
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
        if (services.Active.IsOverCapacity && !Feed.IsWatched && State is { } state && PaymentMapping.IsFinal(state))
        {
            activation.Deactivate();
        }
    }

    /// <summary>Deactivates a payment under memory pressure that waits for its next time, and is not watched.</summary>
    public void DeactivateUnderPressure()
    {
        if (services.Active.IsOverCapacity && !Feed.IsWatched && State is not null)
        {
            activation.Deactivate();
        }
    }

    private async Task LoadOnceAsync()
    {
        var asOf = services.Clock.Machine.GetTimestamp();
        var stored = await _journal.LoadAsync(key);
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
        _confirmedAt = asOf;
    }

    [LoggerMessage(LogEvents.PaymentStale, LogLevel.Information, "Payment is stale at version {Version}; reloading")]
    private partial void LogStale(int version);

    [LoggerMessage(
        LogEvents.PaymentUnconfirmed, LogLevel.Debug, "The journal is unavailable; reads return what was known last")]
    private partial void LogUnconfirmed(Exception exception);
}
