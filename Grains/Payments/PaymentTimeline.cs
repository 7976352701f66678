using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>Events in one sentence each, for people.</summary>
internal static class PaymentTimeline
{
    public static string Summarise(PaymentEvent happened, PaymentState after) => happened switch
    {
        PaymentCreated e => $"Payment of {e.Amount} for order {e.OrderId} accepted.",
        RequestRepeated => "The same request came again; nothing changed.",
        AttemptStarted e => $"Attempt {e.Attempt} by {Method(e.Method)} goes to {e.Provider}.{Why(e)}",
        AttemptResent e => $"Attempt {e.Attempt} is sent again.",
        AttemptNotSent e => $"Attempt {e.Attempt} was not sent ({Because(e.Reason)}). Next try at {e.RetryAt:u}.",
        OutcomeUnknown e =>
            $"The outcome of attempt {e.Attempt} is unknown ({Because(e.Reason)}). A status query will tell.",
        AttemptAccepted { Action: not null } e =>
            $"The provider accepted attempt {e.Attempt} and waits for the customer.",
        AttemptAccepted e => $"The provider accepted attempt {e.Attempt} and processes it.",
        PaymentAuthorized e => $"{Amount(after, e.AmountMinor)} authorised by attempt {e.Attempt}.",
        CaptureRequested e => $"Capture of {Amount(after, e.AmountMinor)} requested.",
        CaptureNotSent e => $"The capture was not sent ({Because(e.Reason)}). Next try at {e.RetryAt:u}.",
        CaptureOutcomeUnknown e =>
            $"The outcome of the capture is unknown ({Because(e.Reason)}). A status query will tell.",
        CaptureRefused e => $"The provider refused the capture: {e.Failure.Message}",
        PaymentCaptured e => $"{Amount(after, e.AmountMinor)} captured by attempt {e.Attempt}: the order is paid.",
        CaptureConfirmed e => $"The capture of attempt {e.Attempt} is confirmed.",
        CaptureReversed e => $"The capture of {Amount(after, e.AmountMinor)} by attempt {e.Attempt} is taken back.",
        SurplusCaptured e =>
            $"{Amount(after, e.AmountMinor)} arrived by attempt {e.Attempt} and is not owed; it is refunded.",
        AttemptFailed { MovesOn: true } e =>
            $"Attempt {e.Attempt} failed at its provider; the next provider is tried: {e.Failure.Message}",
        AttemptFailed e => $"Attempt {e.Attempt} failed: {e.Failure.Message}",
        SurplusAuthorized e =>
            $"{Amount(after, e.AmountMinor)} was authorised by attempt {e.Attempt} and is not owed; it is released.",
        VoidRequested e => $"Release of the authorisation of attempt {e.Attempt} requested.",
        VoidNotSent e => $"The release was not sent ({Because(e.Reason)}). Next try at {e.RetryAt:u}.",
        VoidOutcomeUnknown e =>
            $"The outcome of the release is unknown ({Because(e.Reason)}). A status query will tell.",
        VoidRefused e => $"The provider refused to release the authorisation: {e.Failure.Message}",
        AuthorizationReleased e => $"The authorisation of attempt {e.Attempt} is released.",
        ReviewResolved e =>
            $"{e.By} found attempt {e.Attempt} {(e.Paid ? "paid" : "not paid")} in the provider's books: {e.Note}",
        RefundReviewResolved e =>
            $"{e.By} found refund {e.Refund} {(e.Paid ? "paid out" : "not paid out")} in the "
            + $"provider's books: {e.Note}",
        PaymentCancelled e =>
            e.Reason is null ? "Cancelled by the merchant." : $"Cancelled by the merchant: {e.Reason}",
        PaymentExpired => "The customer did not pay in time.",
        ReviewRequired e => $"An operator is needed. {e.Reason}",
        RefundRequested { Automatic: true } e =>
            $"Automatic refund {e.Refund} of {Amount(after, e.AmountMinor)}: {e.Reason}.",
        RefundRequested e => $"Refund {e.Refund} of {Amount(after, e.AmountMinor)} accepted.",
        RefundResent e => $"Refund {e.Refund} is sent again.",
        RefundNotSent e =>
            $"Refund {e.Refund} was not sent ({Because(e.Reason)}). Next try at {e.RetryAt:u}.",
        RefundOutcomeUnknown e =>
            $"The outcome of refund {e.Refund} is unknown ({Because(e.Reason)}). A status query will tell.",
        RefundAccepted e => $"The provider accepted refund {e.Refund} and processes it.",
        RefundSucceeded e => $"Refund {e.Refund} was paid out.",
        RefundConfirmed e => $"Refund {e.Refund} is confirmed.",
        RefundReversed e => $"Refund {e.Refund} is taken back: it was never paid out.",
        RefundFailed e => $"Refund {e.Refund} failed: {e.Failure.Message}",
        RefundReviewRequired e => $"An operator is needed for refund {e.Refund}. {e.Reason}",
        RefundFound e => $"{Amount(after, e.AmountMinor)} was refunded at the provider: refund {e.Refund}.",
        UnexpectedMoneyReported e => $"Unexpected money {e.Number}: {e.Reason} An operator is needed.",
        UnexpectedMoneyCleared e => $"{e.By} looked at unexpected money {e.Number}: {e.Note}",
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of payments."),
    };

    private static string Because(string reason) => reason.TrimEnd('.');

    private static string Why(AttemptStarted started) => started.Routing is { } notes
        ? string.Concat(notes.Select(note =>
            $" {(note.Chosen ? "Chosen" : "Passed over")} {note.Provider}: {note.Reason.TrimEnd('.')}."))
        : "";

    private static Money Amount(PaymentState state, long amountMinor) => Money.Of(amountMinor, state.Amount.Currency);

    private static string Method(PaymentMethod method) => method.Kind switch
    {
        PaymentMethodKind.Upi => $"UPI ({method.Flow?.ToString().ToLowerInvariant()})",
        PaymentMethodKind.Card => $"card ending {method.CardLast4}",
        PaymentMethodKind.Wallet => $"wallet {method.Wallet}",
        PaymentMethodKind.Netbanking => $"netbanking {method.Bank}",
    };
}
