using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What providers report of charges. Reports come any number of times, in any order, from the call's answer, our queries
// and webhooks: each is compared with what is known, and only news becomes an event.
public static partial class PaymentDecider
{
    private static readonly Decision Nothing = new Decision.AlreadyApplied();

    private static readonly Failure Unreachable = new()
    {
        Code = FailureCodes.ProviderUnreachable,
        Message = "The provider could not be reached; nothing was sent.",
        Party = FailureParty.Provider,
    };

    /// <summary>Take in what a provider said of an attempt.</summary>
    public static Decision Decide(PaymentState state, RecordCharge report, Terms terms)
    {
        var attempt = state.Attempts[report.Attempt - 1];
        return state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview =>
                OfUndecided(state, attempt, report, terms),
            PaymentStatus.Failed or PaymentStatus.Expired => OfEnded(state, attempt, report, terms),
            PaymentStatus.Authorized or PaymentStatus.Success when attempt.Number == state.PaidAttempt =>
                OfPaying(state, attempt, report, terms),
            PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled =>
                OfSuperfluous(state, attempt, report, terms),
        };
    }

    private static Decision OfUndecided(PaymentState state, AttemptState attempt, RecordCharge report, Terms terms) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Pays(state, attempt, success, terms),
            ProviderOutcome.Declined { Failure.Party: FailureParty.Provider } declined when attempt.IsOpen =>
                FailOrMoveOn(state, attempt, declined.Failure, declined.ProviderReference, terms),
            ProviderOutcome.Declined declined => attempt.IsOpen ? Fail(attempt, declined, terms) : Nothing,
            ProviderOutcome.Pending pending => attempt.IsOpen ? StillPending(state, attempt, pending, terms) : Nothing,
            // That an earlier send came too late says nothing of the one that is under way.
            ProviderOutcome.NotSent notSent =>
                attempt.Phase == AttemptPhase.Sending && (report.Send ?? attempt.Sends) == attempt.Sends
                    ? NotSent(state, attempt, notSent, terms)
                    : Nothing,
            ProviderOutcome.Unknown unknown =>
                attempt.IsOpen ? StillUnknown(state, attempt, report, unknown, terms) : Nothing,
            ProviderOutcome.NotFound => attempt.IsOpen ? NotFound(state, attempt, report, terms) : Nothing,
            _ => throw new InvalidOperationException($"{report.Outcome.GetType().Name} is not an outcome."),
        };

    // The order was given up for this attempt, but money may still come of it: a late success is accepted, and pays the
    // order.
    private static Decision OfEnded(PaymentState state, AttemptState attempt, RecordCharge report, Terms terms) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Pays(state, attempt, success, terms),
            ProviderOutcome.Declined declined when attempt.IsOpen => Fail(attempt, declined, terms),
            _ => OfGivenUp(attempt, report, terms),
        };

    // More of the attempt that authorised or paid the order.
    private static Decision OfPaying(PaymentState state, AttemptState attempt, RecordCharge report, Terms terms) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Pays(state, attempt, success, terms),

            // A refusal after an authorisation is an old message overtaken, or an authorisation that ran out: the
            // provider's present word tells.
            ProviderOutcome.Declined declined when attempt.Phase == AttemptPhase.Authorized =>
                report.Source == ReportSource.Query
                    ? Fail(attempt, declined, terms)
                    : new Decision.Accepted([], [new PaymentEffect.AskCharge(attempt.Number)]),
            _ => Nothing,
        };

    // An attempt of an order that another attempt paid, or that the merchant gave up: what it takes goes back by
    // itself.
    private static Decision OfSuperfluous(PaymentState state, AttemptState attempt, RecordCharge report, Terms terms) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } success when attempt.CapturedMinor == 0 =>
                Surplus(state, attempt, success, terms),
            ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized } success when attempt.CanVoid
                && attempt.CapturedMinor == 0 && success.Amount.Currency == state.Amount.Currency =>
                Release(attempt, success, terms),
            ProviderOutcome.Declined declined when attempt.IsOpen => Fail(attempt, declined, terms),
            _ => OfGivenUp(attempt, report, terms),
        };

    // An attempt that nobody needs any more is not sent again: it ends where it provably did not arrive, and where its
    // authorisation ran out; nobody is told of its customer's step.
    private static Decision OfGivenUp(AttemptState attempt, RecordCharge report, Terms terms) => report.Outcome switch
    {
        ProviderOutcome.Declined when attempt.Phase == AttemptPhase.Authorized => report.Source == ReportSource.Query
            ? Accept(new AuthorizationReleased { At = terms.Now, Attempt = attempt.Number })
            : new Decision.Accepted([], [new PaymentEffect.AskCharge(attempt.Number)]),
        ProviderOutcome.NotSent
            when attempt.Phase == AttemptPhase.Sending && (report.Send ?? attempt.Sends) == attempt.Sends =>
            FailUnsent(attempt, terms),
        ProviderOutcome.NotFound when attempt.Phase is AttemptPhase.Sending or AttemptPhase.Unknown
            && IsFinal(report.AskedAt, attempt.Send, terms) => FailUnsent(attempt, terms),
        ProviderOutcome.Pending pending when attempt.Phase is AttemptPhase.Sending or AttemptPhase.Unknown =>
            Accept(new AttemptAccepted
            {
                At = terms.Now,
                Attempt = attempt.Number,
                ProviderOrder = pending.ProviderOrder,
                ProviderReference = pending.ProviderReference,
            }),
        _ => Nothing,
    };

    private static Decision Pays(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, Terms terms)
    {
        if (attempt.Phase == AttemptPhase.Captured)
        {
            return Nothing;
        }

        var expected = success.Stage == ChargeStage.Captured && attempt.CaptureIntent is { } intent
            ? state.Amount with { AmountMinor = intent.AmountMinor }
            : state.Amount;
        if (success.Amount != expected)
        {
            return Mismatch(state, attempt, success, terms);
        }

        if (success.Stage == ChargeStage.Captured)
        {
            return Accept(new PaymentCaptured
            {
                At = terms.Now,
                Attempt = attempt.Number,
                AmountMinor = success.Amount.AmountMinor,
                FeeMinor = success.Fee?.AmountMinor,
                ProviderReference = success.ProviderReference,
                BankReference = success.BankReference,
            });
        }

        return attempt.Phase == AttemptPhase.Authorized
            ? CaptureLeftover(state, attempt, terms)
            : Authorize(state, attempt, success, terms);
    }

    private static Decision Authorize(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, Terms terms)
    {
        var authorized = new PaymentAuthorized
        {
            At = terms.Now,
            Attempt = attempt.Number,
            AmountMinor = success.Amount.AmountMinor,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
        };
        return state.Capture == CaptureMode.Manual || attempt.ProviderCaptures
            ? Accept(authorized)
            : new Decision.Accepted(
                [authorized, CaptureIntent(attempt, success.Amount.AmountMinor, terms)],
                [new PaymentEffect.SendCapture(attempt.Number)]);
    }

    private static Decision Surplus(
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, Terms terms)
    {
        if (success.Amount.Currency != state.Amount.Currency || success.Amount.AmountMinor <= 0)
        {
            return Mismatch(state, attempt, success, terms);
        }

        var captured = new SurplusCaptured
        {
            At = terms.Now,
            Attempt = attempt.Number,
            AmountMinor = success.Amount.AmountMinor,
            FeeMinor = success.Fee?.AmountMinor,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
        };
        var refund = RefundOf(state, attempt, success.Amount.AmountMinor, terms) with
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
        PaymentState state, AttemptState attempt, ProviderOutcome.Succeeded success, Terms terms) =>
        state.Status == PaymentStatus.NeedsReview || (state.PaidAttempt > 0 && state.PaidAttempt != attempt.Number)
            ? Nothing
            : Accept(new ReviewRequired
            {
                At = terms.Now,
                Attempt = attempt.Number,
                Reason = $"The provider reports {success.Amount} instead of {state.Amount}.",
            });

    private static Decision StillPending(
        PaymentState state, AttemptState attempt, ProviderOutcome.Pending pending, Terms terms)
    {
        var news = attempt.Phase != AttemptPhase.Accepted || (attempt.Action is null && pending.Action is not null)
            ? new AttemptAccepted
            {
                At = terms.Now,
                Attempt = attempt.Number,
                Action = pending.Action,
                ProviderOrder = pending.ProviderOrder,
                ProviderReference = pending.ProviderReference,
            }
            : null;
        return (news, expired: IsOverdue(state, attempt, terms)) switch
        {
            (null, false) => Nothing,
            (null, true) => Accept(new PaymentExpired { At = terms.Now }),
            (_, false) => Accept(news),
            (_, true) => Accept(news, new PaymentExpired { At = terms.Now }),
        };
    }

    private static Decision NotSent(
        PaymentState state, AttemptState attempt, ProviderOutcome.NotSent notSent, Terms terms)
    {
        if (MayMoveOn(state, attempt, terms))
        {
            return FailOrMoveOn(state, attempt, Unreachable, null, terms);
        }

        // The card is gone with the call, and may not have been kept: there is nothing to send again.
        if (attempt.Method.Kind == PaymentMethodKind.Card || terms.Now >= state.ExpiresAt)
        {
            return FailByUs(
                attempt,
                FailureCodes.ProviderUnreachable,
                "The provider could not be reached; nothing was sent.",
                terms);
        }

        return Accept(new AttemptNotSent
        {
            At = terms.Now,
            Attempt = attempt.Number,
            Reason = notSent.Reason,
            RetryAt = terms.Now + PaymentSchedule.RetryDelay(attempt.Sends),
        });
    }

    private static Decision StillUnknown(
        PaymentState state, AttemptState attempt, RecordCharge report, ProviderOutcome.Unknown unknown, Terms terms)
    {
        if (report.Source == ReportSource.Query)
        {
            return IsOverdue(state, attempt, terms) && state.Status != PaymentStatus.NeedsReview
                ? Accept(new ReviewRequired
                {
                    At = terms.Now,
                    Attempt = attempt.Number,
                    Reason = "The outcome stayed unknown to the payment's deadline: " + unknown.Reason,
                })
                : Nothing;
        }

        return attempt.Phase == AttemptPhase.Sending
            ? Accept(new OutcomeUnknown
            {
                At = terms.Now,
                Attempt = attempt.Number,
                Reason = unknown.Reason,
                ProviderOrder = unknown.ProviderOrder,
            })
            : Nothing;
    }

    private static Decision NotFound(PaymentState state, AttemptState attempt, RecordCharge report, Terms terms)
    {
        // Until then the request may still be on its way.
        if (attempt.Phase == AttemptPhase.NotSent || !IsFinal(report.AskedAt, attempt.Send, terms))
        {
            return Nothing;
        }

        if (attempt.Phase == AttemptPhase.Accepted)
        {
            return IsOverdue(state, attempt, terms) ? Accept(new PaymentExpired { At = terms.Now }) : Nothing;
        }

        if (attempt.Method.Kind == PaymentMethodKind.Card)
        {
            return FailByUs(
                attempt,
                FailureCodes.InterruptedBeforeSend,
                "The card was not charged: processing was interrupted before it was sent.",
                terms);
        }

        // Past its window the provider would take the same name for a new charge;
        // should the first one have arrived after all, there would be two.
        return terms.Now >= state.ExpiresAt || terms.Now >= attempt.StartedAt + attempt.RepeatWindow
            ? FailUnsent(attempt, terms)
            : SendAgain(attempt, resend: true, terms);
    }

    // Whether a "not found" is the last word on a send:
    // nothing of it could arrive any more when the question was asked.
    private static bool IsFinal(DateTimeOffset? askedAt, SendTerms send, Terms terms) =>
        (askedAt ?? terms.Now) >= send.BelieveNotFoundAt;

    private static Decision.Accepted SendAgain(AttemptState attempt, bool resend, Terms terms) => new(
        [new AttemptResent { At = terms.Now, Attempt = attempt.Number, Send = terms.SendAgain(attempt.Send) }],
        [new PaymentEffect.SendCharge(attempt.Number, resend)]);

    private static Decision Fail(AttemptState attempt, ProviderOutcome.Declined declined, Terms terms) =>
        Accept(new AttemptFailed
        {
            At = terms.Now,
            Attempt = attempt.Number,
            Failure = declined.Failure,
            ProviderReference = declined.ProviderReference,
        });

    private static Decision FailUnsent(AttemptState attempt, Terms terms) =>
        FailByUs(attempt, FailureCodes.NotExecuted, "The provider never received the payment.", terms);

    private static Decision FailByUs(AttemptState attempt, string code, string message, Terms terms) =>
        Accept(new AttemptFailed
        {
            At = terms.Now,
            Attempt = attempt.Number,
            Failure = new Failure { Code = code, Message = message, Party = FailureParty.Engine },
        });

    private static bool IsOverdue(PaymentState state, AttemptState attempt, Terms terms) =>
        terms.Now >= state.ExpiresAt && attempt.Number == state.Attempts.Length;
}
