namespace PaymentCluster.Grains.Abstractions;

/// <summary>
/// Gateways may call the grain method. All others are between silos: a gateway is the process that the internet
/// reaches, and what it may do is no more than what its API offers. <c>docs/grain-calls.md</c> lists them all.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToGatewaysAttribute : Attribute;
