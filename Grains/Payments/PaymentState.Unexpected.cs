using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Grains.Payments;

// What becomes of a payment by money that was not requested.
public sealed partial record PaymentState
{
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
