using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Runs payments' calls to providers outside the payment's turn, and reports their outcomes to it. It has no
/// durable state: if the process dies, or the report is lost, the payment's schedule queries the provider what became
/// of it. It alone holds card data and what else may not be stored, from the accepted command until the provider's
/// response is recorded.</summary>
/// <param name="providers">The providers.</param>
/// <param name="instruments">Open what the customer saved.</param>
/// <param name="budget">Limits status queries.</param>
/// <param name="payments">Takes the reports on payments that have left memory.</param>
/// <param name="requests">Makes the requests.</param>
/// <param name="clock">The time that reports are compared with.</param>
/// <param name="host">Runs what is started.</param>
/// <param name="logger">Logs outcomes and reports that were lost.</param>
public sealed partial class ProviderOperations(
    IPaymentProviders providers,
    InstrumentResolver instruments,
    IStatusQueryBudget budget,
    IPaymentCalls payments,
    ProviderRequests requests,
    IPaymentClock clock,
    IOperationHost host,
    ILogger<ProviderOperations> logger)
{
    private static readonly OperationKind[] Kinds = Enum.GetValues<OperationKind>();

    // A minute and a half, and with the time that each call may take, some minutes.
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30),
    ];

    private readonly ConcurrentDictionary<(PaymentKey, PaymentEffect), Task> _running = new();
    private readonly ConcurrentDictionary<(PaymentKey, int Attempt), InstrumentSecret> _secrets = new();
    private readonly ConcurrentDictionary<(PaymentKey, OperationKey), QueryWait> _waiting = new();

    /// <summary>Completes when all that is under way now has ended.</summary>
    public Task Idle => Task.WhenAll(_running.Values);

    /// <summary>Starts an effect of a payment, unless it is under way on this silo: then a query that waits goes before
    /// others, if it is likely now. Returns at once.</summary>
    /// <param name="context">What it is carried out with.</param>
    /// <param name="effect">The effect.</param>
    public void Start(OperationContext context, PaymentEffect effect)
    {
        if (IsResponseUnderWay(context.Key, effect))
        {
            return;
        }

        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_running.TryAdd((context.Key, NameOf(effect)), running.Task))
        {
            host.Run(() => RunAsync(context, effect, running));
        }
        else if (effect is PaymentEffect.QueryOperation { IsLikely: true }
            && _waiting.TryGetValue((context.Key, effect.Operation), out var wait))
        {
            wait.Likely.Cancel();
        }
    }

    /// <summary>The secret of an attempt that is under way from this silo; null if it is not, or if it needs
    /// none.</summary>
    public InstrumentSecret? SecretOf(PaymentKey key, int attempt) => _secrets.GetValueOrDefault((key, attempt));

    /// <summary>Whether anything of a payment is under way on this silo, a status query that waits for its budget
    /// included.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="state">The payment as it is durable now.</param>
    public bool IsUnderWay(PaymentKey key, PaymentState state) =>
        !_running.IsEmpty && state.Operations.Any(operation =>
            IsRunning(key, new PaymentEffect.QueryOperation(operation.Key))
            || IsRunning(key, new PaymentEffect.SendOperation(operation.Key, Resend: false))
            || IsRunning(key, new PaymentEffect.SendOperation(operation.Key, Resend: true)));

    /// <summary>Ends the waits of status queries for what is known by now.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="state">The payment as it is durable now.</param>
    public void EndNeedlessWaits(PaymentKey key, PaymentState state)
    {
        if (_waiting.IsEmpty)
        {
            return;
        }

        foreach (var operation in state.Operations)
        {
            if (operation.Traits.QueriedAs == operation.Key.Kind
                && !PaymentSchedule.IsQueried(state, operation, clock.Now)
                && _waiting.TryGetValue((key, operation.Key), out var wait))
            {
                wait.Needless.Cancel();
            }
        }
    }

    // While a send is under way its response is the better one, also of what is queried as the charge.
    private bool IsResponseUnderWay(PaymentKey key, PaymentEffect effect)
    {
        if (effect is not PaymentEffect.QueryOperation query)
        {
            return false;
        }

        foreach (var kind in Kinds)
        {
            var operation = query.Operation with { Kind = kind };
            if (OperationTraits.Of(kind).QueriedAs == query.Operation.Kind
                && (IsRunning(key, new PaymentEffect.SendOperation(operation, Resend: false))
                    || IsRunning(key, new PaymentEffect.SendOperation(operation, Resend: true))))
            {
                return true;
            }
        }

        return false;
    }

    // The same query, however urgent.
    private static PaymentEffect NameOf(PaymentEffect effect) =>
        effect is PaymentEffect.QueryOperation query ? new PaymentEffect.QueryOperation(query.Operation) : effect;

    private bool IsRunning(PaymentKey key, PaymentEffect effect) => _running.ContainsKey((key, effect));

    private async Task RunAsync(OperationContext context, PaymentEffect effect, TaskCompletionSource running)
    {
        try
        {
            using var activity = PaymentTelemetry.Activities.StartActivity(effect.Name);
            activity?.SetTag("payment.id", context.Key.Payment.ToString());
            using var scope = logger.BeginScope(new PaymentLogScope(context.Key));
            await (effect switch
            {
                PaymentEffect.SendOperation send => SendAsync(context, send),
                PaymentEffect.QueryOperation query => QueryAsync(context, query),
                _ => throw new InvalidOperationException($"{effect.GetType().Name} is not an effect."),
            });
        }
        catch (Exception exception)
        {
            // Nothing awaits this task, and nothing is lost with it: the payment's schedule sends a status query.
            LogEffectLost(exception, context.Key.Merchant, context.Key.Payment, effect);
        }
        finally
        {
            _running.TryRemove((context.Key, NameOf(effect)), out _);
            running.SetResult();
        }
    }

    // A charge's secret stays at hand until the payment has recorded the response: the payment may send it elsewhere.
    private async Task SendAsync(OperationContext context, PaymentEffect.SendOperation send)
    {
        var isSecret = context.Secret is not null && send.Operation.Kind == OperationKind.Charge;
        if (isSecret)
        {
            _secrets[(context.Key, send.Operation.Number)] = context.Secret!;
        }

        try
        {
            await OfferAsync(context, send, new RecordOutcome
            {
                Operation = send.Operation,
                Outcome = await CallAsync(context, send),
                Source = ReportSource.Response,
                Send = context.State.Operation(send.Operation)!.Sends,
            });
        }
        finally
        {
            if (isSecret)
            {
                _secrets.TryRemove((context.Key, send.Operation.Number), out _);
            }
        }
    }

    private async Task QueryAsync(OperationContext context, PaymentEffect.QueryOperation query)
    {
        var permit = await PermitAsync(context, query);
        if (permit.IsGranted)
        {
            var queriedAt = clock.Now;
            await RecordAsync(context, query, new RecordOutcome
            {
                Operation = query.Operation,
                Outcome = await CallAsync(context, query),
                Source = ReportSource.Query,
                QueriedAt = queriedAt,
            });
        }
        else if (permit.Listed is { } listed)
        {
            await RecordAsync(context, query, new RecordOutcome
            {
                Operation = query.Operation,
                Outcome = listed.Outcome,
                Source = ReportSource.Query,
                QueriedAt = listed.QueriedAt,
                // A payment that failed says nothing of one that was sent since.
                Send = context.State.Operation(query.Operation)!.Sends,
            });
        }
    }

    // A response is known here alone: the customer's step in it is in no status query. It is offered to the payment
    // until it is taken, for as long as a store takes to be restarted or failed over. Repeating it changes nothing.
    private async Task OfferAsync(OperationContext context, PaymentEffect effect, RecordOutcome report)
    {
        foreach (var pause in Pauses)
        {
            try
            {
                await RecordAsync(context, effect, report);
                return;
            }
            catch (Exception exception)
                when (exception is TimeoutException or JournalOverloadedException or OrleansException)
            {
                LogOfferedAgain(exception, context.Key.Merchant, context.Key.Payment, effect, pause);
                await host.DelayAsync(pause);
            }
        }

        await RecordAsync(context, effect, report);
    }

    // To the activation that the operation was started from, if it is still there: no call has to find it.
    private Task RecordAsync(OperationContext context, PaymentEffect effect, RecordOutcome report)
    {
        LogOutcome(effect, report.Outcome.GetType().Name);
        return report.Outcome.OtherRefunds is { } others
            ? RecordAsync(context, report with { Outcome = report.Outcome with { OtherRefunds = null } }, others)
            : RecordAsync(context, report);
    }

    private Task RecordAsync(OperationContext context, RecordOutcome report) =>
        context.Activation.TryRecord(report, out var recorded) ? recorded : payments.RecordAsync(context.Key, report);

    // After the outcome: a refund of ours that was refused because of the others has released its amount.
    private async Task RecordAsync(
        OperationContext context, RecordOutcome report, ImmutableArray<ProviderRefund> others)
    {
        await RecordAsync(context, report);
        var attempt = context.State.AttemptOf(report.Operation)!;
        foreach (var refund in others)
        {
            await payments.RecordAsync(
                context.Key, RecordProviderRefund.Of(refund, attempt.Number, attempt.Provider, attempt.Account));
        }
    }

    private static ProviderAccount AccountOf(PaymentKey key, AttemptState attempt) =>
        new(key.Merchant, attempt.Provider, attempt.Account);

    // What differs by kind at the provider: the call, and its request.
    private Task<ProviderOutcome> CallAsync(OperationContext context, PaymentEffect effect)
    {
        var (key, state, _, secret, window) = context;
        var (kind, number) = (effect.Operation.Kind, effect.Operation.Number);
        var attempt = state.AttemptOf(effect.Operation)!;
        var account = AccountOf(key, attempt);
        return (effect, kind) switch
        {
            (PaymentEffect.SendOperation send, OperationKind.Charge) =>
                ChargeAsync(key, state, attempt, send.Resend, secret, window),
            (PaymentEffect.SendOperation, OperationKind.Capture) => providers.CaptureAsync(
                account, ProviderRequests.Capture(key, state, number, window)),
            (PaymentEffect.SendOperation, OperationKind.Void) => providers.VoidAsync(
                account, ProviderRequests.Void(key, state, number, window)),
            (PaymentEffect.SendOperation, OperationKind.Refund) => providers.RefundAsync(
                account, requests.Refund(key, state, number, window)),
            (_, OperationKind.Refund) => providers.QueryRefundAsync(
                account, ProviderRequests.QueryRefund(key, state, number)),
            _ => providers.QueryChargeAsync(
                account, ProviderRequests.QueryCharge(key, state, number, window)),
        };
    }

    private async Task<ProviderOutcome> ChargeAsync(
        PaymentKey key,
        PaymentState state,
        AttemptState attempt,
        bool resend,
        InstrumentSecret? secret,
        SendWindow window)
    {
        var (instrument, notSent) = await instruments.OpenAsync(key, state, attempt, secret);
        return instrument is null
            ? new ProviderOutcome.NotSent { Reason = notSent! }
            : await providers.ChargeAsync(
                AccountOf(key, attempt), requests.Charge(key, state, attempt, resend, instrument, window));
    }

    // One query of an operation waits at a time. Without a budget none is sent, and nothing is said of the payment: its
    // schedule queries again.
    private async ValueTask<QueryPermit> PermitAsync(OperationContext context, PaymentEffect.QueryOperation query)
    {
        var attempt = context.State.AttemptOf(query.Operation)!;
        var wait = new QueryWait();
        _waiting[(context.Key, query.Operation)] = wait;
        try
        {
            return await budget.AcquireAsync(
                new StatusQuery(
                    AccountOf(context.Key, attempt),
                    PriorityOf(context.State, query, attempt),
                    query.Operation.Kind == OperationKind.Charge
                        ? ProviderRequests.Listable(context.State, attempt)
                        : null)
                {
                    Began = context.State.Operation(query.Operation)!.StartedAt,
                    Likely = wait.Likely.Token,
                    IsHint = query.IsHint,
                },
                wait.Needless.Token);
        }
        finally
        {
            _waiting.TryRemove((context.Key, query.Operation), out _);
        }
    }

    // What is probably paid goes first; then what may have happened to money without our knowing, then customers at
    // work, and what is only confirmed comes last.
    private static QueryPriority PriorityOf(
        PaymentState state, PaymentEffect.QueryOperation query, AttemptState attempt)
    {
        var key = query.Operation;
        if (state.Operation(key)!.MayHaveArrived
            || (key.Kind == OperationKind.Charge && MayHaveArrived(attempt.UnderWay)))
        {
            return query.IsLikely ? QueryPriority.Likely : QueryPriority.Unknown;
        }

        return (key.Kind == OperationKind.Charge && attempt.IsUnconfirmed)
            || (key.Kind == OperationKind.Refund && state.Refund(key.Number)!.IsUnconfirmed)
            ? QueryPriority.Confirmation
            : query.IsLikely ? QueryPriority.Likely : QueryPriority.Accepted;
    }

    private static bool MayHaveArrived(ProviderOperation? operation) => operation is { MayHaveArrived: true };

    // Its sources have no timer and no handle, so that nothing is left of them without a reference.
    private sealed class QueryWait
    {
        public CancellationTokenSource Needless { get; } = new();

        public CancellationTokenSource Likely { get; } = new();
    }
}
