using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Providers;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// Carries out what payments ask of providers: outside the payment's turn, and back to it as a command. It remembers
/// nothing that matters: if the process dies, or the command does not get through, the payment's schedule asks the
/// provider what became of it. It alone holds card data and what else may not be kept, from the accepted command until the provider's answer was taken in.
/// </summary>
public sealed partial class PaymentEffects(
    IGrainFactory grains,
    ConnectorCatalogue connectors,
    MerchantDirectory merchants,
    InstrumentOpenings openings,
    PaymentTokens tokens,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<PaymentEffects> logger) : IHostedService
{
    private readonly ConcurrentDictionary<(PaymentKey, PaymentEffect), Task> _running = new();
    private readonly ConcurrentDictionary<(PaymentKey, int Attempt), ChargeMeans> _means = new();

    /// <summary>Starts an effect of a payment, unless it is under way on this silo. Returns at once.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="state">The payment as it is durable now.</param>
    /// <param name="effect">The effect.</param>
    /// <param name="means">What a charge is sent with and may not be kept.</param>
    /// <param name="window">Until when it may leave: opened before the intent was committed, so that what the intent
    /// promised holds however long this process is frozen in between.</param>
    public void Start(PaymentKey key, PaymentState state, PaymentEffect effect, ChargeMeans? means, SendWindow window)
    {
        if (IsAnswerUnderWay(key, effect))
        {
            return;
        }

        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_running.TryAdd((key, effect), running.Task))
        {
            return;
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await RunAsync(key, state, effect, means, window);
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
        });
    }

    /// <summary>What an attempt that is under way from this silo is sent with; null if it is not, or if it needs
    /// nothing.</summary>
    public ChargeMeans? MeansOf(PaymentKey key, int attempt) => _means.GetValueOrDefault((key, attempt));

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets what is under way come to its end, as long as the host waits.</summary>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing);

    // While the send itself is under way its answer is the better one.
    private bool IsAnswerUnderWay(PaymentKey key, PaymentEffect effect) => effect switch
    {
        PaymentEffect.AskCharge ask => IsRunning(key, new PaymentEffect.SendCharge(ask.Attempt, Resend: false))
            || IsRunning(key, new PaymentEffect.SendCharge(ask.Attempt, Resend: true))
            || IsRunning(key, new PaymentEffect.SendCapture(ask.Attempt))
            || IsRunning(key, new PaymentEffect.SendVoid(ask.Attempt)),
        PaymentEffect.AskRefund ask => IsRunning(key, new PaymentEffect.SendRefund(ask.Refund)),
        PaymentEffect.SendCharge or PaymentEffect.SendCapture or PaymentEffect.SendVoid or PaymentEffect.SendRefund => false,
        _ => throw new InvalidOperationException($"{effect.GetType().Name} is not an effect."),
    };

    private bool IsRunning(PaymentKey key, PaymentEffect effect) => _running.ContainsKey((key, effect));

    private async Task RunAsync(
        PaymentKey key, PaymentState state, PaymentEffect effect, ChargeMeans? means, SendWindow window)
    {
        using var activity = PaymentTelemetry.Activities.StartActivity(effect.GetType().Name);
        activity?.SetTag("payment.id", key.Payment.ToString());
        using var scope = logger.BeginScope(new LogScope(key));
        var payment = grains.GetGrain<IPaymentGrain>(key.ToString());
        switch (effect)
        {
            case PaymentEffect.SendCharge send:
                await SendAsync(payment, key, state, send, means, window);
                break;
            case PaymentEffect.AskCharge ask:
                if (!await MayAskAsync(key, state, effect))
                {
                    break;
                }

                var askedAt = time.GetUtcNow();
                var known = await AskChargeAsync(key, state, ask.Attempt, window);
                LogOutcome(effect, known.GetType().Name);
                await payment.Record(
                    new RecordCharge { Attempt = ask.Attempt, Outcome = known, Source = ReportSource.Query, AskedAt = askedAt });
                break;
            case PaymentEffect.SendCapture send:
                FaultPoint.Reach(FaultPoint.BeforeSend);
                var captured = await CaptureAsync(key, state, send.Attempt, window);
                FaultPoint.Reach(FaultPoint.AfterSend);
                LogOutcome(effect, captured.GetType().Name);
                await payment.Record(new RecordCapture { Attempt = send.Attempt, Outcome = captured });
                break;
            case PaymentEffect.SendVoid send:
                FaultPoint.Reach(FaultPoint.BeforeSend);
                var released = await VoidAsync(key, state, send.Attempt, window);
                FaultPoint.Reach(FaultPoint.AfterSend);
                LogOutcome(effect, released.GetType().Name);
                await payment.Record(new RecordVoid { Attempt = send.Attempt, Outcome = released });
                break;
            case PaymentEffect.SendRefund send:
                FaultPoint.Reach(FaultPoint.BeforeSend);
                var refunded = await RefundAsync(key, state, send.Refund, window);
                FaultPoint.Reach(FaultPoint.AfterSend);
                LogOutcome(effect, refunded.GetType().Name);
                await payment.Record(
                    new RecordRefund { Number = send.Refund, Outcome = refunded, Source = ReportSource.Answer });
                break;
            case PaymentEffect.AskRefund ask:
                if (!await MayAskAsync(key, state, effect))
                {
                    break;
                }

                var refundAskedAt = time.GetUtcNow();
                var progress = await AskRefundAsync(key, state, ask.Refund);
                LogOutcome(effect, progress.GetType().Name);
                await payment.Record(
                    new RecordRefund { Number = ask.Refund, Outcome = progress, Source = ReportSource.Query, AskedAt = refundAskedAt });
                break;
            default:
                throw new InvalidOperationException($"{effect.GetType().Name} is not an effect.");
        }
    }

    // What it is paid with stays at hand until the payment has taken the answer in: it may send it elsewhere.
    private async Task SendAsync(
        IPaymentGrain payment, PaymentKey key, PaymentState state, PaymentEffect.SendCharge send, ChargeMeans? means, SendWindow window)
    {
        if (means is not null)
        {
            _means[(key, send.Attempt)] = means;
        }

        try
        {
            FaultPoint.Reach(FaultPoint.BeforeSend);
            var outcome = await ChargeAsync(key, state, send, means, window);
            FaultPoint.Reach(FaultPoint.AfterSend);
            LogOutcome(send, outcome.GetType().Name);
            await payment.Record(new RecordCharge
            {
                Attempt = send.Attempt,
                Send = state.Attempts[send.Attempt - 1].Sends,
                Outcome = outcome,
                Source = ReportSource.Answer,
            });
        }
        finally
        {
            if (means is not null)
            {
                _means.TryRemove((key, send.Attempt), out _);
            }
        }
    }

    private async Task<ProviderOutcome> ChargeAsync(
        PaymentKey key, PaymentState state, PaymentEffect.SendCharge send, ChargeMeans? means, SendWindow window)
    {
        var attempt = state.Attempts[send.Attempt - 1];
        if (await OpenAsync(key, attempt.Provider) is not { } credentials)
        {
            return NoCredentials(attempt.Provider);
        }

        var opened = await openings.OpenAsync(key, state, attempt, means);
        if (opened.Refusal is { } refusal)
        {
            return refusal;
        }

        var id = new AttemptId { Payment = key.Payment, Number = attempt.Number };
        return await connectors[attempt.Provider].ChargeAsync(
            new ChargeRequest
            {
                Attempt = id,
                Amount = state.Amount,
                Method = attempt.Method,
                Card = opened.Card,
                SavedCard = opened.SavedCard,
                SaveCard = means?.SavesCard ?? false,
                ProviderCustomer = opened.ProviderCustomer,
                WalletToken = opened.WalletToken,
                Capture = state.Capture,
                Customer = state.Customer,
                Description = state.Description,
                CallbackUrl = new Uri(
                    options.Value.PublicUrl,
                    $"/return/{key.Merchant}/{attempt.Provider}/{id}/{tokens.ReturnNonce(key, attempt.Number)}"),
                ExpiresAt = state.ExpiresAt,
                Resend = send.Resend,
                Window = window,
            },
            credentials);
    }

    // A question that finds no room is not asked, and nothing is said of the payment: the schedule brings it again.
    // While a customer is at work there is less to learn than where an outcome is unknown.
    private async Task<bool> MayAskAsync(PaymentKey key, PaymentState state, PaymentEffect question)
    {
        var (attempt, isUrgent) = question is PaymentEffect.AskCharge ask
            ? (state.Attempts[ask.Attempt - 1], state.Attempts[ask.Attempt - 1].Phase != AttemptPhase.Accepted)
            : (state.Attempts[state.Refunds[((PaymentEffect.AskRefund)question).Refund - 1].Attempt - 1], true);
        var budget = grains.GetGrain<IQuestionBudgetGrain>($"{key.Merchant}/{attempt.Provider}");
        if (await budget.Take(isUrgent))
        {
            return true;
        }

        LogNoRoom(question, attempt.Provider);
        return false;
    }

    private async Task<ProviderOutcome> AskChargeAsync(
        PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var attempt = state.Attempts[number - 1];
        return await OpenAsync(key, attempt.Provider) is { } credentials
            ? await connectors[attempt.Provider].QueryChargeAsync(
                new ChargeQuery
                {
                    Attempt = new AttemptId { Payment = key.Payment, Number = number },
                    Amount = state.Amount,
                    ProviderOrder = attempt.ProviderOrder,
                    ProviderReference = attempt.ProviderReference,
                    Linked = attempt.Link is { } link ? new LinkedCharge(link, state.Capture) : null,
                    Completion = state.Awaits(attempt) ? window : null,
                },
                credentials)
            : NobodyToAsk(attempt.Provider);
    }

    private async Task<ProviderOutcome> CaptureAsync(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var attempt = state.Attempts[number - 1];
        return await OpenAsync(key, attempt.Provider) is { } credentials
            ? await connectors[attempt.Provider].CaptureAsync(
                new CaptureRequest
                {
                    Attempt = new AttemptId { Payment = key.Payment, Number = number },
                    Amount = Money.Of(attempt.CaptureIntent!.AmountMinor, state.Amount.Currency),
                    ProviderOrder = attempt.ProviderOrder,
                    ProviderReference = attempt.ProviderReference!,
                    Window = window,
                },
                credentials)
            : NobodyToAsk(attempt.Provider);
    }

    private async Task<ProviderOutcome> VoidAsync(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var attempt = state.Attempts[number - 1];
        return await OpenAsync(key, attempt.Provider) is { } credentials
            ? await connectors[attempt.Provider].VoidAsync(
                new VoidAuthorizationRequest
                {
                    Attempt = new AttemptId { Payment = key.Payment, Number = number },
                    Amount = Money.Of(attempt.AuthorizedMinor, state.Amount.Currency),
                    ProviderOrder = attempt.ProviderOrder,
                    ProviderReference = attempt.ProviderReference!,
                    Window = window,
                },
                credentials)
            : NobodyToAsk(attempt.Provider);
    }

    private async Task<ProviderOutcome> RefundAsync(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var refund = state.Refunds[number - 1];
        var attempt = state.Attempts[refund.Attempt - 1];
        return await OpenAsync(key, attempt.Provider) is { } credentials
            ? await connectors[attempt.Provider].RefundAsync(
                new RefundRequest
                {
                    Refund = new RefundId { Payment = key.Payment, Number = number },
                    Attempt = new AttemptId { Payment = key.Payment, Number = attempt.Number },
                    Amount = Money.Of(refund.AmountMinor, state.Amount.Currency),
                    ProviderOrder = attempt.ProviderOrder,
                    ProviderReference = attempt.ProviderReference!,
                    Reason = refund.Reason,
                    Window = window,
                },
                credentials)
            : NoCredentials(attempt.Provider);
    }

    private async Task<ProviderOutcome> AskRefundAsync(PaymentKey key, PaymentState state, int number)
    {
        var refund = state.Refunds[number - 1];
        var attempt = state.Attempts[refund.Attempt - 1];
        return await OpenAsync(key, attempt.Provider) is { } credentials
            ? await connectors[attempt.Provider].QueryRefundAsync(
                new RefundQuery
                {
                    Refund = new RefundId { Payment = key.Payment, Number = number },
                    Attempt = new AttemptId { Payment = key.Payment, Number = attempt.Number },
                    Amount = Money.Of(refund.AmountMinor, state.Amount.Currency),
                    ProviderOrder = attempt.ProviderOrder,
                    ProviderReference = attempt.ProviderReference!,
                    ProviderRefund = refund.ProviderReference,
                },
                credentials)
            : NobodyToAsk(attempt.Provider);
    }

    private async ValueTask<ProviderCredentials?> OpenAsync(PaymentKey key, string provider)
    {
        try
        {
            return await merchants.GetAsync(key.Merchant) is { } merchant && merchant.Providers.Contains(provider)
                ? merchant.Open(provider)
                : null;
        }
        catch (CredentialsUnreadableException exception)
        {
            LogCredentialsUnreadable(exception, key.Merchant, provider);
            return null;
        }
    }

    private static ProviderOutcome.NotSent NoCredentials(string provider) =>
        new() { Reason = $"The merchant's credentials at {provider} are missing or cannot be opened." };

    private static ProviderOutcome.Unknown NobodyToAsk(string provider) =>
        new() { Reason = $"The merchant's credentials at {provider} are missing or cannot be opened." };
}
