using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// Money that moved at a provider and was not requested: another capture of an attempt, a surplus in another currency, a
// refund that was paid out twice or made in the provider's dashboard. Whatever a provider reports about money is booked
// and shown; the same report again adds nothing.
public static partial class PaymentDecider
{
    /// <summary>Apply a provider's report on a refund that was made there, and not by this engine.</summary>
    public static Decision Decide(PaymentState state, RecordProviderRefund report, DecisionContext context)
    {
        if (state.Attempt(report.Attempt) is not { } attempt
            || state.Refunds.Any(refund => refund.ProviderReference == report.ProviderReference)
            || state.Unexpected.Any(money => money.Direction == MoneyDirection.PaidOut
                && money.ProviderReference == report.ProviderReference))
        {
            return NoChange;
        }

        if (state.MayBeOneOfOurs(report))
        {
            return Reject(
                ErrorCode.Unavailable, "A refund of the payment is under way, and this may be it; report it again.");
        }

        if (state.ResolvedWithoutReference(report) is { } resolved)
        {
            return Accept(new RefundConfirmed
            {
                At = context.Now,
                Refund = resolved.Number,
                ProviderReference = report.ProviderReference,
                BankReference = report.BankReference,
            });
        }

        // What the merchant gave back in the dashboard is not given back again.
        var planned = state.PlannedRefund(attempt) is { } refund && refund.AmountMinor == report.Amount.AmountMinor
            ? refund
            : null;
        var canBook = report.Amount.Currency == state.Amount.Currency
            && report.Amount.AmountMinor <= state.RefundableMinor(attempt) + (planned?.AmountMinor ?? 0)
            && state.Refunds.Length < RefundId.MaxNumber;
        return canBook
            ? Accept(
            [
                .. planned is null
                    ? Array.Empty<PaymentEvent>()
                    : [OperationEvents.Failed(planned.Operation, Superseded, null, context.Now)],
                new RefundFound
                {
                    At = context.Now,
                    Refund = state.Refunds.Length + 1,
                    Attempt = attempt.Number,
                    AmountMinor = report.Amount.AmountMinor,
                    ProviderReference = report.ProviderReference,
                    BankReference = report.BankReference,
                },
            ])
            : Unexpected(
                state,
                new Moved(attempt, MoneyDirection.PaidOut, report.Amount, report.ProviderReference),
                $"{report.Amount} was refunded at the provider, which is more than was left to refund.",
                context);
    }

    /// <summary>Say, as an operator, that unexpected money was looked at.</summary>
    public static Decision Decide(PaymentState state, ClearUnexpectedMoney command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        if (command.Number < 1 || command.Number > state.Unexpected.Length)
        {
            return Reject(ErrorCode.UnexpectedMoneyNotFound, "The payment has no such unexpected money.");
        }

        return state.Unexpected[command.Number - 1].IsCleared
            ? Reject(ErrorCode.StatusConflict, "It is cleared already.")
            : Accept(new UnexpectedMoneyCleared
            {
                At = context.Now,
                Request = command.Request,
                Number = command.Number,
                By = command.By,
                Note = command.Note,
            });
    }

    // A capture of what is captured already: the same one again, or more money than was requested.
    private static Decision CapturedAgain(
        PaymentState state,
        AttemptState attempt,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context)
    {
        var received = new Moved(attempt, MoneyDirection.Received, success.Amount, success.ProviderReference);
        if (IsAnotherPayment(attempt, success, report.Source))
        {
            return Unexpected(
                state,
                received,
                $"{success.Amount} was captured by another payment of the provider's for the same order.",
                context);
        }

        if (success.Amount.Currency != state.Amount.Currency)
        {
            return InOtherCurrency(state, attempt, success, context);
        }

        // What was in excess before is booked already.
        var captured = state.Amount with { AmountMinor = attempt.CapturedMinor };
        var excess = success.Amount.AmountMinor - captured.AmountMinor - state.Unexpected
            .Where(money => received.IsOfSame(money))
            .Sum(money => money.Amount.AmountMinor);
        return excess > 0
            ? Book(
                state,
                received with { Amount = captured with { AmountMinor = excess } },
                $"The provider reports {success.Amount} captured instead of {captured}.",
                context)
            : NoChange;
    }

    // Some providers' orders can be paid more than once. Only a webhook names the payment that it is about.
    private static bool IsAnotherPayment(AttemptState attempt, ProviderOutcome outcome, ReportSource source) =>
        source == ReportSource.Webhook
        && outcome.ProviderOrder is { } order
        && order == attempt.ProviderOrder
        && outcome.ProviderReference is { } reference
        && attempt.ProviderReference is { } known
        && reference != known;

    private static Decision InOtherCurrency(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context) =>
        Unexpected(
            state,
            new Moved(attempt, MoneyDirection.Received, success.Amount, success.ProviderReference),
            $"The provider captured {success.Amount}, and the order is in {state.Amount.Currency.Code}.",
            context);

    private static Decision PaidOutTwice(
        PaymentState state, RefundState refund, ProviderOutcome.Succeeded success, DecisionContext context) =>
        Unexpected(
            state,
            new Moved(
                state.Attempts[refund.Attempt - 1],
                MoneyDirection.PaidOut,
                success.Amount,
                success.ProviderReference,
                refund.Number),
            $"Refund {refund.Number} was paid out after it had failed and its money was promised to another refund.",
            context);

    private static Decision Unexpected(PaymentState state, Moved moved, string reason, DecisionContext context) =>
        state.Unexpected.Any(moved.Is) ? NoChange : Book(state, moved, reason, context);

    private static Decision.Accepted Book(
        PaymentState state, Moved moved, string reason, DecisionContext context) => Accept(
            new UnexpectedMoneyReported
            {
                At = context.Now,
                Number = state.Unexpected.Length + 1,
                Attempt = moved.Attempt.Number,
                Refund = moved.Refund,
                Direction = moved.Direction,
                AmountMinor = moved.Amount.AmountMinor,
                Currency = moved.Amount.Currency.Code,
                ProviderReference = moved.Reference,
                Reason = reason,
            });

    // Money that moved, as a provider reports it.
    private sealed record Moved(
        AttemptState Attempt, MoneyDirection Direction, Money Amount, string? Reference, int Refund = 0)
    {
        public bool Is(UnexpectedMoney known) => IsOfSame(known) && known.Amount == Amount;

        // Whether it is of the same payment or refund of the provider's, in the same currency.
        public bool IsOfSame(UnexpectedMoney known) => known.Attempt == Attempt.Number
            && known.Refund == Refund
            && known.Direction == Direction
            && known.Amount.Currency == Amount.Currency
            && known.ProviderReference == Reference;
    }
}
