using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>How a command becomes durable, the same for all of them: load, route, decide, commit, start the
/// effects.</summary>
internal sealed partial class CommandLoop(LoadedPayment payment, PaymentServices services)
{
    // A stale activation decides again on what it reads; if that is stale too, a second activation is at work, and the
    // caller may try again.
    private const int MaxTries = 3;

    private readonly ILogger _logger = services.Logger;

    // The host runs commands one at a time, but the reports that the activation takes back itself come beside them.
    private readonly CommandTurn _turn = new();

    /// <summary>Makes the decision durable, or says why not.</summary>
    /// <param name="route">Where an attempt would go.</param>
    /// <param name="decide">The rule.</param>
    /// <param name="request">The client's name for the request.</param>
    /// <param name="instrument">What the command's instrument was resolved to.</param>
    /// <param name="secret">What a charge is sent with and may not be stored.</param>
    /// <param name="mayBeNew">Whether the command may create the payment.</param>
    /// <param name="isNew">Whether the payment's id was just made, so that there is nothing to load.</param>
    /// <param name="caller">The API key whose command it is; null for payers, providers and the engine.</param>
    public async Task<CommandOutcome> ExecuteAsync(
        Func<PaymentState?, ValueTask<RoutingChoice>> route,
        Func<PaymentState?, DecisionContext, Decision> decide,
        RequestKey? request,
        StoredInstrument? instrument = null,
        InstrumentSecret? secret = null,
        bool mayBeNew = false,
        bool isNew = false,
        Actor? caller = null)
    {
        await _turn.EnterAsync();
        var reference = new ReferenceClaim(payment.Key);
        try
        {
            for (var tries = 1; tries <= MaxTries; tries++)
            {
                // Should a new id have something to load after all, the journal says so.
                if ((tries > 1 || !isNew) && await RefusalOfLoadAsync(mayBeNew) is { } absent)
                {
                    payment.DeactivateIfAbsent();
                    return CommandOutcome.Refused(absent);
                }

                if (await TryAsync(route, decide, request, instrument, secret, caller, reference) is { } outcome)
                {
                    return outcome;
                }
            }

            LogFenced(MaxTries);
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
            payment.Invalidate();
            LogUnavailable(exception);
            return CommandOutcome.Refused(Refusal.Of(ErrorCode.Unavailable, "The payment store is unavailable."));
        }
        catch (EventUnreadableException exception)
        {
            LogUnreadable(exception);
            return CommandOutcome.Refused(Refusal.Of(
                ErrorCode.Unavailable, "The payment was changed by a newer version of this service; try again."));
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <summary>Moves the schedule alone, past the sweeper's lease; where a commit has come in between, it has done so
    /// itself. Where the journal has left this state behind, it is loaded again at the next call: it would be woken,
    /// and find nothing to do, for ever.</summary>
    public async Task RescheduleAsync(PaymentState state)
    {
        await _turn.EnterAsync();
        try
        {
            if (payment.State != state)
            {
                return;
            }

            var commit = PaymentRecord.CommitOf(payment.Key, state, state, [], null, services.Clock.Now);
            if (await services.Journal.AppendAsync(commit) is not CommitResult.Committed)
            {
                payment.LeaveBehind();
            }
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <summary>The state for those who only read: at most some seconds behind the journal. A command that is under way
    /// finds out itself, when it commits; they do not wait for it.</summary>
    public async ValueTask<PaymentState?> ReadAsync()
    {
        var state = await payment.LoadAsync();
        if (!payment.IsAged || !_turn.TryEnter())
        {
            return state;
        }

        try
        {
            await payment.ConfirmAsync();
        }
        finally
        {
            _turn.Leave();
        }

        return await payment.LoadAsync();
    }

    // Null: there is something to decide on.
    private async Task<Refusal?> RefusalOfLoadAsync(bool mayBeNew)
    {
        if (await payment.LoadAsync() is not null)
        {
            return null;
        }

        if (payment.Archived is null)
        {
            return mayBeNew ? null : Refusal.Of(ErrorCode.PaymentNotFound, "The merchant has no such payment.");
        }

        return await payment.RestoreAsync() is null
            ? Refusal.Of(ErrorCode.PaymentArchived, "The payment is archived: an operator has to restore it first.")
            : null;
    }

    // Null: the state was stale and was dropped, or the provider's payment belongs to another attempt; decide again.
    private async Task<CommandOutcome?> TryAsync(
        Func<PaymentState?, ValueTask<RoutingChoice>> route,
        Func<PaymentState?, DecisionContext, Decision> decide,
        RequestKey? request,
        StoredInstrument? instrument,
        InstrumentSecret? secret,
        Actor? caller,
        ReferenceClaim reference)
    {
        var routed = await route(payment.State);
        // By the machine's own clocks, and before the decision is made and committed: a process may be frozen before it
        // learns of its commit, and others would have taken a later send to be lost.
        var window = SendWindow.Open(services.Clock.Machine, services.Options.SendWindow);
        // The clock is in order after the window is opened, and not only when it was read: the machine may be suspended
        // between the two, and by a clock that is behind the intent would promise an earlier end than the window has.
        for (var synchronized = SynchronizedAsync(); !synchronized.IsCompletedSuccessfully;
            synchronized = SynchronizedAsync())
        {
            await synchronized;
            window = SendWindow.Open(services.Clock.Machine, services.Options.SendWindow);
        }

        return decide(payment.State, ContextNow(routed, instrument, secret, reference)) switch
        {
            Decision.Rejected rejected => CommandOutcome.Refused(rejected.Refusal),
            Decision.AlreadyApplied applied => new CommandOutcome
            {
                Replayed = applied.Replayed, Refund = applied.Refund,
            },
            Decision.Accepted accepted => await CommitAsync(
                accepted with { Events = PaymentChanges.By(caller, accepted.Events) },
                request,
                secret,
                window,
                reference),
            var unknown => throw new InvalidOperationException($"{unknown.GetType().Name} is not a decision."),
        };
    }

    // A crash before the append loses a command without a reply; a crash after it leaves an intent, whose effect the
    // schedule queries.
    private async Task<CommandOutcome?> CommitAsync(
        Decision.Accepted accepted,
        RequestKey? request,
        InstrumentSecret? secret,
        SendWindow window,
        ReferenceClaim reference)
    {
        if (accepted.Events.IsEmpty)
        {
            Start(accepted.Effects, secret, window);
            return new CommandOutcome { Refund = accepted.Refund };
        }

        var next = accepted.Events.Aggregate(payment.State, PaymentState.Evolve)!.CheckInvariants();
        // What a merchant or an operator commands says itself what it books.
        var claim = request is null ? reference.Of(payment.State, accepted.Events) : null;
        var commit = PaymentRecord.CommitOf(
            payment.Key, payment.State, next, accepted.Events, request ?? claim, services.Clock.Now);
        switch (await services.Journal.AppendAsync(commit))
        {
            case CommitResult.Committed:
                var before = payment.State;
                payment.Replace(next);
                // The effects first: observers must not delay them.
                Start(accepted.Effects, secret, window);
                if (payment.Feed.IsWatched)
                {
                    payment.Feed.Publish(PaymentMapping.Timeline(before, accepted.Events, commit.Events));
                }

                services.Operations.EndNeedlessWaits(payment.Key, next);
                services.Attempts.Record(payment.Key, before, next);
                LogAlarms(accepted.Events);
                payment.DeactivateIfIdleUnderPressure();
                services.Observer.Committed(next, accepted.Events);
                return new CommandOutcome
                {
                    Refund = accepted.Refund,
                    Started = accepted.Events.Any(happened => happened is PaymentCreated or AttemptStarted),
                };
            case CommitResult.OrderTaken taken:
                payment.Deactivate();
                return new CommandOutcome { Elsewhere = taken.Holder };
            case CommitResult.RequestTaken taken when claim is not null:
                reference.Meet(payment.State!, taken.Holder);
                if (reference.Taken is { } another)
                {
                    LogReferenceTaken(another, taken.Holder);
                }

                return null;
            case CommitResult.RequestTaken taken when taken.Holder == payment.Key.Payment || payment.State is not null:
                return CommandOutcome.Refused(Refusal.Of(
                    ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request with other content."));
            case CommitResult.RequestTaken taken:
                payment.Deactivate();
                return new CommandOutcome { Elsewhere = taken.Holder };
            default:
                payment.LeaveBehind();
                return null;
        }
    }

    private void LogAlarms(ImmutableArray<PaymentEvent> events)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case ReviewRequired review:
                    LogReviewRequired(review.Attempt, review.Reason);
                    break;
                case RefundReviewRequired review:
                    LogRefundReviewRequired(review.Refund, review.Reason);
                    break;
                case UnexpectedMoneyReported reported:
                    LogUnexpectedMoney(reported.Number, reported.Attempt, reported.Reason);
                    break;
                case RefundFound found:
                    LogRefundFound(found.Refund, found.AmountMinor);
                    break;
                default:
                    break;
            }
        }
    }

    private void Start(ImmutableArray<PaymentEffect> effects, InstrumentSecret? secret, SendWindow window)
    {
        foreach (var effect in effects)
        {
            services.Operations.Start(
                new OperationContext(payment.Key, payment.State!, payment.Activation, secret, window), effect);
        }
    }

    private Task SynchronizedAsync() => services.Clock.SynchronizedAsync().AsTask();

    private DecisionContext ContextNow(
        RoutingChoice routed, StoredInstrument? instrument, InstrumentSecret? secret, ReferenceClaim reference) => new()
        {
            TakenReference = reference.Taken,
            Now = services.Clock.Now,
            SendWindow = services.Options.SendWindow,
            ClockError = services.Options.ClockError,
            ExpiresIn = services.Options.ExpiresIn,
            Route = routed.Route,
            NoRoute = routed.Refusal,
            CardInMemory = secret is not null,
            Instrument = instrument,
        };
}
