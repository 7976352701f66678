using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What a charge means for the order: it pays it, is a surplus and is refunded, waits for the customer, or fails.
public static partial class PaymentDecider
{
    private static Decision Charged(
        PaymentState state,
        ProviderOperation operation,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context)
    {
        var attempt = state.Attempts[operation.Key.Number - 1];
        if (context.TakenReference is { } taken && taken == success.ProviderReference)
        {
            return OfAnotherAttempt(state, attempt, taken, context);
        }

        if (success.Stage == ChargeStage.Authorized && attempt.Phase == AttemptPhase.Authorized)
        {
            return StillAuthorized(state, attempt, success, report, context);
        }

        if (attempt.Phase == AttemptPhase.Captured)
        {
            return success.Stage == ChargeStage.Captured
                ? CapturedAgain(state, attempt, success, report, context)
                : NoChange;
        }

        return state.Status switch
        {
            PaymentStatus.Authorized or PaymentStatus.Success when attempt.Number == state.PaidAttempt =>
                Pays(state, operation, attempt, success, report, context),
            PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled =>
                Surplus(state, attempt, success, context),
            // The order is paid, even if its capture is in review.
            PaymentStatus.NeedsReview
                when state.Current!.Phase == AttemptPhase.Captured && attempt.Number != state.PaidAttempt =>
                Surplus(state, attempt, success, context),
            // A late success is accepted, and pays the order.
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview or PaymentStatus.Failed
                or PaymentStatus.Expired => Pays(state, operation, attempt, success, report, context),
        };
    }

