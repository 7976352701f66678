using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Abstractions.Routing;

/// <summary>A merchant's routing, and which edition of it this is.</summary>
[GenerateSerializer, Immutable, Alias("routing-view")]
public sealed record RoutingView
{
    /// <summary>Counts the changes; 0 while none was made.</summary>
    [Id(0)]
    public required int Version { get; init; }

    /// <summary>The plan; empty while none was set.</summary>
    [Id(1)]
    public required RoutingPlan Plan { get; init; }

    /// <summary>When it was set; null while none was.</summary>
    [Id(2)]
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>Sets a merchant's routing.</summary>
[GenerateSerializer, Immutable, Alias("put-routing")]
public sealed record PutRouting
{
    /// <summary>The plan, whole.</summary>
    [Id(0)]
    public required RoutingPlan Plan { get; init; }

    /// <summary>The version that it replaces; null: whatever is there.</summary>
    [Id(1)]
    public int? IfVersion { get; init; }

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(2)]
    public RequestKey? Request { get; init; }
}

/// <summary>What routing decides on. The card is not part of it, but for its first digits.</summary>
[GenerateSerializer, Immutable, Alias("routed-payment")]
public sealed record RoutedPayment
{
    /// <summary>The payment: draws are made from its id, so that it always draws the same.</summary>
    [Id(0)]
    public required PaymentId Id { get; init; }

    /// <summary>What is to be paid.</summary>
    [Id(1)]
    public required Money Amount { get; init; }

    /// <summary>What it is paid with.</summary>
    [Id(2)]
    public required PaymentMethod Method { get; init; }

    /// <summary>The first digits of the card's number, at most eight; null if they are not known. Never
    /// stored.</summary>
    [Id(3)]
    public string? CardBin { get; init; }

    /// <summary>The customer's segment.</summary>
    [Id(4)]
    public string? Segment { get; init; }

    /// <summary>Providers that this payment must not go to again.</summary>
    [Id(5)]
    public ImmutableArray<string> Tried { get; init; } = [];

    /// <summary>Who captures: some providers reserve money by some methods alone.</summary>
    [Id(6)]
    public CaptureMode Capture { get; init; } = CaptureMode.Automatic;

    /// <summary>The providers that the customer would rather pay through, best first.</summary>
    [Id(7)]
    public ImmutableArray<string> Preferred { get; init; } = [];

    /// <summary>Printed without the card's digits.</summary>
    public override string ToString() => $"{Id}, {Amount}, {Method.Kind}";
}

/// <summary>What routing said to one provider.</summary>
public enum RoutingVerdict
{
    /// <summary>It takes the payment.</summary>
    Chosen = 1,

    /// <summary>It could not take the payment, or a better provider could.</summary>
    PassedOver = 2,

    /// <summary>It would have been tried after the chosen one.</summary>
    NotNeeded = 3,
}

/// <summary>One provider's part in a decision.</summary>
[GenerateSerializer, Immutable, Alias("routing-note")]
public sealed record RoutingNote
{
    /// <summary>The provider.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>What was decided about it.</summary>
    [Id(1)]
    public required RoutingVerdict Verdict { get; init; }

    /// <summary>Why, in a few words.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}
