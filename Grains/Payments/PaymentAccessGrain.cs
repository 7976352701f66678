using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <inheritdoc cref="IPaymentAccessGrain"/>
/// <param name="tokens">Knows its own words.</param>
/// <param name="time">When it is.</param>
[StatelessWorker]
public sealed class PaymentAccessGrain(PaymentTokens tokens, TimeProvider time) : Grain, IPaymentAccessGrain
{
    /// <inheritdoc/>
    public Task<PaymentAccess?> Open(string clientSecret) =>
        Task.FromResult(tokens.OpenClientSecret(clientSecret, time.GetUtcNow()));
}