    // One payment of the provider's is booked once. An order that waits for its money is reviewed; one that needs none
    // has nothing to decide.
    private static Decision OfAnotherAttempt(
        PaymentState state, AttemptState attempt, string reference, DecisionContext context) => state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Failed or PaymentStatus.Expired =>
                Accept(OperationEvents.ReviewRequired(
                    attempt.Charge,
                    $"The provider says that {reference} pays it, which has paid another attempt.",
                    context.Now)),
            PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled
                or PaymentStatus.NeedsReview => NoChange,
        };

    private static Decision Pays(
        PaymentState state,
        ProviderOperation operation,
        AttemptState attempt,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context)
    {
        if (success.Amount != Expected(state, operation, attempt, success))
        {
            return Mismatch(state, attempt, success, context);
        }

        return success.Stage == ChargeStage.Captured
            ? Accept(new PaymentCaptured
            {
                At = context.Now,
                Attempt = attempt.Number,
                AmountMinor = success.Amount.AmountMinor,
                FeeMinor = success.Fee?.AmountMinor,
                ProviderReference = success.ProviderReference,
                BankReference = success.BankReference,
                ByWebhook = report.Source == ReportSource.Webhook,
            })
            : Authorize(state, attempt, success, context);
    }

    // The requested amount: of a capture what it was to capture, of a charge all of it, unless a capture is under way.
    private static Money Expected(
        PaymentState state, ProviderOperation operation, AttemptState attempt, ProviderOutcome.Succeeded success) =>
        success.Stage == ChargeStage.Captured
        && (operation.Key.Kind == OperationKind.Capture ? operation : OpenCapture(attempt)) is { } capture
            ? state.Amount with { AmountMinor = capture.AmountMinor }
            : state.Amount;

    private static ProviderOperation? OpenCapture(AttemptState attempt) =>
        attempt.Capture is { IsOpen: true } capture ? capture : null;

    private static Decision Authorize(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        var authorized = new PaymentAuthorized
        {
            At = context.Now,
            Attempt = attempt.Number,
            AmountMinor = success.Amount.AmountMinor,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
        };
        return state.Capture == CaptureMode.Manual || attempt.ProviderCaptures
            ? Accept(authorized)
            : new Decision.Accepted(
                [authorized, CaptureRequested(attempt, success.Amount.AmountMinor, context)],
                [new PaymentEffect.SendOperation(OperationKey.Capture(attempt.Number), Resend: false)]);
    }

    // An attempt of an order that another attempt paid, or that the merchant gave up: what it takes is refunded
    // automatically, and what it reserves is released.
    private static Decision Surplus(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        if (success.Stage == ChargeStage.Authorized)
        {
            return attempt.CanVoid && success.Amount.Currency == state.Amount.Currency
                ? Release(attempt, success, context)
                : NoChange;
        }

        if (success.Amount.Currency != state.Amount.Currency)
        {
            return InOtherCurrency(state, attempt, success, context);
        }

        var captured = new SurplusCaptured
        {
            At = context.Now,
            Attempt = attempt.Number,
            AmountMinor = success.Amount.AmountMinor,
            FeeMinor = success.Fee?.AmountMinor,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
        };
        var refund = RefundOf(state, attempt, success.Amount.AmountMinor, context) with
        {
            Automatic = true,
            Reason = state.Status == PaymentStatus.Cancelled
                ? "the payment was cancelled"
                : "the order was paid by another attempt",
        };
        return new Decision.Accepted(
            [captured, refund],
            [new PaymentEffect.SendOperation(OperationKey.Refund(refund.Refund), Resend: false)]);
    }

    // Not the order's money: an operator compares the two. What is in another currency is booked at once, and pays
    // nothing. The same report again adds nothing.
    private static Decision Mismatch(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        var isCaptured = success.Stage == ChargeStage.Captured;
        var isOfOrder = success.Amount.Currency == state.Amount.Currency;
        var reported = Reported(state, success);
        var isKnown = state.Status == PaymentStatus.NeedsReview
            && state.ReviewAttempt == attempt.Number
            && attempt.ReportedMinor == reported;
        var unexpected = isCaptured && !isOfOrder
            ? (InOtherCurrency(state, attempt, success, context) as Decision.Accepted)?.Events ?? []
            : [];
        return isKnown && unexpected.IsEmpty ? NoChange : Accept(
        [
            .. unexpected,
            OperationEvents.ReviewRequired(
                attempt.Charge,
                $"The provider reports {success.Amount} instead of {state.Amount}.",
                context.Now,
                reported),
        ]);
    }

    private static Decision ChargeDeclined(
        PaymentState state,
        AttemptState attempt,
        ProviderOutcome.Declined declined,
        RecordOutcome report,
        DecisionContext context) => attempt.Phase switch
        {
            AttemptPhase.Open => declined.Failure.Party == FailureParty.Provider
                ? FailOrMoveOn(state, attempt, declined.Failure, declined.ProviderReference, context)
                : Fail(attempt, declined, context),
            AttemptPhase.Authorized => Lapsed(state, attempt, declined, report, context),
            AttemptPhase.Captured => Reversed(state, attempt, declined, report, context),
            AttemptPhase.Failed => NoChange,
        };

    // A refusal after a capture is an old message overtaken, or money that was given back at the provider: its present
    // word tells. What was refunded is known to be given back.
    private static Decision Reversed(
        PaymentState state,
        AttemptState attempt,
        ProviderOutcome.Declined declined,
        RecordOutcome report,
        DecisionContext context)
    {
        var isOfPayment = declined.ProviderReference is null || declined.ProviderReference == attempt.ProviderReference;
        if (state.Status != PaymentStatus.Success
            || attempt.Number != state.PaidAttempt
            || !isOfPayment
            || state.RefundableMinor(attempt) < attempt.CapturedMinor)
        {
            return NoChange;
        }

        return report.Source == ReportSource.Query
            ? Contradict(
                state, attempt.Charge, "The provider had captured the payment", attempt.ConfirmableAt, report, context)
            : new Decision.Accepted([], [Query(attempt.Charge)]);
    }

    // A refusal after an authorisation is an old message overtaken, or an authorisation that ran out: the provider's
    // present word tells. Of what needs review an operator says what becomes.
    private static Decision Lapsed(
        PaymentState state,
        AttemptState attempt,
        ProviderOutcome.Declined declined,
        RecordOutcome report,
        DecisionContext context) => state.Status switch
        {
            PaymentStatus.NeedsReview => NoChange,
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success
                or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired =>
                report.Source != ReportSource.Query
                    ? new Decision.Accepted([], [Query(attempt.Charge)])
                    : attempt.Number == state.PaidAttempt
                        ? Fail(attempt, declined, context)
                        : Accept(new AuthorizationReleased { At = context.Now, Attempt = attempt.Number }),
        };

    // An attempt that is not needed any more shows no customer's step, and its expiry ends nothing.
    private static Decision ChargeAccepted(
        PaymentState state, AttemptState attempt, ProviderOutcome.Pending pending, DecisionContext context)
    {
        var (isUndecided, isOverdue) = state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview =>
                (true, context.Now >= state.ExpiresAt && attempt.Number == state.Attempts.Length),
            PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
                or PaymentStatus.Expired => (false, false),
        };
        var action = isUndecided ? pending.Action : null;
        var news = attempt.Charge.Phase != OperationPhase.Accepted || (attempt.Action is null && action is not null)
            ? new AttemptAccepted
            {
                At = context.Now,
                Attempt = attempt.Number,
                Action = action,
                ProviderOrder = pending.ProviderOrder,
                ProviderReference = pending.ProviderReference,
            }
            : null;
        return (news, isOverdue) switch
        {
            (null, false) => NoChange,
            (null, true) => Accept(new PaymentExpired { At = context.Now }),
            (_, false) => Accept(news),
            (_, true) => Accept(news, new PaymentExpired { At = context.Now }),
        };
    }

    private static Decision.Accepted Fail(
        AttemptState attempt, ProviderOutcome.Declined declined, DecisionContext context) => Accept(
            OperationEvents.Failed(attempt.Charge, declined.Failure, declined.ProviderReference, context.Now));
}
