using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The process of one payment, between its rules and the world: each command is loaded, its instrument
/// resolved, routed, decided, committed and replied to. It is the queue's worker and the cache; the lock is the
/// journal's version check, because two activations of one payment can briefly exist. Its host runs one command at a
/// time, and reads between their steps; it assumes no scheduler, and goes on wherever its caller does.</summary>
/// <param name="key">The payment.</param>
/// <param name="services">What all payments of the silo share.</param>
/// <param name="activation">Where it is in memory.</param>
public sealed class PaymentProcess(PaymentKey key, PaymentServices services, IPaymentActivation activation)
{
    private static readonly TimeSpan BetweenHints = TimeSpan.FromSeconds(10);

    private readonly LoadedPayment _payment = new(key, services, activation);
    private CommandLoop? _commands;
    private HashSet<int>? _returned;
    private HashSet<int>? _hinted;
    private Dictionary<int, DateTimeOffset>? _hintedAt;
    private PaymentTrace _trace;

    private CommandLoop Commands => _commands ??= new CommandLoop(_payment, services);

    /// <inheritdoc cref="IPaymentGrain.Start"/>
    public async Task<StartReply> StartAsync(StartPayment command)
    {
        _trace.Begin();
        var instrument = await services.Instruments.ResolveAsync(key, command.Instrument, command.Customer);
        instrument = await services.Attempts.AdmitAsync(key, instrument, command.Browser, command.Customer);
        var usable = instrument as ResolvedInstrument.Usable;
        var unregistered = await services.Routes.ReturnRefusalAsync(key.Merchant, command.ReturnUrl, command.IsByPage);
        var outcome = await Commands.ExecuteAsync(
            _ => services.Routes.OfAttemptAsync(
                key, instrument, command.Amount, command.Capture, command.Metadata, command.Customer),
            (state, context) => PaymentDecider.Decide(
                state, command, unregistered is null ? context : context with { NoReturn = unregistered }),
            command.Request,
            usable?.Stored,
            usable?.Secret,
            mayBeNew: true,
            isNew: command.IsNew && !_payment.IsLoaded,
            caller: Actor.Current);
        ReleaseUnlessStarted(outcome, instrument, command.Customer);
        return services.Replies.ToStart(
            key, _payment.State, outcome, isForPayer: command.Instrument is null || command.IsByPage);
    }

    /// <inheritdoc cref="IPaymentGrain.Confirm"/>
    public async Task<Reply<PaymentView>> ConfirmAsync(ConfirmPayment command)
    {
        _trace.Begin();
        // The guard counts by customer, too.
        var payer = InstrumentResolver.NeedsCustomer(command.Instrument) || command.Instrument is Instrument.TypedCard
            ? (await _payment.LoadAsync())?.Customer
            : null;
        var instrument = await services.Instruments.ResolveAsync(key, command.Instrument, payer);
        instrument = await services.Attempts.AdmitAsync(key, instrument, command.Browser, payer);
        var usable = instrument as ResolvedInstrument.Usable;
        var outcome = await Commands.ExecuteAsync(
            state => services.Routes.OfAttemptAsync(
                key, instrument, state!.Amount, state.Capture, state.Metadata, state.Customer),
            (state, context) => PaymentDecider.Decide(state!, command, context),
            command.Request,
            usable?.Stored,
            usable?.Secret,
            caller: Actor.Current);
        ReleaseUnlessStarted(outcome, instrument, payer);
        return ToPayment(outcome);
    }

    /// <inheritdoc cref="IPaymentGrain.Capture"/>
    public async Task<Reply<PaymentView>> CaptureAsync(CapturePayment command) => ToPayment(await Commands.ExecuteAsync(
        NoRoute, (state, context) => PaymentDecider.Decide(state!, command, context), command.Request,
        caller: Actor.Current));

