using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What routing may know of an attempt that is about to begin.</summary>
public readonly record struct RoutingFacts
{
    /// <summary>The payment.</summary>
    public required PaymentId Payment { get; init; }

    /// <summary>What it is paid with.</summary>
    public required PaymentMethod Method { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>Who captures.</summary>
    public required CaptureMode Capture { get; init; }

    /// <summary>The card, when the method is one and it is still in memory.</summary>
    public CardDetails? Card { get; init; }

    /// <summary>The only provider that can charge the instrument; null where any can.</summary>
    public string? Only { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    public ImmutableDictionary<string, string>? Metadata { get; init; }

    /// <summary>The providers that this attempt has failed at.</summary>
    public ImmutableArray<string> Tried { get; init; }

    /// <summary>The providers that the customer would rather pay through.</summary>
    public ImmutableArray<string> Preferred { get; init; }
}

/// <summary>Where an attempt goes, or why nowhere.</summary>
public readonly record struct RoutingChoice
{
    /// <summary>The provider; null if none takes it.</summary>
    public Route? Route { get; init; }

    /// <summary>Why there is none; null if there is one, or if none was requested.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Nowhere, for a reason.</summary>
    public static RoutingChoice Refused(Refusal refusal) => new() { Refusal = refusal };
}
