using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Abstractions.Alarms;

/// <summary>What needs an operator, of one merchant. Its key is the merchant's id.</summary>
[Alias("alarms")]
public interface IAlarmsGrain : IGrainWithStringKey
{
    /// <summary>Open alarms, of the oldest payments first.</summary>
    /// <param name="after">Only those of later payments than this one; null: all.</param>
    /// <param name="limit">Of how many payments, 1 to 100.</param>
    [Alias("list"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<AlarmPage> List(PaymentId? after, int limit);
}

/// <summary>What an alarm is about. Numbers are stored and never reused.</summary>
public enum AlarmKind
{
    /// <summary>A payment needs review: <c>POST /payments/{id}/resolve</c> clears it.</summary>
    PaymentReview = 1,

    /// <summary>A refund needs review: <c>POST /refunds/{id}/resolve</c> clears it.</summary>
    RefundReview = 2,

    /// <summary>A provider reported money that was not requested:
    /// <c>POST /payments/{id}/unexpected/{number}/clear</c> clears it.</summary>
    UnexpectedMoney = 3,
}

/// <summary>Something that needs an operator.</summary>
[GenerateSerializer, Immutable, Alias("alarm")]
public sealed record AlarmView
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentId Payment { get; init; }

    /// <summary>What it is about.</summary>
    [Id(1)]
    public required AlarmKind Kind { get; init; }

    /// <summary>The attempt, the refund, or the unexpected money, within the payment.</summary>
    [Id(2)]
    public required int Number { get; init; }

    /// <summary>When it was raised.</summary>
    [Id(3)]
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>Why, in one sentence.</summary>
    [Id(4)]
    public required string Reason { get; init; }
}

/// <summary>A part of the open alarms.</summary>
[GenerateSerializer, Immutable, Alias("alarm-page")]
public sealed record AlarmPage
{
    /// <summary>The alarms.</summary>
    [Id(0)]
    public required ImmutableArray<AlarmView> Alarms { get; init; }

    /// <summary>The last payment of this part, where there may be more; null at the end.</summary>
    [Id(1)]
    public PaymentId? Next { get; init; }
}
