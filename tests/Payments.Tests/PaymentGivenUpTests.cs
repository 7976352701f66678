using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>Attempts that are not needed any more, because the order was paid otherwise or given up: they end, and are
/// neither sent nor queried for ever, nor given up too early.</summary>
public sealed class PaymentGivenUpTests
{
    private static readonly TimeSpan NotFoundFinal = TimeSpan.FromSeconds(91);
    private static readonly ProviderOutcome NotFound = new ProviderOutcome.NotFound();
    private static readonly ProviderOutcome NotSent = new ProviderOutcome.NotSent { Reason = "No connection." };

    private static Given PaidByTheFirstWhileTheSecondIsSent =>
        Given.Failed().When(Given.StartCommand()).Report(Given.Captured());

    [Fact]
    public void An_attempt_that_did_not_arrive_before_another_paid_fails_and_is_watched_for_some_days()
    {
        var given = PaidByTheFirstWhileTheSecondIsSent.After(NotFoundFinal)
            .Report(NotFound, ReportSource.Query, attempt: 2);
        Assert.Equal(AttemptPhase.Failed, given.State.Attempts[1].Phase);
        Assert.Equal(PaymentStatus.Success, given.State.Status);
        Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now.AddDays(5)));
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now.AddDays(7)));
    }

    [Fact]
    public void An_attempt_that_may_still_arrive_after_another_paid_is_queried()
    {
        var given = PaidByTheFirstWhileTheSecondIsSent.After(TimeSpan.FromSeconds(60))
            .Report(NotFound, ReportSource.Query, attempt: 2);
        Assert.Equal(OperationPhase.Sending, given.State.Attempts[1].Charge.Phase);
        Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now));
    }

    [Fact]
    public void An_attempt_that_waits_for_its_customer_after_another_paid_is_watched_for_some_days_only()
    {
        var given = PaidByTheFirstWhileTheSecondIsSent.Report(Given.PendingWithAction, ReportSource.Query, attempt: 2);
        Assert.Equal(OperationPhase.Accepted, given.State.Attempts[1].Charge.Phase);
        Assert.Equal(PaymentStatus.Success, given.State.Status);
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now + TimeSpan.FromDays(6)));
    }

    [Fact]
    public void A_payment_whose_expiry_passes_while_it_is_committed_is_still_woken_for_it()
    {
        var state = Given.Unconfirmed().State;
        Assert.True(PaymentSchedule.NextActionAt(state, state.ExpiresAt) > state.ExpiresAt);
    }

    [Fact]
    public void Another_way_is_taken_once_and_only_instead_of_the_attempt_that_waits()
    {
        var instead = new ConfirmPayment { Instrument = Given.TypedCard, Replaces = 1 };
        var given = Given.RequiresAction().When(instead);
        Assert.Equal((PaymentStatus.Pending, 2), (given.State.Status, given.State.Attempts.Length));
        Assert.Equal(OperationPhase.Accepted, given.State.Attempts[0].Charge.Phase);
        // A second click, and one on a page that was left open.
        Assert.IsType<Decision.Rejected>(given.Decide(instead));
        Assert.IsType<Decision.Rejected>(given.Report(Given.PendingWithAction, attempt: 2).Decide(instead));
        Assert.IsType<Decision.Rejected>(Given.RequiresAction().After(TimeSpan.FromHours(1)).Decide(instead));
    }

    [Fact]
    public void What_was_left_for_another_way_and_is_paid_all_the_same_pays_or_is_refunded()
    {
        var left = Given.RequiresAction()
            .When(new ConfirmPayment { Instrument = Given.UpiIntent, Replaces = 1 })
            .Report(Given.PendingWithAction, attempt: 2);
        var first = left.Report(Given.Captured());
        Assert.Equal((PaymentStatus.Success, 1), (first.State.Status, first.State.PaidAttempt));
        var both = first.Report(Given.Captured(), attempt: 2);
        Assert.True(Assert.Single(both.State.Refunds).Attempt == 2, "the second payment is refunded");
        var second = left.Report(Given.Captured(), attempt: 2).Report(Given.Captured(), attempt: 1);
        Assert.Equal((2, 1), (second.State.PaidAttempt, Assert.Single(second.State.Refunds).Attempt));
    }

    [Fact]
    public void An_attempt_that_was_not_sent_before_another_paid_fails()
    {
        var given = PaidByTheFirstWhileTheSecondIsSent.Report(NotSent, attempt: 2);
        Assert.Equal(AttemptPhase.Failed, given.State.Attempts[1].Phase);
        Assert.Equal(PaymentStatus.Success, given.State.Status);
        // Who reads the history must see that nothing left: otherwise the failure came before "not found" was final.
        Assert.Equal(FailureCodes.ProviderUnreachable, given.State.Attempts[1].Failure!.Code);
    }

    [Fact]
    public void A_cancelled_payment_whose_attempt_waits_to_be_sent_again_sends_nothing_and_comes_to_rest()
    {
        var given = Given.Started().Report(NotSent).When(new CancelPayment());
        var woken = Assert.IsType<Decision.Accepted>(given.After(TimeSpan.FromSeconds(1)).Decide(new ResumePayment()));
        Assert.Empty(woken.Effects);
        var after = given.After(TimeSpan.FromSeconds(1)).When(new ResumePayment());
        Assert.Equal(PaymentStatus.Cancelled, after.State.Status);
        Assert.Null(PaymentSchedule.NextActionAt(after.State, after.Now));
    }

    [Fact]
    public void An_attempt_that_did_not_arrive_ends_with_the_payment_that_another_attempt_failed()
    {
        var lapsed = Given.Started(capture: CaptureMode.Manual)
            .Report(new ProviderOutcome.Declined { Failure = Given.Refused })
            .When(Given.StartCommand(capture: CaptureMode.Manual))
            .Report(Given.AuthorizedOutcome())
            .Report(new ProviderOutcome.Declined { Failure = Given.Refused }, ReportSource.Query);
        Assert.Equal(PaymentStatus.Failed, lapsed.State.Status);
        var given = lapsed.After(NotFoundFinal).Report(NotFound, ReportSource.Query, attempt: 2);
        Assert.Equal(AttemptPhase.Failed, given.State.Attempts[1].Phase);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(72)]
    public void An_expired_payment_is_queried_when_it_cannot_be_paid_any_more(int lateSuccessHours)
    {
        var lateSuccess = TimeSpan.FromHours(lateSuccessHours);
        var given = AcceptedWith(lateSuccess).After(TimeSpan.FromMinutes(16))
            .Report(Given.PendingWithAction, ReportSource.Query);
        Assert.Equal(PaymentStatus.Expired, given.State.Status);
        var last = given.Now;
        while (PaymentSchedule.NextActionAt(given.State, last) is { } next)
        {
            last = next;
        }

        Assert.True(last >= given.State.ExpiresAt + lateSuccess);
        Assert.Contains(
            new PaymentEffect.QueryOperation(OperationKey.Charge(1)),
            Assert.IsType<Decision.Accepted>(given.At(last).Decide(new ResumePayment())).Effects);
    }

    [Fact]
    public void A_payment_that_a_customer_may_take_a_day_for_is_queried_all_day_and_then_expires()
    {
        var given = AcceptedWith(TimeSpan.Zero, expiresIn: TimeSpan.FromDays(1)).After(TimeSpan.FromDays(1));
        var woken = Assert.IsType<Decision.Accepted>(given.Decide(new ResumePayment()));
        Assert.Contains(new PaymentEffect.QueryOperation(OperationKey.Charge(1)), woken.Effects);
        Assert.Equal(PaymentStatus.Expired, given.Report(Given.PendingWithAction, ReportSource.Query).State.Status);
    }

    [Fact]
    public void A_part_is_not_captured_where_the_provider_is_about_to_capture_all_by_itself()
    {
        var context = Given.TermsAt(Given.Start) with { Route = Given.Payu with { CapturesByItself = true } };
        var given = Given.Fold(null, PaymentDecider.Decide(null, Given.StartCommand(), context), Given.Start)
            .Report(Given.AuthorizedOutcome());
        var refused = Assert.IsType<Decision.Rejected>(given.Decide(new CapturePayment { AmountMinor = 100 }));
        Assert.Equal(ErrorCode.CaptureAmountInvalid, refused.Refusal.Code);
    }

    [Fact]
    public void A_capture_of_another_amount_than_was_requested_needs_a_person()
    {
        var given = Given.Held().When(new CapturePayment { AmountMinor = 100 });
        Assert.Equal(PaymentStatus.NeedsReview, given.Report(Given.Captured(), ReportSource.Query).State.Status);
    }

    [Fact]
    public void A_second_authorisation_that_runs_out_after_the_first_did_is_over()
    {
        var declined = new ProviderOutcome.Declined { Failure = Given.Refused };
        var context = Given.TermsAt(Given.Start) with { Route = Given.Payu };
        var start = Given.StartCommand(capture: CaptureMode.Manual);
        var lapsed = Given.Fold(null, PaymentDecider.Decide(null, start, context), Given.Start)
            .Report(declined)
            .When(start)
            .Report(Given.AuthorizedOutcome(), attempt: 2)
            .Report(Given.AuthorizedOutcome(), attempt: 1)
            .Report(declined, ReportSource.Query, attempt: 2);
        Assert.Equal(
            (PaymentStatus.Failed, AttemptPhase.Authorized), (lapsed.State.Status, lapsed.State.Attempts[0].Phase));
        var given = lapsed.Report(declined, ReportSource.Query, attempt: 1);
        Assert.Equal((PaymentStatus.Failed, AttemptPhase.Failed), (given.State.Status, given.State.Attempts[0].Phase));
    }

    [Fact]
    public void A_not_found_is_judged_by_when_it_was_requested_and_not_by_when_it_comes()
    {
        var given = Given.Started().Report(new ProviderOutcome.Unknown { Reason = "Timeout." }).After(NotFoundFinal);
        var early = Given.About(OperationKey.Charge(1), NotFound, ReportSource.Query) with
        {
            QueriedAt = given.Now - TimeSpan.FromSeconds(2),
        };
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(early));
        Assert.IsType<Decision.Accepted>(given.Decide(early with { QueriedAt = given.Now }));
    }

    private static Given AcceptedWith(TimeSpan lateSuccess, TimeSpan? expiresIn = null)
    {
        var context = Given.TermsAt(Given.Start);
        context = context with { Route = context.Route! with { LateSuccess = lateSuccess } };
        return Given.Fold(
            null,
            PaymentDecider.Decide(null, Given.StartCommand() with { ExpiresIn = expiresIn }, context),
            Given.Start)
            .Report(Given.PendingWithAction);
    }
}
