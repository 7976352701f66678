using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Alarms;

/// <summary>A part of what needs an operator.</summary>
public sealed record AlarmListResponse
{
    /// <summary>The alarms, of the oldest payments first.</summary>
    public required AlarmResponse[] Data { get; init; }

    /// <summary>The <c>cursor</c> of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }
}

/// <summary>Something that needs an operator.</summary>
public sealed record AlarmResponse
{
    /// <summary>The payment.</summary>
    public required string PaymentId { get; init; }

    /// <summary>What it is about: <c>payment_review</c>, <c>refund_review</c> or <c>unexpected_money</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>When it was raised.</summary>
    public required DateTime RaisedAt { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The path that clears it, with POST.</summary>
    public required string ClearedBy { get; init; }
}

/// <summary>From the grains' views to the API's responses.</summary>
internal static class AlarmsMapping
{
    public static AlarmListResponse ToResponse(AlarmPage page) => new()
    {
        Data = [.. page.Alarms.Select(ToResponse)],
        NextCursor = page.Next is { } last ? PaymentCursor.Write(last) : null,
    };

    private static AlarmResponse ToResponse(AlarmView alarm) => new()
    {
        PaymentId = alarm.Payment.ToString(),
        Kind = PaymentNames.Of(alarm.Kind),
        RaisedAt = alarm.RaisedAt.UtcDateTime,
        Reason = alarm.Reason,
        ClearedBy = alarm.Kind switch
        {
            AlarmKind.PaymentReview => $"{PaymentsMapping.PathOf(alarm.Payment)}/resolve",
            AlarmKind.RefundReview => $"{PaymentsMapping.Root}/refunds/"
                + $"{new RefundId { Payment = alarm.Payment, Number = alarm.Number }}/resolve",
            AlarmKind.UnexpectedMoney =>
                $"{PaymentsMapping.PathOf(alarm.Payment)}/unexpected/{alarm.Number}/clear",
        },
    };
}
