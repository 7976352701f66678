using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Checkout;
using PaymentCluster.Grains.Customers;

namespace PaymentCluster.Grains.Checkout;

/// <inheritdoc cref="ICheckoutGrain"/>
/// <param name="providers">The merchants and their providers.</param>
[StatelessWorker, Reentrant]
public sealed class CheckoutGrain(MerchantProviders providers) : Grain, ICheckoutGrain
{
    /// <inheritdoc/>
    public async Task<CheckoutOffer?> Offer(Money amount)
    {
        var key = this.GetPrimaryKeyString();
        if (await providers.MerchantAsync(key) is not { } merchant)
        {
            DeactivateOnIdle();
            return null;
        }

        var offer = await providers.OfferAsync(key);
        return new CheckoutOffer
        {
            MerchantName = merchant.Name,
            Origins = merchant.PageOrigins,
            UpiFlows = offer.UpiFlows(amount),
            Methods = offer.Methods(amount),
            Wallets = offer.Wallets(amount),
        };
    }
}
