using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What providers report of charges. Reports come any number of times, in any order, from the call's answer, our queries
// and webhooks: each is compared with what is known, and only news becomes an event.
public static partial class PaymentDecider
{
    private static readonly Decision NoChange = new Decision.AlreadyApplied();

    private static readonly Failure Unreachable = new()
    {
        Code = FailureCodes.ProviderUnreachable,
        Message = "The provider could not be reached; nothing was sent.",
        Party = FailureParty.Provider,
    };

    /// <summary>Take in what a provider said of an attempt.</summary>
    public static Decision Decide(PaymentState state, RecordCharge report, DecisionContext context)
    {
        var attempt = state.Attempts[report.Attempt - 1];
        return state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview =>
                DecideUndecided(state, attempt, report, context),
            PaymentStatus.Failed or PaymentStatus.Expired => DecideEnded(state, attempt, report, context),
            PaymentStatus.Authorized or PaymentStatus.Success when attempt.Number == state.PaidAttempt =>
                DecidePaying(state, attempt, report, context),
            PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled =>
                DecideSurplus(state, attempt, report, context),
        };
    }

    private static Decision DecideUndecided(
        PaymentState state, AttemptState attempt, RecordCharge report, DecisionContext context) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Pays(state, attempt, success, context),
            ProviderOutcome.Declined { Failure.Party: FailureParty.Provider } declined when attempt.IsOpen =>
                FailOrMoveOn(state, attempt, declined.Failure, declined.ProviderReference, context),
            ProviderOutcome.Declined declined => attempt.IsOpen ? Fail(attempt, declined, context) : NoChange,
            ProviderOutcome.Pending pending =>
                attempt.IsOpen ? StillPending(state, attempt, pending, context) : NoChange,
            // That an earlier send came too late says nothing of the one that is under way.
            ProviderOutcome.NotSent notSent =>
                attempt.Phase == AttemptPhase.Sending && (report.Send ?? attempt.Sends) == attempt.Sends
                    ? NotSent(state, attempt, notSent, context)
                    : NoChange,
            ProviderOutcome.Unknown unknown =>
                attempt.IsOpen ? StillUnknown(state, attempt, report, unknown, context) : NoChange,
            ProviderOutcome.NotFound => attempt.IsOpen ? NotFound(state, attempt, report, context) : NoChange,
            _ => throw new InvalidOperationException($"{report.Outcome.GetType().Name} is not an outcome."),
        };

    // The order was given up for this attempt, but money may still come of it: a late success is accepted, and pays the
    // order.
    private static Decision DecideEnded(
        PaymentState state, AttemptState attempt, RecordCharge report, DecisionContext context) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Pays(state, attempt, success, context),
            ProviderOutcome.Declined declined when attempt.IsOpen => Fail(attempt, declined, context),
            _ => DecideGivenUp(attempt, report, context),
        };

    // More of the attempt that authorised or paid the order.
    private static Decision DecidePaying(
        PaymentState state, AttemptState attempt, RecordCharge report, DecisionContext context) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Pays(state, attempt, success, context),

            // A refusal after an authorisation is an old message overtaken, or an authorisation that ran out: the
            // provider's present word tells.
            ProviderOutcome.Declined declined when attempt.Phase == AttemptPhase.Authorized =>
                report.Source == ReportSource.Query
                    ? Fail(attempt, declined, context)
                    : new Decision.Accepted([], [new PaymentEffect.QueryCharge(attempt.Number)]),
            _ => NoChange,
        };

    // An attempt of an order that another attempt paid, or that the merchant gave up: what it takes goes back by
    // itself.
    private static Decision DecideSurplus(
        PaymentState state, AttemptState attempt, RecordCharge report, DecisionContext context) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } success when attempt.CapturedMinor == 0 =>
                Surplus(state, attempt, success, context),
            ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized } success when attempt.CanVoid
                && attempt.CapturedMinor == 0 && success.Amount.Currency == state.Amount.Currency =>
                Release(attempt, success, context),
            ProviderOutcome.Declined declined when attempt.IsOpen => Fail(attempt, declined, context),
            _ => DecideGivenUp(attempt, report, context),
        };

    // An attempt that nobody needs any more is not sent again: it ends where it provably did not arrive, and where its
    // authorisation ran out; nobody is told of its customer's step.
    private static Decision DecideGivenUp(AttemptState attempt, RecordCharge report, DecisionContext context) =>
        report.Outcome switch
        {
            ProviderOutcome.Declined when attempt.Phase == AttemptPhase.Authorized =>
                report.Source == ReportSource.Query
                    ? Accept(new AuthorizationReleased { At = context.Now, Attempt = attempt.Number })
                    : new Decision.Accepted([], [new PaymentEffect.QueryCharge(attempt.Number)]),
            ProviderOutcome.NotSent
                when attempt.Phase == AttemptPhase.Sending && (report.Send ?? attempt.Sends) == attempt.Sends =>
                FailUnsent(attempt, context),
            ProviderOutcome.NotFound when attempt.Phase is AttemptPhase.Sending or AttemptPhase.Unknown
                && IsFinal(report.AskedAt, attempt.Send, context) => FailUnsent(attempt, context),
            ProviderOutcome.Pending pending when attempt.Phase is AttemptPhase.Sending or AttemptPhase.Unknown =>
                Accept(new AttemptAccepted
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    ProviderOrder = pending.ProviderOrder,
                    ProviderReference = pending.ProviderReference,
                }),
            _ => NoChange,
        };

    private static Decision Pays(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        if (attempt.Phase == AttemptPhase.Captured)
        {
            return NoChange;
        }

        var expected = success.Stage == ChargeStage.Captured && attempt.CaptureIntent is { } intent
            ? state.Amount with { AmountMinor = intent.AmountMinor }
            : state.Amount;
        if (success.Amount != expected)
        {
            return Mismatch(state, attempt, success, context);
        }

        if (success.Stage == ChargeStage.Captured)
        {
            return Accept(new PaymentCaptured
            {
                At = context.Now,
                Attempt = attempt.Number,
                AmountMinor = success.Amount.AmountMinor,
                FeeMinor = success.Fee?.AmountMinor,
                ProviderReference = success.ProviderReference,
                BankReference = success.BankReference,
            });
        }

        return attempt.Phase == AttemptPhase.Authorized
            ? CaptureLeftover(state, attempt, context)
            : Authorize(state, attempt, success, context);
    }

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
                [authorized, CaptureIntent(attempt, success.Amount.AmountMinor, context)],
                [new PaymentEffect.SendCapture(attempt.Number)]);
    }

    private static Decision Surplus(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        if (success.Amount.Currency != state.Amount.Currency || success.Amount.AmountMinor <= 0)
        {
            return Mismatch(state, attempt, success, context);
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
        return new Decision.Accepted([captured, refund], [new PaymentEffect.SendRefund(refund.Refund)]);
    }

    // Never booked: an operator compares the two. The same report again adds nothing.
    private static Decision Mismatch(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context) =>
        state.Status == PaymentStatus.NeedsReview || (state.PaidAttempt > 0 && state.PaidAttempt != attempt.Number)
            ? NoChange
            : Accept(new ReviewRequired
            {
                At = context.Now,
                Attempt = attempt.Number,
                Reason = $"The provider reports {success.Amount} instead of {state.Amount}.",
            });

    private static Decision StillPending(
        PaymentState state, AttemptState attempt, ProviderOutcome.Pending pending, DecisionContext context)
    {
        var news = attempt.Phase != AttemptPhase.Accepted || (attempt.Action is null && pending.Action is not null)
            ? new AttemptAccepted
            {
                At = context.Now,
                Attempt = attempt.Number,
                Action = pending.Action,
                ProviderOrder = pending.ProviderOrder,
                ProviderReference = pending.ProviderReference,
            }
            : null;
        return (news, expired: IsOverdue(state, attempt, context)) switch
        {
            (null, false) => NoChange,
            (null, true) => Accept(new PaymentExpired { At = context.Now }),
            (_, false) => Accept(news),
            (_, true) => Accept(news, new PaymentExpired { At = context.Now }),
        };
    }

    private static Decision NotSent(
        PaymentState state, AttemptState attempt, ProviderOutcome.NotSent notSent, DecisionContext context)
    {
        if (MayMoveOn(state, attempt, context))
        {
            return FailOrMoveOn(state, attempt, Unreachable, null, context);
        }

        // The card is gone with the call, and may not have been kept: there is nothing to send again.
        if (attempt.Method.Kind == PaymentMethodKind.Card || context.Now >= state.ExpiresAt)
        {
            return FailByUs(
                attempt,
                FailureCodes.ProviderUnreachable,
                "The provider could not be reached; nothing was sent.",
                context);
        }

        return Accept(new AttemptNotSent
        {
            At = context.Now,
            Attempt = attempt.Number,
            Reason = notSent.Reason,
            RetryAt = context.Now + PaymentSchedule.RetryDelay(attempt.Sends),
        });
    }

    private static Decision StillUnknown(
        PaymentState state,
        AttemptState attempt,
        RecordCharge report,
        ProviderOutcome.Unknown unknown,
        DecisionContext context)
    {
        if (report.Source == ReportSource.Query)
        {
            return IsOverdue(state, attempt, context) && state.Status != PaymentStatus.NeedsReview
                ? Accept(new ReviewRequired
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    Reason = "The outcome stayed unknown to the payment's deadline: " + unknown.Reason,
                })
                : NoChange;
        }

        return attempt.Phase == AttemptPhase.Sending
            ? Accept(new OutcomeUnknown
            {
                At = context.Now,
                Attempt = attempt.Number,
                Reason = unknown.Reason,
                ProviderOrder = unknown.ProviderOrder,
            })
            : NoChange;
    }

    private static Decision NotFound(
        PaymentState state, AttemptState attempt, RecordCharge report, DecisionContext context)
    {
        // Until then the request may still be on its way.
        if (attempt.Phase == AttemptPhase.NotSent || !IsFinal(report.AskedAt, attempt.Send, context))
        {
            return NoChange;
        }

        if (attempt.Phase == AttemptPhase.Accepted)
        {
            return IsOverdue(state, attempt, context) ? Accept(new PaymentExpired { At = context.Now }) : NoChange;
        }

        if (attempt.Method.Kind == PaymentMethodKind.Card)
        {
            return FailByUs(
                attempt,
                FailureCodes.InterruptedBeforeSend,
                "The card was not charged: processing was interrupted before it was sent.",
                context);
        }

        // Past its window the provider would take the same name for a new charge;
        // should the first one have arrived after all, there would be two.
        return context.Now >= state.ExpiresAt || context.Now >= attempt.StartedAt + attempt.IdempotencyWindow
            ? FailUnsent(attempt, context)
            : SendAgain(attempt, resend: true, context);
    }

    // Whether a "not found" is the last word on a send:
    // nothing of it could arrive any more when the question was asked.
    private static bool IsFinal(DateTimeOffset? askedAt, SendTerms send, DecisionContext context) =>
        (askedAt ?? context.Now) >= send.NotFoundFinalAt;

    private static Decision.Accepted SendAgain(AttemptState attempt, bool resend, DecisionContext context) => new(
        [new AttemptResent { At = context.Now, Attempt = attempt.Number, Send = context.SendAgain(attempt.Send) }],
        [new PaymentEffect.SendCharge(attempt.Number, resend)]);

    private static Decision Fail(AttemptState attempt, ProviderOutcome.Declined declined, DecisionContext context) =>
        Accept(new AttemptFailed
        {
            At = context.Now,
            Attempt = attempt.Number,
            Failure = declined.Failure,
            ProviderReference = declined.ProviderReference,
        });

    private static Decision FailUnsent(AttemptState attempt, DecisionContext context) =>
        FailByUs(attempt, FailureCodes.NotExecuted, "The provider never received the payment.", context);

    private static Decision FailByUs(AttemptState attempt, string code, string message, DecisionContext context) =>
        Accept(new AttemptFailed
        {
            At = context.Now,
            Attempt = attempt.Number,
            Failure = new Failure { Code = code, Message = message, Party = FailureParty.Engine },
        });

    private static bool IsOverdue(PaymentState state, AttemptState attempt, DecisionContext context) =>
        context.Now >= state.ExpiresAt && attempt.Number == state.Attempts.Length;
}
