#if FAULT_POINTS
using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Faults;

// The points of a payment's and a change's way, each around the port that it is about.

/// <summary>Before and after commits.</summary>
internal sealed class FaultyJournal(IPaymentJournal journal) : IPaymentJournal
{
    // The events after which a provider is called.
    private static readonly ImmutableHashSet<string> Intents =
    [
        PaymentEventJson.NameOf<AttemptStarted>(), PaymentEventJson.NameOf<AttemptResent>(),
        PaymentEventJson.NameOf<CaptureRequested>(), PaymentEventJson.NameOf<VoidRequested>(),
        PaymentEventJson.NameOf<RefundRequested>(), PaymentEventJson.NameOf<RefundResent>(),
    ];

    public async Task<CommitResult> AppendAsync(PaymentCommit commit)
    {
        if (commit.Events.IsEmpty)
        {
            return await journal.AppendAsync(commit);
        }

        var isIntent = commit.Events.Any(happened => Intents.Contains(happened.Type));
        FaultPoint.Reach(isIntent ? FaultPoint.BeforeIntent : FaultPoint.BeforeOutcomeCommit);
        var result = await journal.AppendAsync(commit);
        if (result is CommitResult.Committed)
        {
            FaultPoint.Reach(isIntent ? FaultPoint.AfterIntent : FaultPoint.AfterOutcomeCommit);
        }

        return result;
    }

    public Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default) =>
        journal.LoadAsync(key, cancellation);

    public Task<bool> RestoreAsync(PaymentKey key, CancellationToken cancellation = default) =>
        journal.RestoreAsync(key, cancellation);

    public Task<ImmutableArray<DuePayment>> ClaimDueAsync(
        int limit, TimeSpan lease, TimeSpan? within = null, CancellationToken cancellation = default) =>
        journal.ClaimDueAsync(limit, lease, within, cancellation);

    public Task<DueMerchantsPage> FindDueMerchantsAsync(
        DueLane lane, string after, int limit, CancellationToken cancellation = default) =>
        journal.FindDueMerchantsAsync(lane, after, limit, cancellation);

    public Task<ImmutableArray<DuePayment>> ClaimDueOfAsync(
        DueLane lane,
        ImmutableArray<string> merchants,
        int share,
        TimeSpan lease,
        CancellationToken cancellation = default) =>
        journal.ClaimDueOfAsync(lane, merchants, share, lease, cancellation);
}

/// <summary>Before and after a call to a provider that moves money.</summary>
internal sealed class FaultyProviders(IPaymentProviders providers) : IPaymentProviders
{
    public Task<ProviderOutcome> ChargeAsync(ProviderAccount account, ChargeRequest request) =>
        SendAsync(() => providers.ChargeAsync(account, request));

    public Task<ProviderOutcome> CaptureAsync(ProviderAccount account, CaptureRequest request) =>
        SendAsync(() => providers.CaptureAsync(account, request));

    public Task<ProviderOutcome> VoidAsync(ProviderAccount account, VoidAuthorizationRequest request) =>
        SendAsync(() => providers.VoidAsync(account, request));

    public Task<ProviderOutcome> RefundAsync(ProviderAccount account, RefundRequest request) =>
        SendAsync(() => providers.RefundAsync(account, request));

    public Task<ProviderOutcome> QueryChargeAsync(ProviderAccount account, ChargeQuery query) =>
        providers.QueryChargeAsync(account, query);

    public Task<ProviderOutcome> QueryRefundAsync(ProviderAccount account, RefundQuery query) =>
        providers.QueryRefundAsync(account, query);

    public Task<ListedPage> ListAsync(ProviderAccount account, PaymentListQuery query) =>
        providers.ListAsync(account, query);

    private static async Task<ProviderOutcome> SendAsync(Func<Task<ProviderOutcome>> send)
    {
        FaultPoint.Reach(FaultPoint.BeforeSend);
        var outcome = await send();
        FaultPoint.Reach(FaultPoint.AfterSend);
        return outcome;
    }
}

/// <summary>Before and after a webhook is remembered.</summary>
internal sealed class FaultyInbox(IWebhookInbox inbox) : IWebhookInbox
{
    public Task<bool> ExistsAsync(
        string merchant, string provider, string eventId, CancellationToken cancellation = default) =>
        inbox.ExistsAsync(merchant, provider, eventId, cancellation);

    public async Task<bool> RecordAsync(InboxEntry entry)
    {
        FaultPoint.Reach(FaultPoint.BeforeInbox);
        var isFirst = await inbox.RecordAsync(entry);
        FaultPoint.Reach(FaultPoint.AfterInbox);
        return isFirst;
    }
}

/// <summary>When a command took effect and its effects are started, before the reply.</summary>
internal sealed class FaultyObserver(ICommitObserver observer) : ICommitObserver
{
    public void Committed(PaymentState after, ImmutableArray<PaymentEvent> events)
    {
        observer.Committed(after, events);
        FaultPoint.Reach(FaultPoint.BeforeReply);
    }
}

/// <summary>Between a change of a document and its entries in the audit trail.</summary>
internal sealed class FaultyTrail(IAuditTrail trail) : IAuditTrail
{
    public async Task<AuditChange> BeginAsync(string merchant, AuditAction action, string? subject, string? detail)
    {
        var change = await trail.BeginAsync(merchant, action, subject, detail);
        FaultPoint.Reach(FaultPoint.AfterChangeIntent);
        return change;
    }

    public Task EndAsync(AuditChange change, AuditOutcome outcome, Actor by)
    {
        FaultPoint.Reach(FaultPoint.BeforeChangeOutcome);
        return trail.EndAsync(change, outcome, by);
    }

    public Task<ImmutableArray<AuditChange>> OpenAsync(string merchant) => trail.OpenAsync(merchant);
}
#endif
