using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
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
    public RoutingChoice Choose(MerchantProfile? merchant, in RoutingFacts facts)
    {
        if (merchant is null || merchant.Providers.IsEmpty)
        {
            return RoutingChoice.Refused(
                Refusal.Of(ErrorCode.NoProvider, "The merchant has no provider configured."));
        }

        if (facts.Method.Flow == UpiFlow.Collect && !merchant.UpiCollectAllowed)
        {
            return RoutingChoice.Refused(Refusal.Of(
                ErrorCode.UpiCollectNotAllowed, "UPI collect is not allowed for this merchant; use intent or qr.", "upi.flow"));
        }

        string? objection = null;
        foreach (var provider in merchant.Providers)
        {
            if ((!facts.Tried.IsDefault && facts.Tried.Contains(provider))
                || !connectors.TryGet(provider, out var connector))
            {
                continue;
            }

            objection = connector.Capabilities.Refuses(facts.Method, facts.Amount);
            if (objection is null)
            {
                return new RoutingChoice { Route = RouteTo(connector) };
            }
        }

        return RoutingChoice.Refused(
            Refusal.Of(ErrorCode.FlowNotSupported, objection ?? "None of the merchant's providers is connected.", "method"));
    }

    private static Route RouteTo(IConnector connector) => new()
    {
        Provider = connector.Provider,
        CapturesByItself = connector.Capabilities.CapturesByItself,
        CanVoid = connector.Capabilities.Voids,
        CanCapturePart = connector.Capabilities.PartialCapture,
        RepeatWindow = connector.Capabilities.RepeatWindow,
        SettleTime = connector.Capabilities.SettleTime,
        LateSuccess = connector.Capabilities.LateSuccess,
    };
}
