using System.Collections.Immutable;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Refunds;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>One payment: the queue, the cache and the conversation of it. Its key is a <see cref="Ids.PaymentKey"/>.
/// Commands run one at a time and return only when they are durable; reads run between them.</summary>
[Alias("payment")]
public interface IPaymentGrain : IGrainWithStringKey
{
    /// <summary>Takes the payment, or starts its next attempt. An order or an idempotency key that another payment
    /// holds leads there.</summary>
    [Alias("start"), OpenToGateways]
    Task<StartReply> Start(StartPayment command);

    /// <summary>Says what the payment is paid with, and starts it.</summary>
    [Alias("confirm"), OpenToGateways]
    Task<Reply<PaymentView>> Confirm(ConfirmPayment command);

    /// <summary>Captures the authorised amount. The provider is called afterwards.</summary>
    [Alias("capture"), OpenToGateways]
    Task<Reply<PaymentView>> Capture(CapturePayment command);

    /// <summary>Gives the payment up.</summary>
    [Alias("cancel"), OpenToGateways]
    Task<Reply<PaymentView>> Cancel(CancelPayment command);

    /// <summary>Refunds captured money. The provider is called afterwards.</summary>
    [Alias("refund"), OpenToGateways]
    Task<Reply<RefundView>> Refund(RefundPayment command);

    /// <summary>Says, as an operator, what became of a payment that needs review.</summary>
    [Alias("resolve"), OpenToGateways]
    Task<Reply<PaymentView>> Resolve(ResolvePayment command);

    /// <summary>Says, as an operator, what became of a refund that needs review.</summary>
    [Alias("resolve-refund"), OpenToGateways]
    Task<Reply<RefundView>> Resolve(ResolveRefund command);

    /// <summary>Applies a provider's report on an operation. When it returns, what it changed is durable; a repeated
    /// report changes nothing. False: the payment has no such operation, or it is at another provider than the one that
    /// says so, and nothing was changed.</summary>
    [Alias("record-outcome")]
    Task<bool> Record(RecordOutcome report);

    /// <summary>Applies a provider's report on a refund that was made there, and not by this engine. False: the payment
    /// has no such attempt with that order at that provider.</summary>
    [Alias("record-provider-refund")]
    Task<bool> Record(RecordProviderRefund report);

    /// <summary>Says, as an operator, that unexpected money was looked at.</summary>
    [Alias("clear-unexpected-money"), OpenToGateways]
    Task<Reply<PaymentView>> Clear(ClearUnexpectedMoney command);

    /// <summary>Does what is due: resends what was not sent, queries what is unknown, expires what is late. The sweeper
    /// calls it.</summary>
    [Alias("resume")]
    Task Resume();

    /// <summary>Queries the provider now, because the customer's browser returned from it, once per attempt. Returns
    /// where that browser goes next, or null if the attempt is not this payment's or the nonce is not the
    /// attempt's. That it returned is durable: a nonce is used once.</summary>
    [Alias("customer-returned"), OpenToGateways]
    Task<CustomerReturn?> CustomerReturned(int attempt, string provider, string nonce);

    /// <summary>Queries an attempt and its refunds now, because the provider said that something happened to them, but
    /// not provably what. False: the payment has no such attempt at that provider.</summary>
    [Alias("ask")]
    Task<bool> Query(int attempt, string provider);

    /// <summary>As <see cref="Query"/>, where it is not proven that the provider said so: only what is open is queried,
    /// seldom, and from a small part of the budget.</summary>
    [Alias("hint")]
    Task<bool> Hint(int attempt, string provider);

    /// <summary>The payment's current state; null if there is none.</summary>
    [Alias("get"), OpenToGateways, AlwaysInterleave]
    Task<PaymentView?> Get();

    /// <summary>The history after a version, and then each entry as it is committed. It does not end with the payment:
    /// the watcher decides from <see cref="TimelineEntry.Status"/> and <see cref="Get"/> when to stop.</summary>
    /// <remarks>
    /// It ends early when the activation is invalidated or deactivated, or when there is no such payment, and it breaks
    /// (<see cref="OrleansException"/>, <see cref="EnumerationAbortedException"/>, <see cref="TimeoutException"/>) when
    /// the silo dies: watch again after the last version that was received. Orleans' enumerations always interleave, so
    /// a watch blocks no command and no command blocks it.
    /// </remarks>
    [Alias("watch"), OpenToGateways, AlwaysInterleave]
    IAsyncEnumerable<TimelineEntry> Watch(int afterVersion, CancellationToken cancellation = default);

    /// <summary>One refund; null if there is none.</summary>
    [Alias("get-refund"), OpenToGateways, AlwaysInterleave]
    Task<RefundView?> GetRefund(int number);

    /// <summary>The history after a version, oldest first; null if there is no such payment.</summary>
    [Alias("timeline"), OpenToGateways, AlwaysInterleave]
    Task<ImmutableArray<TimelineEntry>?> Timeline(int afterVersion);
}
