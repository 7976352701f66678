using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Providers;

namespace PaymentCluster.Simulation.Tests.Checks;

// What is checked when the faults have stopped long ago, and every deadline has passed.
internal sealed partial class Checker
{
    /// <summary>Everything is final, and both journals agree.</summary>
    public void AtEnd()
    {
        foreach (var provider in world.Providers)
        {
            foreach (var charge in provider.Charges)
            {
                Require(
                    AttemptId.TryParse(charge.Name, out var id) && _trails.TryGetValue(id.Payment, out var trail)
                        && trail.Last.Attempt(id.Number)?.Provider == provider.Name,
                    "I4",
                    "every charge at a provider is that of an attempt there");
            }
        }

        foreach (var trail in _trails.Values)
        {
            var hasOddAmount = HasOddAmount(trail);
            IsFinal(trail, hasOddAmount);
            AgreesWithProvider(trail, hasOddAmount);
            Balances(trail);
        }

        world.Clients.AtEnd();
    }

    private bool HasOddAmount(Trail trail) =>
        trail.Last.Attempts.Any(attempt => ChargeOf(trail, attempt.Number) is { IsRequestedAmount: false });

    private static void IsFinal(Trail trail, bool hasOddAmount)
    {
        var state = trail.Last;
        Require(
            state.Status is PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
                or PaymentStatus.Expired
                || (hasOddAmount && state.Status == PaymentStatus.NeedsReview),
            "I7",
            "after its deadline a payment is final, or its amount is an operator's question");
        Require(
            state.Refunds.All(refund => refund.Status is RefundStatus.Success or RefundStatus.Failed
                || IsGivenBackAgain(state, refund)),
            "I20",
            "every refund comes to its end");
        Require(
            state.Attempts.All(attempt =>
                attempt.CapturedMinor == 0 || IsKept(state, attempt) || state.RefundableMinor(attempt) == 0),
            "I5",
            "a surplus is given back, or on its way, however often the provider refused");
        Require(
            hasOddAmount || state.Attempts.All(attempt =>
                attempt.Phase is AttemptPhase.Captured or AttemptPhase.Failed
                    || attempt.Charge.Phase == OperationPhase.Accepted),
            "I7",
            "what became of each attempt is known, or its customer still does not pay");
    }

    // The next try after a refusal is sent within days, as long as the provider refuses; then an operator decides.
    private static bool IsGivenBackAgain(PaymentState state, RefundState refund) =>
        refund.Automatic
        && state.Refunds.Any(other => other.Attempt == refund.Attempt && other.Status == RefundStatus.Failed)
        && (refund.Status == RefundStatus.NeedsReview
            || PaymentSchedule.NextActionAt(state, refund.UpdatedAt) is not null);

    private static bool IsKept(PaymentState state, AttemptState attempt) =>
        attempt.Number == state.PaidAttempt || state.Status == PaymentStatus.NeedsReview;

    private void AgreesWithProvider(Trail trail, bool hasOddAmount)
    {
        var state = trail.Last;
        var (paid, returning) = (0L, 0L);
        foreach (var attempt in state.Attempts)
        {
            var charge = ChargeOf(trail, attempt.Number);
            var taken = charge is null ? 0 : charge.CapturedMinor;
            if (charge is { IsRequestedAmount: false })
            {
                Require(
                    attempt.CapturedMinor == 0 || attempt.CapturedMinor == taken,
                    "I4",
                    "another amount than the requested one is not booked as the requested one");
                continue;
            }

            if (attempt.CapturedMinor != taken && IsPastAllQueries(state, attempt))
            {
                continue;
            }

            Require(
                attempt.CapturedMinor == taken,
                "I4",
                "what the provider captured is what the payment says, and nothing is hidden");
            paid += taken - (charge is null ? 0 : RefundedOf(charge));
            returning += state.Refunds
                .Where(refund => refund.Attempt == attempt.Number && IsGivenBackAgain(state, refund))
                .Sum(refund => refund.AmountMinor);
        }

        foreach (var refund in state.Refunds)
        {
            var isDone = RefundOf(trail, refund.Number) is { Step: Step.Done };
            Require(
                isDone == (refund.Status == RefundStatus.Success),
                "I4",
                "what the provider refunded is what the payment says");
        }

        Require(
            paid - returning <= state.Amount.AmountMinor, "I5", "an order is paid at most once, net of what went back");
        Require(
            hasOddAmount || paid - returning <= 0 || state.Status is PaymentStatus.Success or PaymentStatus.Cancelled,
            "I5",
            "an order whose money was taken is paid, or its money went back");
    }

    // Given up, and queried for the last time, while the faults went on: what was then lost, the providers' settlement
    // reports alone can tell.
    private bool IsPastAllQueries(PaymentState state, AttemptState attempt) =>
        attempt.Charge.Phase is OperationPhase.Failed or OperationPhase.Accepted
            && attempt.ProviderReference is not null
            && !PaymentSchedule.IsQueried(state, attempt.Charge, world.HealsAt + TimeSpan.FromDays(1));

    private void Balances(Trail trail)
    {
        var (receivable, payable, fees) = (0L, 0L, 0L);
        foreach (var transfer in trail.Transfers.Values)
        {
            Post(transfer.Debit, transfer.Amount.AmountMinor);
            Post(transfer.Credit, -transfer.Amount.AmountMinor);
        }

        Require(receivable + payable + fees == 0, "I1", "the books balance");
        var (captured, refunded, kept) = (0L, 0L, 0L);
        foreach (var attempt in trail.Last.Attempts.Where(attempt => attempt.CapturedMinor > 0))
        {
            var charge = ChargeOf(trail, attempt.Number)!;
            captured += charge.CapturedMinor;
            kept += trail.Resolved.Contains(attempt.Number) ? 0 : charge.CapturedMinor / 50;
            refunded += RefundedOf(charge);
        }

        Require(receivable == captured - kept - refunded, "I6", "what the books say the provider owes is what it owes");
        Require(
            payable == refunded - captured && fees == kept, "I6", "what the books say was earned is what was earned");
        return;

        void Post(string account, long amountMinor)
        {
            switch (account)
            {
                case LedgerPostings.MerchantPayable:
                    payable += amountMinor;
                    break;
                case LedgerPostings.ProviderFees:
                    fees += amountMinor;
                    break;
                default:
                    receivable += amountMinor;
                    break;
            }
        }
    }
}
