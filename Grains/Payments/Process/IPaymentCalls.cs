using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Calls to payments, wherever in the cluster each of them is: reports of providers, and what is due. A call
/// that fails may have taken effect all the same; repeating it changes nothing.</summary>
public interface IPaymentCalls
{
    /// <inheritdoc cref="IPaymentGrain.Record(RecordCharge)"/>
    Task<bool> RecordAsync(PaymentKey key, RecordCharge report);

    /// <inheritdoc cref="IPaymentGrain.Record(RecordCapture)"/>
    Task<bool> RecordAsync(PaymentKey key, RecordCapture report);

    /// <inheritdoc cref="IPaymentGrain.Record(RecordVoid)"/>
    Task<bool> RecordAsync(PaymentKey key, RecordVoid report);

    /// <inheritdoc cref="IPaymentGrain.Record(RecordRefund)"/>
    Task<bool> RecordAsync(PaymentKey key, RecordRefund report);

    /// <inheritdoc cref="IPaymentGrain.Ask"/>
    Task<bool> QueryAsync(PaymentKey key, int attempt, string provider);

    /// <inheritdoc cref="IPaymentGrain.Resume"/>
    Task ResumeAsync(PaymentKey key);
}
