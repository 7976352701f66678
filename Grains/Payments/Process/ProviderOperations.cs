using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// Carries out what payments ask of providers: outside the payment's turn, and back to it as a report. It remembers
/// nothing that matters: if the process dies, or the report does not get through, the payment's schedule asks the
/// provider what became of it. It alone holds card data and what else may not be stored, from the accepted command
/// until the provider's answer is recorded.
/// </summary>
/// <param name="providers">The providers.</param>
/// <param name="instruments">Open what the customer saved.</param>
/// <param name="budget">Limits status queries.</param>
/// <param name="payments">Takes the reports.</param>
/// <param name="requests">Makes the requests.</param>
/// <param name="clock">The time that reports are compared with.</param>
/// <param name="host">Runs what is started.</param>
/// <param name="logger">The log.</param>
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
    private readonly ConcurrentDictionary<(PaymentKey, PaymentEffect), Task> _running = new();
    private readonly ConcurrentDictionary<(PaymentKey, int Attempt), InstrumentSecret> _secrets = new();

    /// <summary>Completes when all that is under way now has ended.</summary>
    public Task Idle => Task.WhenAll(_running.Values);

    /// <summary>Starts an effect of a payment, unless it is under way on this silo. Returns at once.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="state">The payment as it is durable now.</param>
    /// <param name="effect">The effect.</param>
    /// <param name="secret">What a charge is sent with and may not be stored.</param>
    /// <param name="window">Until when it may leave: opened before the intent was committed, so that what the intent
    /// promised holds however long this process is frozen in between.</param>
    public void Start(
        PaymentKey key, PaymentState state, PaymentEffect effect, InstrumentSecret? secret, SendWindow window)
    {
        if (IsAnswerUnderWay(key, effect))
        {
            return;
        }

        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_running.TryAdd((key, effect), running.Task))
        {
            host.Run(() => RunAsync(key, state, effect, secret, window, running));
        }
    }

    /// <summary>The secret of an attempt that is under way from this silo; null if it is not, or if it needs
    /// none.</summary>
    public InstrumentSecret? SecretOf(PaymentKey key, int attempt) => _secrets.GetValueOrDefault((key, attempt));

    // While the send itself is under way its answer is the better one.
    private bool IsAnswerUnderWay(PaymentKey key, PaymentEffect effect) => effect switch
    {
        PaymentEffect.QueryCharge ask => IsRunning(key, new PaymentEffect.SendCharge(ask.Attempt, Resend: false))
            || IsRunning(key, new PaymentEffect.SendCharge(ask.Attempt, Resend: true))
            || IsRunning(key, new PaymentEffect.SendCapture(ask.Attempt))
            || IsRunning(key, new PaymentEffect.SendVoid(ask.Attempt)),
        PaymentEffect.QueryRefund ask => IsRunning(key, new PaymentEffect.SendRefund(ask.Refund)),
        PaymentEffect.SendCharge or PaymentEffect.SendCapture or PaymentEffect.SendVoid
            or PaymentEffect.SendRefund => false,
        _ => throw Unexpected(effect),
    };

    private bool IsRunning(PaymentKey key, PaymentEffect effect) => _running.ContainsKey((key, effect));

    private async Task RunAsync(
        PaymentKey key,
        PaymentState state,
        PaymentEffect effect,
        InstrumentSecret? secret,
        SendWindow window,
        TaskCompletionSource running)
    {
        try
        {
            using var activity = PaymentTelemetry.Activities.StartActivity(effect.GetType().Name);
            activity?.SetTag("payment.id", key.Payment.ToString());
            using var scope = logger.BeginScope(new PaymentLogScope(key));
            await PerformAsync(key, state, effect, secret, window);
        }
        catch (Exception exception)
        {
            // Nobody waits for this task, and nothing is lost with it: the payment's schedule asks.
            LogEffectLost(exception, key.Merchant, key.Payment, effect);
        }
        finally
        {
            _running.TryRemove((key, effect), out _);
            running.SetResult();
        }
    }

    private Task PerformAsync(
        PaymentKey key,
        PaymentState state,
        PaymentEffect effect,
        InstrumentSecret? secret,
        SendWindow window) => effect switch
        {
            PaymentEffect.SendCharge send => SendChargeAsync(key, state, send, secret, window),
            PaymentEffect.SendCapture send => SendCaptureAsync(key, state, send, window),
            PaymentEffect.SendVoid send => SendVoidAsync(key, state, send, window),
            PaymentEffect.SendRefund send => SendRefundAsync(key, state, send, window),
            PaymentEffect.QueryCharge query => QueryChargeAsync(key, state, query, window),
            PaymentEffect.QueryRefund query => QueryRefundAsync(key, state, query),
            _ => throw Unexpected(effect),
        };

    // The secret stays at hand until the payment has recorded the answer: the payment may send it elsewhere.
    private async Task SendChargeAsync(
        PaymentKey key, PaymentState state, PaymentEffect.SendCharge send, InstrumentSecret? secret, SendWindow window)
    {
        if (secret is not null)
        {
            _secrets[(key, send.Attempt)] = secret;
        }

        try
        {
            var outcome = await ChargeAsync(key, state, send, secret, window);
            LogOutcome(send, outcome.GetType().Name);
            await payments.RecordAsync(key, new RecordCharge
            {
                Attempt = send.Attempt,
                Send = state.Attempts[send.Attempt - 1].Sends,
                Outcome = outcome,
                Source = ReportSource.Answer,
            });
        }
        finally
        {
            if (secret is not null)
            {
                _secrets.TryRemove((key, send.Attempt), out _);
            }
        }
    }

    private async Task<ProviderOutcome> ChargeAsync(
        PaymentKey key, PaymentState state, PaymentEffect.SendCharge send, InstrumentSecret? secret, SendWindow window)
    {
        var attempt = state.Attempts[send.Attempt - 1];
        var (instrument, notSent) = await instruments.OpenAsync(key, state, attempt, secret);
        return instrument is null
            ? new ProviderOutcome.NotSent { Reason = notSent! }
            : await providers.ChargeAsync(
                key.Merchant, attempt.Provider, requests.Charge(key, state, send, instrument, window));
    }

    private async Task SendCaptureAsync(
        PaymentKey key, PaymentState state, PaymentEffect.SendCapture send, SendWindow window)
    {
        var outcome = await providers.CaptureAsync(
            key.Merchant, ProviderOf(state, send.Attempt), ProviderRequests.Capture(key, state, send.Attempt, window));
        LogOutcome(send, outcome.GetType().Name);
        await payments.RecordAsync(key, new RecordCapture
        {
            Attempt = send.Attempt,
            Send = state.Attempts[send.Attempt - 1].CaptureIntent!.Sends,
            Outcome = outcome,
        });
    }

    private async Task SendVoidAsync(
        PaymentKey key, PaymentState state, PaymentEffect.SendVoid send, SendWindow window)
    {
        var outcome = await providers.VoidAsync(
            key.Merchant, ProviderOf(state, send.Attempt), ProviderRequests.Void(key, state, send.Attempt, window));
        LogOutcome(send, outcome.GetType().Name);
        await payments.RecordAsync(key, new RecordVoid
        {
            Attempt = send.Attempt,
            Send = state.Attempts[send.Attempt - 1].VoidIntent!.Sends,
            Outcome = outcome,
        });
    }

    private async Task SendRefundAsync(
        PaymentKey key, PaymentState state, PaymentEffect.SendRefund send, SendWindow window)
    {
        var provider = ProviderOf(state, state.Refunds[send.Refund - 1].Attempt);
        var outcome = await providers.RefundAsync(
            key.Merchant, provider, ProviderRequests.Refund(key, state, send.Refund, window));
        LogOutcome(send, outcome.GetType().Name);
        await payments.RecordAsync(key, new RecordRefund
        {
            Number = send.Refund,
            Send = state.Refunds[send.Refund - 1].Sends,
            Outcome = outcome,
            Source = ReportSource.Answer,
        });
    }

    // While a customer is at work there is less to learn than where an outcome is unknown.
    private async Task QueryChargeAsync(
        PaymentKey key, PaymentState state, PaymentEffect.QueryCharge query, SendWindow window)
    {
        var attempt = state.Attempts[query.Attempt - 1];
        if (!await MayQueryAsync(key, query, attempt.Provider, isUrgent: attempt.Phase != AttemptPhase.Accepted))
        {
            return;
        }

        var askedAt = clock.Now;
        var outcome = await providers.QueryChargeAsync(
            key.Merchant, attempt.Provider, ProviderRequests.QueryCharge(key, state, query.Attempt, window));
        LogOutcome(query, outcome.GetType().Name);
        await payments.RecordAsync(key, new RecordCharge
        {
            Attempt = query.Attempt, Outcome = outcome, Source = ReportSource.Query, AskedAt = askedAt,
        });
    }

    private async Task QueryRefundAsync(PaymentKey key, PaymentState state, PaymentEffect.QueryRefund query)
    {
        var provider = ProviderOf(state, state.Refunds[query.Refund - 1].Attempt);
        if (!await MayQueryAsync(key, query, provider, isUrgent: true))
        {
            return;
        }

        var askedAt = clock.Now;
        var outcome = await providers.QueryRefundAsync(
            key.Merchant, provider, ProviderRequests.QueryRefund(key, state, query.Refund));
        LogOutcome(query, outcome.GetType().Name);
        await payments.RecordAsync(key, new RecordRefund
        {
            Number = query.Refund, Outcome = outcome, Source = ReportSource.Query, AskedAt = askedAt,
        });
    }

    // Without a budget no query is sent, and nothing is said of the payment: its schedule queries again.
    private async Task<bool> MayQueryAsync(PaymentKey key, PaymentEffect query, string provider, bool isUrgent)
    {
        if (await budget.TryAcquireAsync(key.Merchant, provider, isUrgent))
        {
            return true;
        }

        LogBudgetExhausted(query, provider);
        return false;
    }

    private static string ProviderOf(PaymentState state, int attempt) => state.Attempts[attempt - 1].Provider;

    private static InvalidOperationException Unexpected(PaymentEffect effect) =>
        new($"{effect.GetType().Name} is not an effect.");
}
