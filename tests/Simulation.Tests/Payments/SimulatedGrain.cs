using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>
/// One activation of a payment: the order of steps of <see cref="PaymentGrain"/>, member by member, with a point at
/// which the process may die or stand still wherever that makes a difference. The rules, the fold, the schedule, the
/// commits and the views are the product's own.
/// </summary>
internal sealed class SimulatedGrain(World world, SimulatedSilo silo, PaymentKey key)
{
    private const int MaxTries = 3;

    private static readonly PaymentOptions Options = new();

    private readonly HashSet<int> _returned = [];
    private PaymentState? _state;
    private bool _isLoaded;
    private Task _turn = Task.CompletedTask;

    /// <summary>Runs a call when all earlier ones are through.</summary>
    public async Task<T> InTurnAsync<T>(Func<SimulatedGrain, Task<T>> call)
    {
        var (earlier, mine) = (_turn, new TaskCompletionSource());
        _turn = mine.Task;
        await earlier;
        try
        {
            return await call(this);
        }
        finally
        {
            world.After(TimeSpan.Zero, silo.Life, mine.SetResult);
        }
    }

    public async Task<StartReply> StartAsync(StartPayment command)
    {
        var outcome = await ExecuteAsync(
            _ => world.Providers[0].Route,
            (state, terms) => PaymentDecider.Decide(state, command, terms),
            command.Request,
            hasCard: command.Card is not null,
            mayBeNew: true,
            isNew: command.IsNew && !_isLoaded);
        return new StartReply
        {
            Payment = outcome.Refusal is null && outcome.Elsewhere is null ? _state?.ToView(key.Payment) : null,
            Refusal = outcome.Refusal,
            Replayed = outcome.Replayed,
            Elsewhere = outcome.Elsewhere,
            Started = outcome.Started,
        };
    }

    public async Task<Reply<PaymentView>> ConfirmAsync(ConfirmPayment command) => ToPayment(await ExecuteAsync(
        _ => world.Providers[0].Route,
        (state, terms) => PaymentDecider.Decide(state!, command, terms),
        command.Request,
        hasCard: command.Card is not null));

