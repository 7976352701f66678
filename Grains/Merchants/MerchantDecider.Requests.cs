using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Idempotency;

namespace PaymentCluster.Grains.Merchants;

// Requests that clients named: repeating one changes nothing.
internal static partial class MerchantDecider
{
    /// <summary>What a request comes to that took effect earlier, or whose key names another; null if it is
    /// new.</summary>
    public static MerchantDecision? Recall(
        MerchantDocument? merchant, RequestKey? request, MerchantContext context) =>
        merchant is null || request is null
            || RememberedRequests.Find(merchant.Requests, request, context.Now) is not { } earlier
            ? null
            : earlier.Fingerprint == request.Fingerprint
                ? MerchantDecision.Store(merchant) with { Replayed = true, Subject = earlier.Subject }
                : MerchantDecision.Refuse(merchant, RememberedRequests.Reused);

    /// <summary>Decides a request, unless it took effect earlier. One that is accepted is remembered, also where it
    /// changes nothing else: its key must not mean something else later.</summary>
    public static MerchantDecision Once(
        MerchantDocument? merchant, RequestKey? request, MerchantContext context, Func<MerchantDecision> decide) =>
        Recall(merchant, request, context) ?? Note(decide(), request, subject: null, context);

    /// <summary>Whether two documents differ in more than the requests that they remember.</summary>
    public static bool IsChange(MerchantDocument? before, MerchantDocument next) =>
        before is null || next with { Requests = before.Requests } != before;

    private static MerchantDecision Note(
        MerchantDecision decision, RequestKey? request, string? subject, MerchantContext context) =>
        request is null || decision.Refusal is not null || decision.Document is not { } next
            ? decision
            : decision with
            {
                Document = next with
                {
                    Requests = RememberedRequests.Add(next.Requests, request, subject, context.Now),
                },
            };
}