    /// <inheritdoc cref="IPaymentGrain.Cancel"/>
    public async Task<Reply<PaymentView>> CancelAsync(CancelPayment command) => ToPayment(await Commands.ExecuteAsync(
        NoRoute, (state, context) => PaymentDecider.Decide(state!, command, context), command.Request,
        caller: Actor.Current));

    /// <inheritdoc cref="IPaymentGrain.Refund"/>
    public async Task<Reply<RefundView>> RefundAsync(RefundPayment command) => ToRefund(await Commands.ExecuteAsync(
        NoRoute, (state, context) => PaymentDecider.Decide(state!, command, context), command.Request,
        caller: Actor.Current));

    /// <inheritdoc cref="IPaymentGrain.Resolve(ResolvePayment)"/>
    public async Task<Reply<PaymentView>> ResolveAsync(ResolvePayment command) => ToPayment(await Commands.ExecuteAsync(
        NoRoute, (state, context) => PaymentDecider.Decide(state!, command, context), command.Request,
        caller: Actor.Current));

    /// <inheritdoc cref="IPaymentGrain.Resolve(ResolveRefund)"/>
    public async Task<Reply<RefundView>> ResolveAsync(ResolveRefund command) => ToRefund(await Commands.ExecuteAsync(
        NoRoute, (state, context) => PaymentDecider.Decide(state!, command, context), command.Request,
        caller: Actor.Current));

    /// <inheritdoc cref="IPaymentGrain.Record(RecordOutcome)"/>
    public async Task<bool> RecordAsync(RecordOutcome report)
    {
        // Still in memory if the charge is sent from here: it may go on to another provider with it.
        var secret = report.Operation.Kind == OperationKind.Charge
            ? services.Operations.SecretOf(key, report.Operation.Number)
            : null;
        var isKnown = await ApplyReportAsync(
            state => state.Operation(report.Operation) is not null
                && IsOf(state.AttemptOf(report.Operation), report.Provider, report.Account),
            (state, context) => PaymentDecider.Decide(state, report, context),
            state => services.Routes.OfNextAttemptAsync(key, state!, report, secret),
            secret);
        if (report.Source == ReportSource.Query)
        {
            // The next one is due in a while.
            _payment.DeactivateUnderPressure();
        }

        return isKnown;
    }

    /// <inheritdoc cref="IPaymentGrain.Record(RecordProviderRefund)"/>
    public async Task<bool> RecordAsync(RecordProviderRefund report)
    {
        if (report.MayBeOurs)
        {
            // The id of ours says which of the two it is; the provider repeats its report.
            await ApplyReportAsync(
                state => IsRefundOf(state, report) && state.MayBeOneOfOurs(report),
                (state, context) => PaymentDecider.Decide(state, new QueryAttempt(report.Attempt), context));
        }

        return await ApplyReportAsync(
            state => IsRefundOf(state, report), (state, context) => PaymentDecider.Decide(state, report, context));
    }

    /// <inheritdoc cref="IPaymentGrain.Clear"/>
    public async Task<Reply<PaymentView>> ClearAsync(ClearUnexpectedMoney command) => ToPayment(
        await Commands.ExecuteAsync(
            NoRoute, (state, context) => PaymentDecider.Decide(state!, command, context), command.Request,
            caller: Actor.Current));

    /// <inheritdoc cref="IPaymentGrain.Resume"/>
    public async Task ResumeAsync()
    {
        var version = -1;
        await ApplyReportAsync(_ => true, (state, context) =>
        {
            version = state.Version;
            return PaymentDecider.Decide(state, new ResumePayment(), context);
        });

        // Nothing was decided, so nothing was committed.
        if (_payment.State is { } state && state.Version == version)
        {
            await Commands.RescheduleAsync(state);
        }

        // Hundreds of thousands may be due after a restart; what is under way still reports to this activation.
        if (_payment.State is { } resumed && !services.Operations.IsUnderWay(key, resumed))
        {
            _payment.DeactivateUnderPressure();
        }
    }

