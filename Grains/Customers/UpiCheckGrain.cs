using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <inheritdoc cref="IUpiCheckGrain"/>
/// <param name="providers">Merchants' providers.</param>
/// <param name="options">How many, and how long an answer holds.</param>
/// <param name="time">When it is.</param>
public sealed class UpiCheckGrain(ProviderDesk providers, IOptions<CustomersOptions> options, TimeProvider time)
    : Grain, IUpiCheckGrain
{
    private readonly UpiChecks _checks = new(providers, options.Value, time);

    /// <inheritdoc/>
    public Task<Reply<UpiIdView>> Ask(string vpa)
    {
        var key = this.GetPrimaryKeyString();
        return _checks.AskAsync(key[..key.IndexOf('/', StringComparison.Ordinal)], vpa);
    }
}
