using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

// What becomes of a payment by money that was not requested.
public sealed partial record PaymentState
{
    /// <summary>Whether a refund that a provider reports, without telling who requested it, may be one of this engine's
    /// that may have arrived and whose id at the provider is not known yet.</summary>
    public bool MayBeOneOfOurs(RecordProviderRefund report) => report.MayBeOurs && Refunds.Any(
        refund => refund.Attempt == report.Attempt
            && refund.ProviderReference is null
            && refund.Operation.IsOpen
            && refund.Operation.Phase != OperationPhase.NotSent);

    /// <summary>The refund that an operator resolved as paid without the provider's id of it, if it can be this
    /// one.</summary>
    public RefundState? ResolvedWithoutReference(RecordProviderRefund report) => report.MayBeOurs
        ? Refunds.FirstOrDefault(refund => refund.Attempt == report.Attempt
            && refund.ProviderReference is null
            && refund.Status == RefundStatus.Success
            && refund.AmountMinor == report.Amount.AmountMinor
            && report.Amount.Currency == Amount.Currency)
        : null;

    private PaymentState WithUnexpected(PaymentEvent happened) => happened switch
    {
        UnexpectedMoneyReported e => this with { Unexpected = Unexpected.Add(Begin(e)) },
        UnexpectedMoneyCleared e => this with
        {
            Unexpected = Unexpected.SetItem(e.Number - 1, Unexpected[e.Number - 1] with { IsCleared = true }),
        },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not about unexpected money."),
    };

    private static UnexpectedMoney Begin(UnexpectedMoneyReported reported) => new()
    {
        Number = reported.Number,
        Attempt = reported.Attempt,
        Refund = reported.Refund,
        Direction = reported.Direction,
        Amount = Money.Of(reported.AmountMinor, Currency.Parse(reported.Currency)),
        ProviderReference = reported.ProviderReference,
        Reason = reported.Reason,
        ReportedAt = reported.At,
    };
}
