using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>What of a decision the merchant's audit trail names: what an API key did by hand. Creating and confirming
/// payments is their everyday use; who did it is in their events alone.</summary>
public static class PaymentChanges
{
    /// <summary>The events, with the caller on the first one.</summary>
    public static ImmutableArray<PaymentEvent> By(Actor? caller, ImmutableArray<PaymentEvent> events) =>
        caller is null || events.IsEmpty ? events : events.SetItem(0, events[0] with { Caller = caller });

    /// <summary>The change that the events make; null where none was made by hand.</summary>
    public static PaymentChange? Of(ImmutableArray<PaymentEvent> events) =>
        events is [{ Caller: { } caller } first, ..] ? Of(first, caller) : null;

    private static PaymentChange? Of(PaymentEvent happened, Actor caller) => happened switch
    {
        CaptureRequested e => new(
            AuditAction.CaptureRequested, e.At, caller,
            string.Create(CultureInfo.InvariantCulture, $"{e.AmountMinor} minor units")),
        PaymentCancelled => new(AuditAction.PaymentCancelled, happened.At, caller, null),
        RefundRequested { Automatic: false } e => new(
            AuditAction.RefundRequested, e.At, caller,
            string.Create(CultureInfo.InvariantCulture, $"refund {e.Refund} of {e.AmountMinor} minor units")),
        ReviewResolved e => new(AuditAction.PaymentResolved, e.At, caller, Detail(e.Paid, e.Note)),
        RefundReviewResolved e => new(
            AuditAction.RefundResolved, e.At, caller,
            string.Create(CultureInfo.InvariantCulture, $"refund {e.Refund}, {Detail(e.Paid, e.Note)}")),
        UnexpectedMoneyCleared e => new(
            AuditAction.UnexpectedMoneyCleared, e.At, caller, e.Note),
        _ => null,
    };

    private static string Detail(bool paid, string note) => $"{(paid ? "paid" : "not paid")}: {note}";
}
