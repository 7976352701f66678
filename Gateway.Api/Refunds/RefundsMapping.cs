using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;

namespace PaymentCluster.Gateway.Api.Refunds;

/// <summary>A refund. Its amount is a whole number in the minor unit of the currency.</summary>
public sealed record RefundResponse
{
    /// <summary>The refund's id, <c>rfd_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The payment.</summary>
    public required string PaymentId { get; init; }

    /// <summary>The amount.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The refund's status.</summary>
    public required string Status { get; init; }

    /// <summary>The merchant's reason.</summary>
    public required string? Reason { get; init; }

    /// <summary>Whether the engine made it, because money arrived for an order that was already paid or
    /// cancelled.</summary>
    public required bool Automatic { get; init; }

    /// <summary>The provider's id, once known.</summary>
    public required string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows, once known.</summary>
    public required string? BankReference { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public required FailureResponse? Failure { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTime UpdatedAt { get; init; }
}

/// <summary>From the grains' views to the API's responses.</summary>
internal static class RefundsMapping
{
    public static string PathOf(RefundId id) => $"{PaymentsMapping.Root}/refunds/{id}";

    public static RefundResponse[] ToResponses(ImmutableArray<RefundView> refunds, string paymentId) =>
        [.. refunds.Select(refund => ToResponse(refund, paymentId))];

    public static RefundResponse ToResponse(RefundView view, string paymentId) => new()
    {
        Id = view.Id.ToString(),
        PaymentId = paymentId,
        Amount = view.Amount.AmountMinor,
        Currency = view.Amount.Currency.Code,
        Status = PaymentNames.Of(view.Status),
        Reason = view.Reason,
        Automatic = view.Automatic,
        ProviderReference = view.ProviderReference,
        BankReference = view.BankReference,
        Failure = PaymentsMapping.ToResponse(view.Failure),
        CreatedAt = view.CreatedAt.UtcDateTime,
        UpdatedAt = view.UpdatedAt.UtcDateTime,
    };
}
