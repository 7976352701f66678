using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Abstractions.Secrets;
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
    PaymentTokens tokens,
    PaymentPopulation population,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<PaymentGrain> logger) : Grain, IPaymentGrain
{
    // A stale activation decides again on what it reads; if that is stale too, a second activation is at work, and the
    // caller may try again.
    private const int MaxTries = 3;

    private readonly TimelineFeed _feed = new();
    // How long a payer's browser can still read the outcome.
    private static readonly TimeSpan ReadAfterwards = TimeSpan.FromHours(1);

    private readonly HashSet<int> _returned = [];
    private PaymentKey _key;
    private PaymentState? _state;
    private bool _isLoaded;
    private Task? _loading;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = PaymentKey.Parse(this.GetPrimaryKeyString());
        population.Enter();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        population.Leave();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<StartReply> Start(StartPayment command)
    {
        var brought = await BringAsync(
            command.Method, command.Card, command.Instrument, command.SecurityCode, command.CardConsent, command.Customer);
        command = command with { Method = brought.Method };
        var outcome = await Execute(
            _ => RouteOf(brought, command.Amount, command.Capture, command.Metadata, command.Customer),
            (state, terms) => PaymentDecider.Decide(state, command, terms),
            command.Request,
            brought.Means,
            mayBeNew: true,
            isNew: command.IsNew && !_isLoaded);
        var payment = outcome.Refusal is null && outcome.Elsewhere is null ? _state?.ToView(_key.Payment) : null;
        var secret = command.Method is null && payment is not null ? SecretOf(_state!) : null;
        return new StartReply
        {
            Payment = payment,
            Refusal = outcome.Refusal,
            Replayed = outcome.Replayed,
            Elsewhere = outcome.Elsewhere,
            Started = outcome.Started,
            ClientSecret = secret,
            CheckoutUrl = secret is null ? null : CheckoutUrl(secret),
        };
    }

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Confirm(ConfirmPayment command)
    {
        var payer = command.Instrument is null && command.CardConsent is null ? null : (await Load())?.Customer;
        var brought = await BringAsync(
            command.Method, command.Card, command.Instrument, command.SecurityCode, command.CardConsent, payer);
        command = command with { Method = brought.Method! };
        return ToPayment(await Execute(
            state => RouteOf(brought, state!.Amount, state.Capture, state.Metadata, state.Customer),
            (state, terms) => PaymentDecider.Decide(state!, command, terms),
            command.Request,
            brought.Means));
    }

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Capture(CapturePayment command) => ToPayment(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Cancel(CancelPayment command) => ToPayment(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public async Task<Reply<RefundView>> Refund(RefundPayment command) => ToRefund(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public async Task<Reply<PaymentView>> Resolve(ResolvePayment command) => ToPayment(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public async Task<Reply<RefundView>> Resolve(ResolveRefund command) => ToRefund(await Execute(
        NoRoute, (state, terms) => PaymentDecider.Decide(state!, command, terms), command.Request));

    /// <inheritdoc/>
    public Task<bool> Record(RecordCharge report)
    {
        // Still in memory if the attempt is sent from here: another provider may be asked with it.
        var means = effects.MeansOf(_key, report.Attempt);
        return Take(
            state => IsOf(state.Attempt(report.Attempt), report.Provider),
            (state, terms) => PaymentDecider.Decide(state, report, terms),
            state => NextRouteOf(state!, report, means),
            means);
    }

    /// <inheritdoc/>
    public Task<bool> Record(RecordCapture report) => Take(
        state => state.Attempt(report.Attempt) is not null, (state, terms) => PaymentDecider.Decide(state, report, terms));

    /// <inheritdoc/>
    public Task<bool> Record(RecordVoid report) => Take(
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

        // Nothing happened, so nothing was committed: the schedule alone moves on, past the sweeper's lease. Where the
        // store has left this state behind, it is read again: it would be woken, and find nothing, for ever.
        if (_state is { } state
            && state.Version == version
            && await journal.AppendAsync(PaymentRecord.CommitOf(_key, state, state, [], null, Now())) is not CommitResult.Committed)
        {
            LogStale(version);
            Forget();
        }
    }

    /// <inheritdoc/>
    public async Task<CustomerReturn?> CustomerReturned(int attempt, string provider, string nonce)
    {
        if (!tokens.IsReturnNonce(_key, attempt, nonce) || !IsOf((await Load())?.Attempt(attempt), provider))
        {
            return Nobody<CustomerReturn>();
        }

        // Coming back is a reason to ask once; whoever has the address and calls it again learns how the payment stands.
        if (_returned.Add(attempt))
        {
            await Take(_ => true, (state, terms) => PaymentDecider.Decide(state, new AskAboutAttempt(attempt), terms));
        }

        return _state is null
            ? null
            : new CustomerReturn
            {
                Payment = _state.ToView(_key.Payment), CheckoutUrl = _state.ByCheckout ? CheckoutUrl(SecretOf(_state)) : null,
            };
    }

    /// <inheritdoc/>
    public Task<bool> Ask(int attempt, string provider) => Take(
        state => IsOf(state.Attempt(attempt), provider),
        (state, terms) => PaymentDecider.Decide(state, new AskAboutAttempt(attempt), terms));

    /// <inheritdoc/>
    public async Task<PaymentView?> Get()
    {
        if (await Load() is not { } state)
        {
            return Nobody<PaymentView>();
        }

        MakeRoom();
        return state.ToView(_key.Payment);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TimelineEntry> Watch(
        int afterVersion, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // A pending watch would hold up the silo's stop.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        // Before the journal is read: what is committed meanwhile comes from both, and is passed on once.
        using var watcher = _feed.Subscribe();
        var told = afterVersion;
        foreach (var entry in await HistoryAfter(afterVersion))
        {
            yield return entry;
            told = entry.Version;
        }

        while (_state is not null && await watcher.NextAsync(ending.Token) is { } entry)
        {
            if (entry.Version > told)
            {
                yield return entry;
                told = entry.Version;
            }
        }
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

    // Outside the call filters, which translate this for other calls: an enumeration's exception passes them as a value.
    private async Task<ImmutableArray<TimelineEntry>> HistoryAfter(int version)
    {
        try
        {
            if (await Load() is not { } known)
            {
                Nobody<PaymentView>();
                return [];
            }

            return known.Version > version ? await Timeline(version) ?? [] : [];
        }
        catch (JournalUnavailableException exception)
        {
            throw new TimeoutException("The payment store is unavailable.", exception);
        }
    }

    // Whoever signs for one provider says nothing about an attempt at another.
    private static bool IsOf(AttemptState? attempt, string? provider) =>
        attempt is not null && (provider is null || provider == attempt.Provider);

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

    // An activation is deactivated when its last call has ended.
    private void Forget()
    {
        _state = null;
        _isLoaded = false;
        DeactivateOnIdle();
        _feed.Close();
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

    // What is settled is as well read from the journal. A watched payment stays: its watchers would load it again at
    // once, and their number is bounded at the gateways.
    private void MakeRoom()
    {
        if (population.IsCrowded && !_feed.IsWatched && _state is { } state && PaymentMapping.IsSettled(state))
        {
            DeactivateOnIdle();
        }
    }

    private void Leave()
    {
        _isLoaded = false;
        DeactivateOnIdle();
        _feed.Close();
    }

    private Secret SecretOf(PaymentState state) => tokens.ClientSecret(_key, state.ExpiresAt + ReadAfterwards);

    private Secret CheckoutUrl(Secret secret) =>
        new(new Uri(options.Value.PublicUrl, $"/checkout/{_key.Payment}?key={secret.Reveal()}").AbsoluteUri);

    private Reply<PaymentView> ToPayment(CommandOutcome outcome) => outcome.Refusal is { } refusal
        ? Reply<PaymentView>.Refused(refusal)
        : Reply<PaymentView>.Of(_state!.ToView(_key.Payment), outcome.Replayed);

    private Reply<RefundView> ToRefund(CommandOutcome outcome) => outcome.Refusal is { } refusal
        ? Reply<RefundView>.Refused(refusal)
        : _state?.Refund(outcome.Refund) is { } refund
            ? Reply<RefundView>.Of(refund.ToView(_state, _key.Payment), outcome.Replayed)
            : Reply<RefundView>.Refused(Refusal.Of(
                ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request that is not about a refund."));
}
