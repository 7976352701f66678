using PaymentCluster.Connectors;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Grains.Routing;

/// <summary>Which provider takes an attempt: the first, in alphabetical order, that the merchant has credentials at and
/// that can do it.</summary>
/// <param name="connectors">The connectors.</param>
public sealed class PaymentRouter(ConnectorCatalogue connectors)
{
    /// <summary>The route of an attempt, or why there is none.</summary>
    public (Route? Route, Refusal? Refusal) Choose(MerchantProfile? merchant, PaymentMethod method, Money amount)
    {
        if (merchant is null || merchant.Providers.IsEmpty)
        {
            return (null, Refusal.Of(ErrorCode.NoProvider, "The merchant has no provider configured."));
        }

        if (method.Flow == UpiFlow.Collect && !merchant.UpiCollectAllowed)
        {
            return (null, Refusal.Of(
                ErrorCode.UpiCollectNotAllowed, "UPI collect is not allowed for this merchant; use intent or qr.", "upi.flow"));
        }

        string? objection = null;
        foreach (var provider in merchant.Providers)
        {
            if (!connectors.TryGet(provider, out var connector))
            {
                continue;
            }

            var capabilities = connector.Capabilities;
            objection = capabilities.Refuses(method, amount);
            if (objection is null)
            {
                return (new Route
                {
                    Provider = provider,
                    CapturesByItself = capabilities.CapturesByItself,
                    SettleTime = capabilities.SettleTime,
                    LateSuccess = capabilities.LateSuccess,
                }, null);
            }
        }

        return (
            null,
            Refusal.Of(ErrorCode.FlowNotSupported, objection ?? "None of the merchant's providers is connected.", "method"));
    }
}
