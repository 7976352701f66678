using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <inheritdoc cref="IPaymentAccessGrain"/>
/// <param name="tokens">Makes and checks client secrets.</param>
/// <param name="clock">The clock that their lifetimes were set by.</param>
[StatelessWorker, Reentrant]
public sealed class PaymentAccessGrain(PaymentTokens tokens, IPaymentClock clock) : Grain, IPaymentAccessGrain
{
    /// <inheritdoc/>
    public Task<PaymentAccess?> Open(string clientSecret) =>
        Task.FromResult(tokens.OpenClientSecret(clientSecret, clock.Now));
}
