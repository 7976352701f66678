using System.Collections.Immutable;
using Orleans.Concurrency;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Checkout;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Checkout;

/// <inheritdoc cref="ICheckoutGrain"/>
/// <param name="merchants">Knows the merchant's providers.</param>
/// <param name="connectors">Know what providers can do.</param>
[StatelessWorker]
public sealed class CheckoutGrain(MerchantDirectory merchants, ConnectorCatalogue connectors) : Grain, ICheckoutGrain
{
    /// <inheritdoc/>
    public async Task<CheckoutOffer?> Offer(Money amount)
    {
        if (await merchants.GetAsync(this.GetPrimaryKeyString()) is not { } merchant)
        {
            DeactivateOnIdle();
            return null;
        }

        ImmutableArray<IConnector> providers =
        [
            .. merchant.Providers
                .Select(provider => connectors.TryGet(provider, out var connector) ? connector : null)
                .OfType<IConnector>(),
        ];
        ImmutableArray<UpiFlow> flows =
        [
            .. Enum.GetValues<UpiFlow>().Where(flow => (flow != UpiFlow.Collect || merchant.UpiCollectAllowed)
                && Takes(providers, new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = flow }, amount)),
        ];
        return new CheckoutOffer
        {
            MerchantName = merchant.Name,
            Origins = merchant.CheckoutOrigins,
            UpiFlows = flows,
            Methods =
            [
                .. Enum.GetValues<PaymentMethodKind>().Where(kind => kind == PaymentMethodKind.Upi
                    ? !flows.IsEmpty
                    : Takes(providers, new PaymentMethod { Kind = kind }, amount)),
            ],
        };
    }

    private static bool Takes(ImmutableArray<IConnector> providers, PaymentMethod method, Money amount) =>
        providers.Any(provider => provider.Capabilities.Refuses(method, amount) is null);
}