    /// <inheritdoc cref="IPaymentGrain.CustomerReturned"/>
    public async Task<CustomerReturn?> CustomerReturnedAsync(int attempt, string provider, string nonce)
    {
        if (!services.Tokens.IsReturnNonce(key, attempt, nonce)
            || !IsOf((await _payment.LoadAsync())?.Attempt(attempt), provider))
        {
            _payment.DeactivateIfAbsent();
            return null;
        }

        // The first return is a reason for a status query; a repeated return gets its reply without one.
        var isFirst = (_returned ??= []).Add(attempt);
        if (isFirst)
        {
            await ApplyReportAsync(
                _ => true,
                (state, context) => PaymentDecider.Decide(state, new QueryAttempt(attempt, IsLikely: true), context));
            isFirst = await RecordReturnAsync(attempt, provider);
        }

        return _payment.State is { } state ? services.Replies.ToReturn(key, state, isFirst) : null;
    }

    /// <inheritdoc cref="IPaymentGrain.Query"/>
    public Task<bool> QueryAsync(int attempt, string provider)
    {
        bool? isFirst = null;
        return ApplyReportAsync(
            state => IsOf(state.Attempt(attempt), provider),
            (state, context) =>
            {
                isFirst ??= (_hinted ??= []).Add(attempt);
                return PaymentDecider.Decide(state, new QueryAttempt(attempt, isFirst.Value), context);
            });
    }

    /// <inheritdoc cref="IPaymentGrain.Hint"/>
    public async Task<bool> HintAsync(int attempt, string provider)
    {
        // An archived payment is not restored for it: anybody can say this.
        if (!IsOf((await _payment.LoadAsync())?.Attempt(attempt), provider))
        {
            _payment.DeactivateIfAbsent();
            return false;
        }

        var now = services.Clock.Now;
        if ((_hintedAt ??= []).TryGetValue(attempt, out var hintedAt) && now - hintedAt < BetweenHints)
        {
            return true;
        }

        _hintedAt[attempt] = now;
        return await ApplyReportAsync(
            _ => true, (state, context) => PaymentDecider.Decide(state, new HintAttempt(attempt), context));
    }

    /// <inheritdoc cref="IPaymentGrain.Get"/>
    public async Task<PaymentView?> GetAsync()
    {
        var state = await Commands.ReadAsync();
        _payment.DeactivateIfAbsent();
        _payment.DeactivateIfIdleUnderPressure();
        return state?.ToView(key.Payment) ?? _payment.Archived?.ToView(key.Payment);
    }

    /// <inheritdoc cref="IPaymentGrain.Watch"/>
    /// <param name="afterVersion">The last version that is known.</param>
    /// <param name="stopping">Ends the watch when the host stops: a pending one would hold it up.</param>
    /// <param name="cancellation">Ends the watch.</param>
    public async IAsyncEnumerable<TimelineEntry> WatchAsync(
        int afterVersion, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        // Before the journal is read: what is committed meanwhile comes from both, and is passed on once.
        using var watcher = _payment.Feed.Subscribe();
        var passed = afterVersion;
        foreach (var entry in await HistoryAfterAsync(afterVersion))
        {
            yield return entry;
            passed = entry.Version;
        }

        while (_payment.State is not null && await watcher.NextAsync(ending.Token) is { } entry)
        {
            if (entry.Version > passed)
            {
                yield return entry;
                passed = entry.Version;
            }
        }
    }

    /// <inheritdoc cref="IPaymentGrain.GetRefund"/>
    public async Task<RefundView?> GetRefundAsync(int number)
    {
        var state = await Commands.ReadAsync();
        _payment.DeactivateIfAbsent();
        ThrowIfArchived(_payment.Archived);
        return state?.Refund(number)?.ToView(state, key.Payment);
    }

    /// <inheritdoc cref="IPaymentGrain.Timeline"/>
    public async Task<ImmutableArray<TimelineEntry>?> TimelineAsync(int afterVersion)
    {
        if (await services.Journal.LoadAsync(key) is { } stored)
        {
            ThrowIfArchived(stored);
            return PaymentMapping.Timeline(stored.Events, afterVersion);
        }

        _payment.DeactivateIfAbsent();
        return null;
    }