    public async Task<Reply<PaymentView>> CaptureAsync(CapturePayment command) => ToPayment(
        await ExecuteAsync(NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    public async Task<Reply<PaymentView>> CancelAsync(CancelPayment command) => ToPayment(
        await ExecuteAsync(NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    public async Task<Reply<PaymentView>> ResolveAsync(ResolvePayment command) => ToPayment(
        await ExecuteAsync(NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    public async Task<Reply<RefundView>> RefundAsync(RefundPayment command) => ToRefund(
        await ExecuteAsync(NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    public async Task<Reply<RefundView>> ResolveAsync(ResolveRefund command) => ToRefund(
        await ExecuteAsync(NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    public Task<bool> RecordAsync(RecordCharge report)
    {
        var hasCard = silo.Effects.HasCardOf(key, report.Attempt);
        return TakeAsync(
            state => IsOf(state.Attempt(report.Attempt), report.Provider),
            (state, terms) => PaymentDecider.Decide(state, report, terms),
            state => NextRouteOf(state!, report),
            hasCard);
    }

    public Task<bool> RecordAsync(RecordCapture report) => TakeAsync(
        state => state.Attempt(report.Attempt) is not null, (state, terms) => PaymentDecider.Decide(state, report, terms));

    public Task<bool> RecordAsync(RecordVoid report) => TakeAsync(
        state => state.Attempt(report.Attempt) is not null, (state, terms) => PaymentDecider.Decide(state, report, terms));

    public Task<bool> RecordAsync(RecordRefund report) => TakeAsync(
        state => state.Refund(report.Number) is { } refund && IsOf(state.Attempt(refund.Attempt), report.Provider),
        (state, terms) => PaymentDecider.Decide(state, report, terms));

    /// <summary>The sweeper's call. True, so that calls have one form.</summary>
    public async Task<bool> ResumeAsync()
    {
        var version = -1;
        var isTaken = await TakeAsync(_ => true, (state, terms) =>
        {
            version = state.Version;
            return PaymentDecider.Decide(state, new ResumePayment(), terms);
        });
        await silo.Reach("moves the schedule on");
        if (isTaken && _state is { } state && state.Version == version)
        {
            try
            {
                var moved = await silo.Journal.AppendAsync(PaymentRecord.CommitOf(key, state, state, [], null, Now()));
                if (moved is not CommitResult.Committed && world.Mutation != Mutation.StaleScheduleKept)
                {
                    Forget();
                }
            }
            catch (Exception exception) when (exception is JournalUnavailableException or JournalOverloadedException)
            {
                // The sweeper logs it; the payment is due again when the lease is over.
            }
        }

        return true;
    }

    public async Task<PaymentView?> CustomerReturnedAsync(int attempt)
    {
        if (_returned.Add(attempt))
        {
            await TakeAsync(
                state => state.Attempt(attempt) is not null,
                (state, terms) => PaymentDecider.Decide(state, new AskAboutAttempt(attempt), terms));
        }

        return _state?.Attempt(attempt) is null ? null : _state.ToView(key.Payment);
    }

    public async Task<PaymentView?> GetAsync()
    {
        try
        {
            return await LoadAsync() is { } state ? state.ToView(key.Payment) : null;
        }
        catch (JournalUnavailableException)
        {
            return null;
        }
    }

    // False: nothing is there that it is about, or it could not be taken in. The product throws in the second case; what
    // its callers do then is the same.
    private async Task<bool> TakeAsync(
        Func<PaymentState, bool> isAbout,
        Func<PaymentState, Terms, Decision> decide,
        Func<PaymentState?, Route?>? route = null,
        bool hasCard = false)
    {
        try
        {
            if (await LoadAsync() is not { } known || !isAbout(known))
            {
                LeaveIfNobody();
                return false;
            }
        }
        catch (JournalUnavailableException)
        {
            return false;
        }

        var outcome = await ExecuteAsync(route ?? NoRoute, (state, terms) => decide(state!, terms), request: null, hasCard);
        return outcome.Refusal is not { Code: ErrorCode.Unavailable or ErrorCode.Overloaded };
    }

    private static Route? NoRoute(PaymentState? state) => null;

    private static bool IsOf(AttemptState? attempt, string? provider) =>
        attempt is not null && (provider is null || provider == attempt.Provider);

    // The second provider takes what provably failed at the first.
    private Route? NextRouteOf(PaymentState state, RecordCharge report) =>
        report.Outcome is ProviderOutcome.NotSent or ProviderOutcome.Declined { Failure.Party: FailureParty.Provider }
            && state.Attempt(report.Attempt) is { IsOpen: true } attempt
                ? world.RouteAfter(state.ProvidersOf(attempt))
                : null;

    private async Task<CommandOutcome> ExecuteAsync(
        Func<PaymentState?, Route?> route,
        Func<PaymentState?, Terms, Decision> decide,
        RequestKey? request,
        bool hasCard = false,
        bool mayBeNew = false,
        bool isNew = false)
    {
        try
        {
            for (var tries = 1; tries <= MaxTries; tries++)
            {
                if ((tries > 1 || !isNew) && await LoadAsync() is null && !mayBeNew)
                {
                    LeaveIfNobody();
                    return CommandOutcome.Refused(Refusal.Of(ErrorCode.PaymentNotFound, "The merchant has no such payment."));
                }

                var routed = route(_state);
                var window = SendWindow.Open(silo.Clock, Options.SendWindow);
                await silo.Reach("decides");
                switch (decide(_state, TermsNow(routed, hasCard)))
                {
                    case Decision.Rejected rejected:
                        return CommandOutcome.Refused(rejected.Refusal);
                    case Decision.AlreadyApplied applied:
                        return new CommandOutcome { Replayed = applied.Replayed, Refund = applied.Refund };
                    case Decision.Accepted accepted when await CommitAsync(accepted, request, hasCard, window) is { } outcome:
                        return outcome;
                    default:
                        continue;
                }
            }

            return CommandOutcome.Refused(Refusal.Of(ErrorCode.Unavailable, "The payment is being changed elsewhere; try again."));
        }
        catch (JournalOverloadedException)
        {
            return CommandOutcome.Refused(
                Refusal.Of(ErrorCode.Overloaded, "The system has more work than it can accept; nothing was accepted."));
        }
        catch (JournalUnavailableException)
        {
            Forget();
            return CommandOutcome.Refused(Refusal.Of(ErrorCode.Unavailable, "The payment store is out of reach."));
        }
    }

    private async Task<CommandOutcome?> CommitAsync(
        Decision.Accepted accepted, RequestKey? request, bool hasCard, SendWindow window)
    {
        if (accepted.Events.IsEmpty)
        {
            Perform(accepted.Effects, hasCard, window);
            return new CommandOutcome { Refund = accepted.Refund };
        }

        var next = accepted.Events.Aggregate(_state, PaymentState.Evolve)!.CheckInvariants();
        switch (await AppendAsync(next, accepted, request, hasCard, window))
        {
            case CommitResult.Committed:
                _state = next;
                _isLoaded = true;
                await silo.Reach("starts the effects");
                if (world.Mutation == Mutation.WindowOpenedAfterCommit)
                {
                    window = SendWindow.Open(silo.Clock, Options.SendWindow);
                }

                if (world.Mutation != Mutation.CommitAfterCall)
                {
                    Perform(accepted.Effects, hasCard, window);
                }

                await silo.Reach("answers");
                return new CommandOutcome
                {
                    Refund = accepted.Refund,
                    Started = accepted.Events.Any(happened => happened is PaymentCreated or AttemptStarted),
                };
            case CommitResult.OrderTaken taken:
                _isLoaded = false;
                return new CommandOutcome { Elsewhere = taken.Holder };
            case CommitResult.RequestTaken taken when taken.Holder == key.Payment || _state is not null:
                return CommandOutcome.Refused(Refusal.Of(
                    ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request with other content."));
            case CommitResult.RequestTaken taken:
                _isLoaded = false;
                return new CommandOutcome { Elsewhere = taken.Holder };
            default:
                Forget();
                return null;
        }
    }

    private async Task<CommitResult> AppendAsync(
        PaymentState next, Decision.Accepted accepted, RequestKey? request, bool hasCard, SendWindow window)
    {
        await silo.Reach("makes the commit");
        var commit = PaymentRecord.CommitOf(key, _state, next, accepted.Events, request, Now());
        if (world.Mutation == Mutation.CommitAfterCall)
        {
            foreach (var effect in accepted.Effects)
            {
                silo.Effects.Start(key, next, effect, hasCard, window);
            }
        }

        if (world.Mutation == Mutation.AnsweredBeforeCommit)
        {
            world.Begin(silo.Life, () => silo.Journal.AppendAsync(commit));
            return new CommitResult.Committed();
        }

        return await silo.Journal.AppendAsync(commit);
    }

    private void Perform(ImmutableArray<PaymentEffect> wanted, bool hasCard, SendWindow window)
    {
        foreach (var effect in wanted)
        {
            silo.Effects.Start(key, _state!, effect, hasCard, window);
        }
    }

    // In microseconds, as PostgreSQL keeps time.
    private DateTimeOffset Now()
    {
        var now = silo.Clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private Terms TermsNow(Route? route, bool hasCard)
    {
        var terms = new Terms
        {
            Now = Now(),
            SendWindow = Options.SendWindow,
            ClockError = Options.ClockError,
            ExpiresIn = Options.ExpiresIn,
            Route = route,
            HasCard = hasCard,
        };
        // What is believed when the window closes, and a settle time later, is believed from the start.
        return world.Mutation != Mutation.NotFoundBelievedAtOnce ? terms : terms with
        {
            ClockError = -Options.SendWindow,
            Route = route is null ? null : route with { SettleTime = TimeSpan.Zero },
        };
    }

    private async ValueTask<PaymentState?> LoadAsync()
    {
        if (!_isLoaded)
        {
            _state = await silo.Journal.LoadAsync(key) is { } stored ? PaymentRecord.Fold(stored) : null;
            _isLoaded = true;
        }

        return _state;
    }

    private void Forget()
    {
        _state = null;
        _isLoaded = false;
    }

    private void LeaveIfNobody()
    {
        if (_state is null)
        {
            _isLoaded = false;
        }
    }

    private Reply<PaymentView> ToPayment(CommandOutcome outcome) => outcome.Refusal is { } refusal
        ? Reply<PaymentView>.Refused(refusal)
        : Reply<PaymentView>.Of(_state!.ToView(key.Payment), outcome.Replayed);

    private Reply<RefundView> ToRefund(CommandOutcome outcome) => outcome.Refusal is { } refusal
        ? Reply<RefundView>.Refused(refusal)
        : _state?.Refund(outcome.Refund) is { } refund
            ? Reply<RefundView>.Of(refund.ToView(_state, key.Payment), outcome.Replayed)
            : Reply<RefundView>.Refused(Refusal.Of(
                ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request that is not about a refund."));
}
