using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

// What becomes of a payment's refunds, sends and failures apart.
public sealed partial record PaymentState
{
    private static PaymentState ApplyRefund(PaymentState state, PaymentEvent happened) => happened switch
    {
        RefundFound e => state with { Refunds = state.Refunds.Add(state.Found(e)) },
        RefundRequested e => state with { Refunds = state.Refunds.Add(Begin(e)) },
        RefundSucceeded e => state.With(state.RefundOf(e.Refund) with
        {
            Operation = state.RefundOf(e.Refund).Operation.In(OperationPhase.Done, e.At) with
            {
                AmountMinor = e.AmountMinor ?? state.RefundOf(e.Refund).AmountMinor,
            },
            Status = RefundStatus.Success,
            IsBooked = true,
            IsUnconfirmed = e.ByWebhook,
            Failure = null,
            ProviderReference = e.ProviderReference ?? state.RefundOf(e.Refund).ProviderReference,
            BankReference = e.BankReference ?? state.RefundOf(e.Refund).BankReference,
        }),
        RefundConfirmed e => state.With(state.RefundOf(e.Refund) with
        {
            Status = RefundStatus.Success,
            IsUnconfirmed = false,
            ProviderReference = e.ProviderReference ?? state.RefundOf(e.Refund).ProviderReference,
            BankReference = e.BankReference ?? state.RefundOf(e.Refund).BankReference,
        }),
        RefundReversed e => state.With(state.RefundOf(e.Refund) with
        {
            IsBooked = false,
            IsUnconfirmed = false,
            Reversals = state.RefundOf(e.Refund).Reversals + 1,
        }),
        RefundReviewRequired e => state.With(state.RefundOf(e.Refund) with
        {
            Operation = state.RefundOf(e.Refund).Operation with { ChangedAt = e.At },
            Status = RefundStatus.NeedsReview,
            ReportedMinor = e.ReportedMinor,
        }),
        _ => ApplySend(state, happened),
    };

    private static RefundState Begin(RefundRequested requested) => new()
    {
        Operation = ProviderOperation.Started(
            OperationKey.Refund(requested.Refund), requested.AmountMinor, requested.Send, requested.At),
        Attempt = requested.Attempt,
        Status = RefundStatus.Pending,
        Reason = requested.Reason,
        Automatic = requested.Automatic,
    };

    private RefundState Found(RefundFound found) => new()
    {
        Operation = ProviderOperation
            .Started(OperationKey.Refund(found.Refund), found.AmountMinor, Of(found.Attempt).Charge.Send, found.At)
            .In(OperationPhase.Done, found.At),
        Attempt = found.Attempt,
        Status = RefundStatus.Success,
        Reason = "made at the provider",
        Automatic = false,
        IsBooked = true,
        ProviderReference = found.ProviderReference,
        BankReference = found.BankReference,
    };
}