    // In the inbox, as what else arrives from outside and counts once. The browser may load its address again.
    private async Task<bool> RecordReturnAsync(int attempt, string provider)
    {
        try
        {
            return await services.Inbox.RecordAsync(new InboxEntry
            {
                Merchant = key.Merchant,
                Provider = provider,
                EventId = $"return:{new AttemptId { Payment = key.Payment, Number = attempt }}",
                ReceivedAt = services.Clock.Now,
                Fate = WebhookFate.Applied,
            });
        }
        catch (Exception exception) when (exception is JournalOverloadedException or JournalUnavailableException)
        {
            _returned!.Remove(attempt);
            throw new TimeoutException("The return could not be recorded.", exception);
        }
    }

    private async Task<ImmutableArray<TimelineEntry>> HistoryAfterAsync(int version)
    {
        var known = await _payment.LoadAsync();
        _payment.DeactivateIfAbsent();
        ThrowIfArchived(_payment.Archived);
        return known?.Version > version ? await TimelineAsync(version) ?? [] : [];
    }

    private void ReleaseUnlessStarted(CommandOutcome outcome, ResolvedInstrument? instrument, Customer? payer)
    {
        if (!outcome.Started)
        {
            services.Attempts.Release(key, instrument, payer);
        }
    }

    private static void ThrowIfArchived(StoredPayment? stored)
    {
        if (stored is { IsArchived: true })
        {
            throw new PaymentArchivedException();
        }
    }

    private static ValueTask<RoutingChoice> NoRoute(PaymentState? state) => default;

    // One provider's signature proves nothing about an attempt at another.
    private static bool IsOf(AttemptState? attempt, string? provider, string? account = null) =>
        attempt is not null
        && (provider is null || provider == attempt.Provider)
        && (account is null || attempt.Account is null || account == attempt.Account);

    // The payment's id may be learnt later than its refund.
    private static bool IsRefundOf(PaymentState state, RecordProviderRefund report) =>
        state.Attempt(report.Attempt) is { } attempt
        && IsOf(attempt, report.Provider, report.Account)
        && (report.ProviderOrder is null || report.ProviderOrder == attempt.ProviderOrder)
        && (report.ProviderPayment is null
            || attempt.ProviderReference is null
            || report.ProviderPayment == attempt.ProviderReference);

    // A report of a provider's, or a wake-up: there is no caller to refuse it to. False: there is no such payment
    // or operation.
    private async Task<bool> ApplyReportAsync(
        Func<PaymentState, bool> isAbout,
        Func<PaymentState, DecisionContext, Decision> decide,
        Func<PaymentState?, ValueTask<RoutingChoice>>? route = null,
        InstrumentSecret? secret = null)
    {
        if (await LoadOrRestoreAsync() is not { } known || !isAbout(known))
        {
            _payment.DeactivateIfAbsent();
            return false;
        }

        using var span = _trace.Join();
        var outcome = await Commands.ExecuteAsync(
            route ?? NoRoute, (state, context) => decide(state!, context), request: null, secret: secret);
        return outcome.Refusal is { Code: ErrorCode.Unavailable or ErrorCode.Overloaded } refusal
            ? throw new TimeoutException(refusal.Detail)
            : true;
    }

    // What a provider reports of an archived payment is a reason to restore it. Where that is impossible, it is about
    // no payment, and parked for an operator.
    private async Task<PaymentState?> LoadOrRestoreAsync() =>
        await _payment.LoadAsync() ?? (_payment.Archived is null ? null : await _payment.RestoreAsync());

    private Reply<PaymentView> ToPayment(CommandOutcome outcome) =>
        PaymentReplies.ToPayment(key, _payment.State, outcome);

    private Reply<RefundView> ToRefund(CommandOutcome outcome) => PaymentReplies.ToRefund(key, _payment.State, outcome);
}
