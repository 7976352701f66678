using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>Calls payments by their grains.</summary>
/// <param name="grains">Leads to them.</param>
public sealed class GrainPaymentCalls(IGrainFactory grains) : IPaymentCalls
{
    /// <inheritdoc/>
    public Task<bool> RecordAsync(PaymentKey key, RecordOutcome report) => Payment(key).Record(report);

    /// <inheritdoc/>
    public Task<bool> RecordAsync(PaymentKey key, RecordProviderRefund report) => Payment(key).Record(report);

    /// <inheritdoc/>
    public Task<bool> QueryAsync(PaymentKey key, int attempt, string provider) => Payment(key).Query(attempt, provider);

    /// <inheritdoc/>
    public Task<bool> HintAsync(PaymentKey key, int attempt, string provider) => Payment(key).Hint(attempt, provider);

    /// <inheritdoc/>
    public Task ResumeAsync(PaymentKey key) => Payment(key).Resume();

    private IPaymentGrain Payment(PaymentKey key) => grains.Grain<IPaymentGrain>(key.ToString());
}
