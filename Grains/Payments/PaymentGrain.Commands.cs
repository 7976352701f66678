using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Grains.Payments;

// How a command becomes durable, the same for all of them: decide, commit, start the effects.
public sealed partial class PaymentGrain
{
    private static ValueTask<RoutingChoice> NoRoute(PaymentState? state) => default;

    private ValueTask<RoutingChoice> RouteOf(
        Brought brought, Money amount, CaptureMode capture, ImmutableDictionary<string, string> metadata, Customer payer) =>
        brought.Refusal is { } refusal
            ? ValueTask.FromResult(RoutingChoice.Refused(refusal))
            : RouteOf(brought.Method, amount, capture, brought.Means, metadata, payer);

    private async ValueTask<RoutingChoice> RouteOf(
        PaymentMethod? method,
        Money amount,
        CaptureMode capture,
        ChargeMeans? means,
        ImmutableDictionary<string, string> metadata,
        Customer payer,
        ImmutableArray<string> tried = default)
    {
        if (method is null)
        {
            return default;
        }

        var merchant = await merchants.GetAsync(_key.Merchant);
        return router.Choose(merchant, new RoutingFacts
        {
            Payment = _key.Payment,
            Method = method,
            Amount = amount,
            Capture = capture,
            Card = means?.Card,
            Only = means?.Provider,
            Metadata = metadata,
            Tried = tried,
            // Where there is nothing to choose, or no customer prefers anything, nobody is asked.
            Preferred = merchant is { CustomersPrefer: true, Providers.Length: > 1 } && means?.Provider is null
                ? await PreferredBy(payer)
                : [],
        });
    }

    // Only a proved failure that is the provider's own, or that of the way to it, can go on elsewhere; and not what that
    // provider alone keeps.
    private ValueTask<RoutingChoice> NextRouteOf(PaymentState state, RecordCharge report, ChargeMeans? means) =>
        report.Outcome is ProviderOutcome.NotSent or ProviderOutcome.Declined { Failure.Party: FailureParty.Provider }
            && state.Attempt(report.Attempt) is { IsOpen: true } attempt
            && !IsConfined(attempt.Method, means)
                ? RouteOf(
                    attempt.Method, state.Amount, state.Capture, means, state.Metadata, state.Customer, state.ProvidersOf(attempt))
                : default;

    // A provider's word, or the sweeper's: there is nobody to refuse it to. False: there is no such payment, attempt or
    // refund.
    private async Task<bool> Take(
        Func<PaymentState, bool> isAbout,
        Func<PaymentState, Terms, Decision> decide,
        Func<PaymentState?, ValueTask<RoutingChoice>>? route = null,
        ChargeMeans? means = null)
    {
        if (await Load() is not { } known || !isAbout(known))
        {
            Nobody<PaymentView>();
            return false;
        }

        var outcome = await Execute(route ?? NoRoute, (state, terms) => decide(state!, terms), request: null, means);
        return outcome.Refusal is { Code: ErrorCode.Unavailable or ErrorCode.Overloaded } refusal
            ? throw new TimeoutException(refusal.Detail)
            : true;
    }

    private async Task<CommandOutcome> Execute(
        Func<PaymentState?, ValueTask<RoutingChoice>> route,
        Func<PaymentState?, Terms, Decision> decide,
        RequestKey? request,
        ChargeMeans? means = null,
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
                switch (decide(_state, TermsNow(routed, means)))
                {
                    case Decision.Rejected rejected:
                        return CommandOutcome.Refused(rejected.Refusal);
                    case Decision.AlreadyApplied applied:
                        return new CommandOutcome { Replayed = applied.Replayed, Refund = applied.Refund };
                    case Decision.Accepted accepted when await Commit(accepted, request, means, window) is { } outcome:
                        return outcome;
                    default:
                        continue;
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
            Forget();
            LogUnavailable(exception);
            return CommandOutcome.Refused(Refusal.Of(ErrorCode.Unavailable, "The payment store is out of reach."));
        }
    }

    // Null: the state was stale and was dropped; decide again. Dying before the append loses a command that nobody was
    // told of; dying after it leaves an intent, whose effect the schedule asks about.
    private async Task<CommandOutcome?> Commit(
        Decision.Accepted accepted, RequestKey? request, ChargeMeans? means, SendWindow window)
    {
        if (accepted.Events.IsEmpty)
        {
            Perform(accepted.Effects, means, window);
            return new CommandOutcome { Refund = accepted.Refund };
        }

        var next = accepted.Events.Aggregate(_state, PaymentState.Evolve)!.CheckInvariants();
        var isIntent = !accepted.Effects.IsEmpty;
        FaultPoint.Reach(isIntent ? FaultPoint.BeforeIntent : FaultPoint.BeforeOutcomeCommit);
        var commit = PaymentRecord.CommitOf(_key, _state, next, accepted.Events, request, Now());
        switch (await journal.AppendAsync(commit))
        {
            case CommitResult.Committed:
                FaultPoint.Reach(isIntent ? FaultPoint.AfterIntent : FaultPoint.AfterOutcomeCommit);
                var before = _state;
                _state = next;
                _isLoaded = true;
                // The effects first: what only counts must not stand in their way.
                Perform(accepted.Effects, means, window);
                if (_feed.IsWatched)
                {
                    _feed.Publish(PaymentMapping.Timeline(before, accepted.Events, commit.Events));
                }

                PaymentTelemetry.Count(accepted.Events);
                router.Learn(next, accepted.Events);
                MakeRoom();
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
                LogStale(_state?.Version ?? 0);
                Forget();
                return null;
        }
    }

    private void Perform(ImmutableArray<PaymentEffect> wanted, ChargeMeans? means, SendWindow window)
    {
        foreach (var effect in wanted)
        {
            effects.Start(_key, _state!, effect, means, window);
        }
    }

    // In microseconds, as PostgreSQL keeps time: what is read back must be what was decided.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private Terms TermsNow(RoutingChoice routed, ChargeMeans? means) => new()
    {
        Now = Now(),
        SendWindow = options.Value.SendWindow,
        ClockError = options.Value.ClockError,
        ExpiresIn = options.Value.ExpiresIn,
        Route = routed.Route,
        NoRoute = routed.Refusal,
        HasCard = means is not null,
        Link = means?.Link,
    };
}
