using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

/// <summary>What happens to an operation, as the event that the journal keeps of it. The events are older than the life
/// that the operations share, and are stored under their names for ever: each kind has its own.</summary>
internal static class OperationEvents
{
    /// <summary>It is about to be sent again.</summary>
    public static PaymentEvent SentAgain(ProviderOperation operation, SendTerms send, DateTimeOffset at) =>
        operation.Key.Kind switch
        {
            OperationKind.Charge => new AttemptResent { At = at, Attempt = operation.Key.Number, Send = send },
            OperationKind.Capture => CaptureRequested(operation.Key.Number, operation.AmountMinor, send, at),
            OperationKind.Void => VoidRequested(operation.Key.Number, send, at),
            OperationKind.Refund => new RefundResent { At = at, Refund = operation.Key.Number, Send = send },
        };

    /// <summary>A capture is about to be sent, or sent again.</summary>
    public static CaptureRequested CaptureRequested(
        int attempt, long amountMinor, SendTerms send, DateTimeOffset at) =>
        new() { At = at, Attempt = attempt, AmountMinor = amountMinor, Send = send };

    /// <summary>A release is about to be sent, or sent again.</summary>
    public static VoidRequested VoidRequested(int attempt, SendTerms send, DateTimeOffset at) =>
        new() { At = at, Attempt = attempt, Send = send };

    /// <summary>It was not sent.</summary>
    public static PaymentEvent NotSent(
        ProviderOperation operation, string reason, DateTimeOffset retryAt, DateTimeOffset at)
    {
        var number = operation.Key.Number;
        return operation.Key.Kind switch
        {
            OperationKind.Charge => new AttemptNotSent
            {
                At = at, Attempt = number, Reason = reason, RetryAt = retryAt,
            },
            OperationKind.Capture => new CaptureNotSent
            {
                At = at, Attempt = number, Reason = reason, RetryAt = retryAt,
            },
            OperationKind.Void => new VoidNotSent { At = at, Attempt = number, Reason = reason, RetryAt = retryAt },
            OperationKind.Refund => new RefundNotSent { At = at, Refund = number, Reason = reason, RetryAt = retryAt },
        };
    }

    /// <summary>It may have arrived.</summary>
    public static PaymentEvent Unknown(
        ProviderOperation operation, ProviderOutcome.Unknown outcome, DateTimeOffset at)
    {
        var (number, reason) = (operation.Key.Number, outcome.Reason);
        return operation.Key.Kind switch
        {
            OperationKind.Charge => new OutcomeUnknown
            {
                At = at, Attempt = number, Reason = reason, ProviderOrder = outcome.ProviderOrder,
            },
            OperationKind.Capture => new CaptureOutcomeUnknown { At = at, Attempt = number, Reason = reason },
            OperationKind.Void => new VoidOutcomeUnknown { At = at, Attempt = number, Reason = reason },
            OperationKind.Refund => new RefundOutcomeUnknown { At = at, Refund = number, Reason = reason },
        };
    }

    /// <summary>It came to nothing.</summary>
    public static PaymentEvent Failed(
        ProviderOperation operation, Failure failure, string? reference, DateTimeOffset at)
    {
        var number = operation.Key.Number;
        return operation.Key.Kind switch
        {
            OperationKind.Charge => new AttemptFailed
            {
                At = at, Attempt = number, Failure = failure, ProviderReference = reference,
            },
            OperationKind.Capture => new CaptureRefused { At = at, Attempt = number, Failure = failure },
            OperationKind.Void => new VoidRefused { At = at, Attempt = number, Failure = failure },
            OperationKind.Refund => new RefundFailed { At = at, Refund = number, Failure = failure },
        };
    }

    /// <summary>An operator is needed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="reason">Why, in one sentence.</param>
    /// <param name="at">When.</param>
    /// <param name="reportedMinor">The money that the provider reports, in the payment's currency; null if
    /// none.</param>
    public static PaymentEvent ReviewRequired(
        ProviderOperation operation, string reason, DateTimeOffset at, long? reportedMinor = null) =>
        operation.Key.Kind switch
        {
            OperationKind.Charge or OperationKind.Capture or OperationKind.Void => new ReviewRequired
            {
                At = at, Attempt = operation.Key.Number, Reason = reason, ReportedMinor = reportedMinor,
            },
            OperationKind.Refund => new RefundReviewRequired
            {
                At = at, Refund = operation.Key.Number, Reason = reason, ReportedMinor = reportedMinor,
            },
        };
}
