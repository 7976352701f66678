using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <inheritdoc cref="IUpiCheckGrain"/>
/// <param name="providers">The merchants' providers.</param>
/// <param name="options">The limits.</param>
/// <param name="time">The clock that caches and limits run by.</param>
[Reentrant]
public sealed class UpiCheckGrain(MerchantProviders providers, IOptions<CustomersOptions> options, TimeProvider time)
    : Grain, IUpiCheckGrain
{
    private readonly UpiChecks _checks = new(providers, options.Value, time);

    /// <inheritdoc/>
    public Task<Reply<UpiIdView>> Check(string vpa)
    {
        var key = this.GetPrimaryKeyString();
        return _checks.VerifyAsync(key[..key.IndexOf('/', StringComparison.Ordinal)], vpa);
    }
}
