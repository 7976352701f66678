using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// One payment: loads, asks the decider, commits, starts effects, answers. It is the queue and the cache; the lock is
/// the journal's version check, because two activations of one grain can briefly exist.
/// </summary>
public sealed partial class PaymentGrain(
    IPaymentJournal journal,
    PaymentEffects effects,
    PaymentRouter router,
    MerchantDirectory merchants,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<PaymentGrain> logger) : Grain, IPaymentGrain
{
    // A stale activation decides again on what it reads; if that is stale too, a second activation is at work, and the
    // caller may try again.
    private const int MaxTries = 3;

    // Well below the response timeout of grain calls.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private readonly Changes _changes = new();
    private PaymentKey _key;
    private PaymentState? _state;
    private bool _isLoaded;
    private bool _isLeaving;
    private Task? _loading;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = PaymentKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<StartReply> Start(StartPayment command)
    {
        var outcome = await Execute(
            state => RouteOf(command.Method, command.Amount),
            (state, terms) => PaymentDecider.Decide(state, command, terms),
            command.Request,
            command.Card,
            mayBeNew: true,
            isNew: command.IsNew && !_isLoaded);
        return new StartReply
        {
            Payment = outcome.Refusal is null && outcome.Elsewhere is null ? _state?.ToView(_key.Payment) : null,
            Refusal = outcome.Refusal,
            Replayed = outcome.Replayed,
            Elsewhere = outcome.Elsewhere,
            Started = outcome.Started,
        };
    }

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Confirm(ConfirmPayment command) => ToPayment(await Execute(
        state => RouteOf(command.Method, state!.Amount),
        (state, terms) => PaymentDecider.Decide(state!, command, terms),
        command.Request,
        command.Card));

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Capture(CapturePayment command) => ToPayment(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Cancel(CancelPayment command) => ToPayment(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public async Task<Reply<RefundView>> Refund(RefundPayment command)
    {
        var outcome = await Execute(
            NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request);
        return outcome.Refusal is { } refusal
            ? Reply<RefundView>.Refused(refusal)
            : _state?.Refund(outcome.Refund) is { } refund
                ? Reply<RefundView>.Of(refund.ToView(_state, _key.Payment), outcome.Replayed)
                : Reply<RefundView>.Refused(Refusal.Of(
                    ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request that is not a refund."));
    }

    /// <inheritdoc/>
    public Task<bool> Record(RecordCharge report) => Take(
        state => IsOf(state.Attempt(report.Attempt), report.Provider), (state, terms) => PaymentDecider.Decide(state, report, terms));

    /// <inheritdoc/>
    public Task<bool> Record(RecordCapture report) => Take(
        state => state.Attempt(report.Attempt) is not null, (state, terms) => PaymentDecider.Decide(state, report, terms));

    /// <inheritdoc/>
    public Task<bool> Record(RecordRefund report) => Take(
        state => state.Refund(report.Number) is { } refund && IsOf(state.Attempt(refund.Attempt), report.Provider),
        (state, terms) => PaymentDecider.Decide(state, report, terms));

    /// <inheritdoc/>
    public async Task Resume()
    {
        var version = -1;
        await Take(_ => true, (state, terms) =>
        {
            version = state.Version;
            return PaymentDecider.Decide(state, new ResumePayment(), terms);
        });

        // Nothing happened, so nothing was committed: the schedule alone moves on, past the sweeper's lease.
        if (_state is { } state && state.Version == version)
        {
            await journal.AppendAsync(PaymentRecord.CommitOf(_key, state, state, [], null, Now()));
        }
    }

    /// <inheritdoc/>
    public async Task<PaymentView?> CustomerReturned(int attempt)
    {
        await Take(
            state => state.Attempt(attempt) is not null,
            (state, terms) => PaymentDecider.Decide(state, new AskAboutAttempt(attempt), terms));
        return _state?.Attempt(attempt) is null ? null : _state.ToView(_key.Payment);
    }

    /// <inheritdoc/>
    public Task<bool> Ask(int attempt, string provider) => Take(
        state => IsOf(state.Attempt(attempt), provider),
        (state, terms) => PaymentDecider.Decide(state, new AskAboutAttempt(attempt), terms));

    /// <inheritdoc/>
    public async Task<PaymentView?> Get()
    {
        return await Load() is { } state ? state.ToView(_key.Payment) : Nobody<PaymentView>();
    }

    /// <inheritdoc/>
    public async Task<PaymentView?> GetAfter(int version, TimeSpan wait)
    {
        var deadline = Task.Delay(wait < MaxWait ? wait : MaxWait, time);
        while (await Load() is { } state)
        {
            var view = state.ToView(_key.Payment);
            if (state.Version > version || view.Settled || deadline.IsCompleted || _isLeaving)
            {
                return view;
            }

            await Task.WhenAny(_changes.Next, deadline);
        }

        return Nobody<PaymentView>();
    }

    /// <inheritdoc/>
    public async Task<RefundView?> GetRefund(int number)
    {
        return await Load() is { } state ? state.Refund(number)?.ToView(state, _key.Payment) : Nobody<RefundView>();
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<TimelineEntry>?> Timeline(int afterVersion)
    {
        var stored = await journal.LoadAsync(_key);
        if (stored is not null)
        {
            return PaymentMapping.Timeline(stored.Events, afterVersion);
        }

        Nobody<PaymentView>();
        return null;
    }

    // Whoever signs for one provider says nothing about an attempt at another.
    private static bool IsOf(AttemptState? attempt, string? provider) =>
        attempt is not null && (provider is null || provider == attempt.Provider);

    private static ValueTask<(Route? Route, Refusal? Refusal)> NoRoute(PaymentState? state) => default;

    private async ValueTask<(Route? Route, Refusal? Refusal)> RouteOf(PaymentMethod? method, Money amount) =>
        method is null ? default : router.Choose(await merchants.GetAsync(_key.Merchant), method, amount);

    // A provider's word, or the sweeper's: there is nobody to refuse it to. False: there is no such payment, attempt or
    // refund.
    private async Task<bool> Take(Func<PaymentState, bool> isAbout, Func<PaymentState, Terms, Decision> decide)
    {
        if (await Load() is not { } known || !isAbout(known))
        {
            Nobody<PaymentView>();
            return false;
        }

        var outcome = await Execute(NoRoute, (state, terms) => decide(state!, terms), request: null);
        return outcome.Refusal is { Code: ErrorCode.Unavailable or ErrorCode.Overloaded } refusal
            ? throw new TimeoutException(refusal.Detail)
            : true;
    }

    private async Task<CommandOutcome> Execute(
        Func<PaymentState?, ValueTask<(Route? Route, Refusal? Refusal)>> route,
        Func<PaymentState?, Terms, Decision> decide,
        RequestKey? request,
        CardDetails? card = null,
        bool mayBeNew = false,
        bool isNew = false)
    {
        try
        {
            for (var tries = 1; tries <= MaxTries; tries++)
            {
                // An id that was just made has nothing to load; should it have after all, the journal says so.
                if ((tries > 1 || !isNew) && await Load() is null && !mayBeNew)
                {
                    Nobody<PaymentView>();
                    return CommandOutcome.Refused(Refusal.Of(ErrorCode.PaymentNotFound, "The merchant has no such payment."));
                }

                var routed = await route(_state);
                await StoreClock.SettledAsync(time);
                // By the machine's own clocks, and before the terms are made and committed: a process may be frozen
                // before it learns that they are, and what it then still sent, others would have believed lost.
                var window = SendWindow.Open(StoreClock.MachineOf(time), options.Value.SendWindow);
                switch (decide(_state, TermsNow(routed.Route, routed.Refusal)))
                {
                    case Decision.Rejected rejected:
                        return CommandOutcome.Refused(rejected.Refusal);
                    case Decision.AlreadyApplied applied:
                        return new CommandOutcome { Replayed = applied.Replayed, Refund = applied.Refund };
                    case Decision.Accepted accepted when await Commit(accepted, request, card, window) is { } outcome:
                        return outcome;
                    default:
                        continue;
                }
            }

            LogFenced(_key, MaxTries);
            return CommandOutcome.Refused(
                Refusal.Of(ErrorCode.Unavailable, "The payment is being changed elsewhere; try again."));
        }
        catch (JournalOverloadedException)
        {
            return CommandOutcome.Refused(
                Refusal.Of(ErrorCode.Overloaded, "The system has more work than it can accept; nothing was accepted."));
        }
        catch (JournalUnavailableException exception)
        {
            // What was committed and what was not is for the next activation to read.
            Forget();
            LogUnavailable(exception, _key);
            return CommandOutcome.Refused(Refusal.Of(ErrorCode.Unavailable, "The payment store is out of reach."));
        }
    }

    // Null: the state was stale and was dropped; decide again. Dying before the append loses a command that nobody was
    // told of; dying after it leaves an intent, whose effect the schedule asks about.
    private async Task<CommandOutcome?> Commit(
        Decision.Accepted accepted, RequestKey? request, CardDetails? card, SendWindow window)
    {
        if (accepted.Events.IsEmpty)
        {
            Perform(accepted.Effects, card, window);
            return new CommandOutcome { Refund = accepted.Refund };
        }

        var next = accepted.Events.Aggregate(_state, PaymentState.Evolve)!.CheckInvariants();
        var isIntent = !accepted.Effects.IsEmpty;
        FaultPoint.Reach(isIntent ? FaultPoint.BeforeIntent : FaultPoint.BeforeOutcomeCommit);
        switch (await journal.AppendAsync(PaymentRecord.CommitOf(_key, _state, next, accepted.Events, request, Now())))
        {
            case CommitResult.Committed:
                FaultPoint.Reach(isIntent ? FaultPoint.AfterIntent : FaultPoint.AfterOutcomeCommit);
                _state = next;
                _isLoaded = true;
                _changes.Happen();
                PaymentTelemetry.Count(accepted.Events);
                Perform(accepted.Effects, card, window);
                FaultPoint.Reach(FaultPoint.BeforeReply);
                return new CommandOutcome
                {
                    Refund = accepted.Refund,
                    Started = accepted.Events.Any(happened => happened is PaymentCreated or AttemptStarted),
                };
            case CommitResult.OrderTaken taken:
                Leave();
                return new CommandOutcome { Elsewhere = taken.Holder };
            case CommitResult.RequestTaken taken when taken.Holder == _key.Payment || _state is not null:
                return CommandOutcome.Refused(Refusal.Of(
                    ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request with other content."));
            case CommitResult.RequestTaken taken:
                Leave();
                return new CommandOutcome { Elsewhere = taken.Holder };
            default:
                LogStale(_key, _state?.Version ?? 0);
                Forget();
                return null;
        }
    }

    private void Perform(ImmutableArray<PaymentEffect> wanted, CardDetails? card, SendWindow window)
    {
        foreach (var effect in wanted)
        {
            effects.Start(_key, _state!, effect, card, window);
        }
    }

    // In microseconds, as PostgreSQL keeps time: what is read back must be what was decided.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private Terms TermsNow(Route? route, Refusal? noRoute) => new()
    {
        Now = Now(),
        SendWindow = options.Value.SendWindow,
        ClockError = options.Value.ClockError,
        ExpiresIn = options.Value.ExpiresIn,
        Route = route,
        NoRoute = noRoute,
    };

    // Once per activation; reads that run between the commands share it. Whoever waited for a load takes it away, so that
    // the next one is a new one, also where a load ends before it is waited for.
    private async ValueTask<PaymentState?> Load()
    {
        while (!_isLoaded)
        {
            var loading = _loading ??= LoadOnce();
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

        return _state;
    }

    private async Task LoadOnce()
    {
        _state = await journal.LoadAsync(_key) is { } stored ? PaymentRecord.Fold(stored) : null;
        _isLoaded = true;
    }

    // Those who wait for a change are sent home with what is stored: an activation leaves when its last call has ended.
    private void Forget()
    {
        _state = null;
        _isLoaded = false;
        _isLeaving = true;
        DeactivateOnIdle();
        _changes.Happen();
    }

    // There is nothing here, and a guess must not stay in memory.
    private T? Nobody<T>()
        where T : class
    {
        if (_state is null)
        {
            Leave();
        }

        return null;
    }

    private void Leave()
    {
        _isLoaded = false;
        DeactivateOnIdle();
    }

    private Reply<PaymentView> ToPayment(CommandOutcome outcome) => outcome.Refusal is { } refusal
        ? Reply<PaymentView>.Refused(refusal)
        : Reply<PaymentView>.Of(_state!.ToView(_key.Payment), outcome.Replayed);
}
