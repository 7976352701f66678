using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Calls to payments, wherever in the cluster each of them is: reports of providers, and what is due. A call
/// that fails may have taken effect nevertheless; repeating it changes nothing.</summary>
public interface IPaymentCalls
{
    /// <inheritdoc cref="IPaymentGrain.Record(RecordOutcome)"/>
    Task<bool> RecordAsync(PaymentKey key, RecordOutcome report);

    /// <inheritdoc cref="IPaymentGrain.Record(RecordProviderRefund)"/>
    Task<bool> RecordAsync(PaymentKey key, RecordProviderRefund report);

    /// <inheritdoc cref="IPaymentGrain.Query"/>
    Task<bool> QueryAsync(PaymentKey key, int attempt, string provider);

    /// <inheritdoc cref="IPaymentGrain.Hint"/>
    Task<bool> HintAsync(PaymentKey key, int attempt, string provider);

    /// <inheritdoc cref="IPaymentGrain.Resume"/>
    Task ResumeAsync(PaymentKey key);
}
