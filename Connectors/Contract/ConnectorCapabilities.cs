using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Contract;

/// <summary>What a provider can do, as data.</summary>
public sealed record ConnectorCapabilities
{
    /// <summary>The methods it takes.</summary>
    public required ImmutableHashSet<PaymentMethodKind> Methods { get; init; }

    /// <summary>The UPI flows it takes.</summary>
    public required ImmutableHashSet<UpiFlow> UpiFlows { get; init; }

    /// <summary>The ISO 4217 codes it takes.</summary>
    public required ImmutableHashSet<string> Currencies { get; init; }

    /// <summary>Whether less than the authorised amount can be captured.</summary>
    public required bool PartialCapture { get; init; }

    /// <summary>The names of the credentials that a merchant must give, such as <c>key_secret</c>.</summary>
    public required ImmutableArray<string> Credentials { get; init; }

    /// <summary>How long after the last possible send a "not found" is not yet believed.</summary>
    public required TimeSpan SettleTime { get; init; }

    /// <summary>How long after an attempt was given up it can still turn into a success; it is watched for so long.</summary>
    public required TimeSpan LateSuccess { get; init; }
}
