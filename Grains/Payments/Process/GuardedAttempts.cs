using System.Collections.Frozen;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Checks with the guard before an attempt starts, and reports its end when that is durable. Attempts by card
/// alone: with another method the customer authenticates at their own bank or app, where a list of numbers is worth
/// nothing.</summary>
internal sealed class GuardedAttempts(IAttemptGuard guard)
{
    // Failures of the customer's or the bank's that no bank declined: given up, too late, or found out by an operator.
    private static readonly FrozenSet<string> NotDeclined = FrozenSet.ToFrozenSet(
        [
            "expired", "payment_timed_out", "transaction_timed_out", "payment_cancelled", "auto_refunded",
            FailureCodes.ResolvedUnpaid, FailureCodes.Voided, FailureCodes.OutcomeUnknown,
        ],
        StringComparer.Ordinal);

    /// <summary>The instrument with what its attempt stores, or refused by the guard. A refusal is not the reply yet: a
    /// repeated request gets the first one's reply.</summary>
    public async ValueTask<ResolvedInstrument?> AdmitAsync(
        PaymentKey key, ResolvedInstrument? instrument, PayerBrowser? browser, Customer? payer)
    {
        if (instrument is not ResolvedInstrument.Usable { Stored.Method.Kind: PaymentMethodKind.Card } card)
        {
            return instrument;
        }

        var admission = await guard.CheckAsync(new AttemptFacts
        {
            Payment = key,
            Method = card.Stored.Method,
            Card = (card.Secret as InstrumentSecret.TypedCard)?.Card.Number,
            Browser = browser,
            Customer = NamedBy(payer),
        });
        return admission.Refusal is { } refusal
            ? new ResolvedInstrument.Refused(refusal)
            : card with { Stored = card.Stored with { Subjects = admission.Subjects } };
    }

    /// <summary>An attempt that was admitted did not start.</summary>
    public void Release(PaymentKey key, ResolvedInstrument? instrument, Customer? payer)
    {
        if (instrument is ResolvedInstrument.Usable { Stored.Subjects: { } subjects })
        {
            guard.Record(key, NamedBy(payer), subjects, AttemptEnd.NotCounted);
        }
    }

    /// <summary>A commit is durable: reports the attempts that it ended.</summary>
    public void Record(PaymentKey key, PaymentState? before, PaymentState after)
    {
        foreach (var attempt in before?.Attempts ?? [])
        {
            if (attempt is { IsOpen: true, Method.Kind: PaymentMethodKind.Card }
                && after.Attempts[attempt.Number - 1] is { IsOpen: false } ended)
            {
                guard.Record(key, NamedBy(after.Customer), attempt.Subjects ?? new AttemptSubjects(), EndOf(ended));
            }
        }
    }

    private static AttemptEnd EndOf(AttemptState ended) => ended.Phase != AttemptPhase.Failed
        ? AttemptEnd.Successful
        : ended.Failure is { Party: FailureParty.Customer or FailureParty.Bank } failure
            && !NotDeclined.Contains(failure.Code)
                ? AttemptEnd.Unsuccessful
                : AttemptEnd.NotCounted;

    // What a page says of its customer is not proven.
    private static string? NamedBy(Customer? payer) => payer is { Id: { } id, Unproven: not true } ? id : null;
}
