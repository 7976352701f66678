using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The words that the API has for the enumerations of payments.</summary>
internal static class PaymentWords
{
    public static readonly Words<PaymentStatus> Statuses = new(PaymentNames.Of);
    public static readonly Words<RefundProgress> RefundProgress = new(PaymentNames.Of);
    public static readonly Words<RefundStatus> RefundStatuses = new(PaymentNames.Of);
    public static readonly Words<CaptureMode> CaptureModes = new(PaymentNames.Of);
    public static readonly Words<PaymentMethodKind> Methods = new(PaymentNames.Of);
    public static readonly Words<UpiFlow> UpiFlows = new(PaymentNames.Of);
    public static readonly Words<CustomerActionKind> Actions = new(PaymentNames.Of);
    public static readonly Words<FailureParty> FailureParties = new(PaymentNames.Of);
}
