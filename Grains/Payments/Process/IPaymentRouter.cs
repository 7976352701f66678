using System.Collections.Immutable;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>A port: chooses the provider of an attempt.</summary>
public interface IPaymentRouter
{
    /// <summary>The route of an attempt, or why there is none.</summary>
    RoutingChoice Choose(MerchantProfile? merchant, in RoutingFacts facts);

    /// <summary>Learns from a payment's durable events how providers have been doing.</summary>
    void Learn(PaymentState after, ImmutableArray<PaymentEvent> events);
}
