using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>Reserved money: captured in whole or in part, or released.</summary>
public sealed class PaymentAuthorizationTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(90);

    [Fact]
    public void A_cancelled_authorisation_is_released_where_the_provider_can()
    {
        var decision = Assert.IsType<Decision.Accepted>(Given.Held().Decide(new CancelPayment()));
        Assert.Equal([typeof(PaymentCancelled), typeof(VoidRequested)], decision.Events.Select(e => e.GetType()));
        Assert.Equal(
            new PaymentEffect.SendOperation(OperationKey.Void(1), Resend: false), Assert.Single(decision.Effects));

        var released = Cancelled().When(Void(Given.Captured()));
        Assert.Equal((PaymentStatus.Cancelled, 0L), (released.State.Status, released.State.AuthorizedMinor));
        Assert.Equal(FailureCodes.Voided, released.State.Attempts[0].Failure?.Code);
    }

    [Fact]
    public void A_release_without_a_response_is_queried_and_sent_again_once_it_cannot_arrive_any_more()
    {
        var given = Cancelled().When(Void(new ProviderOutcome.Unknown { Reason = "Timeout." }));
        var requested = Given.About(OperationKey.Charge(1), Given.AuthorizedOutcome(), ReportSource.Query);
        Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now));
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(requested));
        var again = Assert.IsType<Decision.Accepted>(given.After(Window).Decide(requested));
        Assert.Equal(
            new PaymentEffect.SendOperation(OperationKey.Void(1), Resend: true), Assert.Single(again.Effects));
    }

    [Fact]
    public void A_release_that_came_too_late_turns_into_a_refund()
    {
        var given = Cancelled().When(Void(new ProviderOutcome.Declined { Failure = Given.Refused }));
        Assert.Equal(OperationPhase.Failed, given.State.Attempts[0].Void?.Phase);
        var captured = given.Report(Given.Captured(), ReportSource.Query);
        Assert.Equal(PaymentStatus.Cancelled, captured.State.Status);
        Assert.True(Assert.Single(captured.State.Refunds).Automatic);
    }

    [Fact]
    public void An_authorisation_that_no_one_owes_is_released()
    {
        var given = Given.Started(capture: CaptureMode.Manual, route: Given.Payu).Report(Given.PendingWithAction)
            .When(new CancelPayment()).Report(Given.AuthorizedOutcome(), ReportSource.Webhook);
        Assert.Equal(PaymentStatus.Cancelled, given.State.Status);
        Assert.True(given.State.Attempts[0].Void is { IsOpen: true });
        Assert.Equal(0, given.When(Void(Given.Captured())).State.AuthorizedMinor);
    }

    [Fact]
    public void An_authorisation_that_ran_out_after_the_cancellation_is_noted_and_queried_no_more()
    {
        var gone = Given.Authorized().When(new CancelPayment()).Report(
            new ProviderOutcome.Declined { Failure = Given.Refused }, ReportSource.Query);
        Assert.Equal((PaymentStatus.Cancelled, 0L), (gone.State.Status, gone.State.AuthorizedMinor));
    }

    [Fact]
    public void A_part_is_captured_where_the_provider_can()
    {
        var part = Given.Amount with { AmountMinor = 20_000 };
        var given = Given.Held().When(new CapturePayment { AmountMinor = part.AmountMinor });
        Assert.Equal(part.AmountMinor, given.State.Attempts[0].Capture?.AmountMinor);
        var paid = given.Report(OperationKey.Capture(1), Given.Captured(part)).State;
        Assert.Equal((PaymentStatus.Success, part.AmountMinor), (paid.Status, paid.CapturedMinor));
        Assert.Equal(part.AmountMinor, paid.RefundableMinor(paid.Attempts[0]));
    }

    [Theory]
    [InlineData(50_001), InlineData(long.MaxValue)]
    public void More_than_is_authorised_is_not_captured(long amount) =>
        Assert.IsType<Decision.Rejected>(Given.Held().Decide(new CapturePayment { AmountMinor = amount }));

    [Fact]
    public void A_capture_of_another_part_than_was_requested_is_not_booked()
    {
        var given = Given.Held().When(new CapturePayment { AmountMinor = 20_000 });
        Assert.Equal(0, given.Report(OperationKey.Capture(1), Given.Captured()).State.CapturedMinor);
    }

    [Fact]
    public void A_capture_that_stays_unknown_to_its_deadline_needs_review_and_is_not_sent_again_there()
    {
        var unknown = Given.Capturing()
            .Report(OperationKey.Capture(1), new ProviderOutcome.Unknown { Reason = "Timeout." })
            .After(OperationTraits.Of(OperationKind.Capture).Deadline!.Value);
        var review = unknown.When(new ResumePayment());
        Assert.Equal(PaymentStatus.NeedsReview, review.State.Status);
        Assert.NotNull(PaymentSchedule.NextActionAt(review.State, review.Now));
        Assert.Equal(review.State, review.Report(Given.AuthorizedOutcome(), ReportSource.Query).State);
        Assert.Equal(PaymentStatus.Success, review.Report(Given.Captured(), ReportSource.Query).State.Status);
    }

    [Fact]
    public void A_capture_that_waits_for_its_retry_while_its_payment_needs_review_is_not_woken_for_it()
    {
        var review = Given.Capturing()
            .Report(OperationKey.Capture(1), new ProviderOutcome.NotSent { Reason = "Refused." })
            .Report(Given.Captured(Given.Amount with { AmountMinor = 1 }), ReportSource.Query);
        Assert.Equal(PaymentStatus.NeedsReview, review.State.Status);
        var later = review.After(TimeSpan.FromMinutes(1));
        Assert.True(PaymentSchedule.NextActionAt(later.State, later.Now) > later.Now + TimeSpan.FromMinutes(1));
        Assert.Empty(Assert.IsType<Decision.Accepted>(later.Decide(new ResumePayment())).Events);
    }

    [Fact]
    public void That_a_webhook_says_authorised_late_is_no_reason_to_capture_or_release_again()
    {
        foreach (var given in (Given[])[Given.Capturing(), Cancelled()])
        {
            var late = given.After(Window).Decide(
                Given.About(OperationKey.Charge(1), Given.AuthorizedOutcome(), ReportSource.Webhook));
            Assert.IsType<Decision.AlreadyApplied>(late);
        }
    }

    [Fact]
    public void An_operator_decides_what_stayed_unknown_and_it_stays_in_the_history()
    {
        var paid = Given.NeedsReview().When(
            new ResolvePayment { Paid = true, ProviderReference = "pay_B", By = "ops", Note = "seen" });
        Assert.Equal((PaymentStatus.Success, "pay_B"), (paid.State.Status, paid.State.Current!.ProviderReference));
        var unpaid = Given.NeedsReview().When(new ResolvePayment { Paid = false, By = "ops", Note = "not seen" });
        Assert.Equal(PaymentStatus.Failed, unpaid.State.Status);
        Assert.Equal(PaymentStatus.Success, unpaid.Report(Given.Captured(), ReportSource.Webhook).State.Status);
    }

    [Fact]
    public void An_operators_word_is_about_the_attempt_that_needs_review_also_if_another_one_followed_it()
    {
        var other = Given.Amount with { AmountMinor = 1 };
        var given = Given.Failed().When(new ConfirmPayment { Instrument = Given.UpiIntent })
            .Report(Given.Captured(other), ReportSource.Query, attempt: 1);
        Assert.Equal((PaymentStatus.NeedsReview, 1), (given.State.Status, given.State.ReviewAttempt));

        var unpaid = given.When(new ResolvePayment { Paid = false, By = "ops", Note = "not seen" });
        Assert.Equal(PaymentStatus.Pending, unpaid.State.Status);
        Assert.Equal(2, unpaid.Report(Given.Captured(), attempt: 2).State.PaidAttempt);
        Assert.Equal(1, given.When(new ResolvePayment { Paid = true, By = "ops", Note = "seen" }).State.PaidAttempt);
    }

    [Fact]
    public void An_operator_decides_a_refund_that_stayed_unknown()
    {
        var open = Given.Paid().When(new RefundPayment())
            .After(OperationTraits.Of(OperationKind.Refund).Deadline!.Value).When(new ResumePayment());
        Assert.Equal(RefundStatus.NeedsReview, open.State.Refunds[0].Status);
        var word = new ResolveRefund { Number = 1, Paid = true, By = "ops", Note = "seen" };
        Assert.Equal(RefundStatus.Success, open.When(word).State.Refunds[0].Status);
        Assert.Equal(RefundStatus.Failed, open.When(word with { Paid = false }).State.Refunds[0].Status);
        Assert.IsType<Decision.Rejected>(open.Decide(word with { Number = 2 }));
    }

    private static Given Cancelled() => Given.Held().When(new CancelPayment());

    private static RecordOutcome Void(ProviderOutcome outcome) => Given.About(OperationKey.Void(1), outcome);
}
