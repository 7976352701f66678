using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>Whatever is not final ends at a deadline of its own, whatever providers say or do not say: in a final state
/// where that is proved, else with an operator.</summary>
public sealed class DeadlineTests
{
    private static readonly ProviderOutcome NotSent = new ProviderOutcome.NotSent { Reason = "No connection." };
    private static readonly ProviderOutcome Unknown = new ProviderOutcome.Unknown { Reason = "No response." };
    private static readonly ProviderOutcome NotFound = new ProviderOutcome.NotFound();
    private static readonly ResumePayment Resume = new();

    private static Given Refunding => Given.Paid().When(new RefundPayment());

    [Fact]
    public void A_refund_that_could_not_be_sent_for_a_week_fails()
    {
        var given = Refunding.ReportRefund(NotSent).After(TimeSpan.FromDays(6)).When(Resume).ReportRefund(NotSent);
        Assert.Equal(RefundStatus.Pending, given.State.Refunds[0].Status);
        given = given.After(TimeSpan.FromDays(1)).When(Resume);
        Assert.Equal(RefundStatus.Failed, given.State.Refunds[0].Status);
        Assert.Equal(FailureCodes.ProviderUnreachable, given.State.Refunds[0].Failure!.Code);
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now));
        // Its amount can be refunded again.
        Assert.Equal(2, given.When(new RefundPayment()).State.Refunds.Length);
    }

    [Fact]
    public void A_refund_that_the_provider_works_on_for_a_month_needs_an_operator()
    {
        var accepted = Refunding.ReportRefund(new ProviderOutcome.Pending { ProviderReference = "rfnd_1" });
        Assert.Equal(
            RefundStatus.Pending, accepted.After(TimeSpan.FromDays(29)).When(Resume).State.Refunds[0].Status);
        var given = accepted.After(TimeSpan.FromDays(30)).When(Resume);
        Assert.Equal(RefundStatus.NeedsReview, given.State.Refunds[0].Status);
        // The provider may still say how it ended.
        given = given.ReportRefund(Given.Captured());
        Assert.Equal(RefundStatus.Success, given.State.Refunds[0].Status);
    }

    [Fact]
    public void A_surplus_that_could_not_be_given_back_for_a_week_needs_an_operator_and_is_still_tried()
    {
        var given = Given.Cancelled().Report(Given.Captured()).ReportRefund(NotSent)
            .After(TimeSpan.FromDays(7)).When(Resume);
        Assert.Equal(RefundStatus.NeedsReview, Assert.Single(given.State.Refunds).Status);
        Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now));
        given = given.After(TimeSpan.FromSeconds(1)).When(Resume);
        Assert.Equal(OperationPhase.Sending, given.State.Refunds[0].Operation.Phase);
        given = given.ReportRefund(Given.Captured());
        Assert.Equal(RefundStatus.Success, given.State.Refunds[0].Status);
        Assert.Equal(Given.Amount.AmountMinor, given.State.RefundedMinor);
    }

    [Fact]
    public void A_capture_that_could_not_be_sent_for_a_week_is_over_and_the_authorisation_stays()
    {
        var given = Given.Capturing().Report(OperationKey.Capture(1), NotSent).After(TimeSpan.FromDays(7)).When(Resume);
        Assert.Equal(PaymentStatus.Authorized, given.State.Status);
        Assert.Equal(OperationPhase.Failed, given.State.Attempts[0].Capture!.Phase);
        Assert.Equal(FailureCodes.ProviderUnreachable, given.State.Attempts[0].Failure!.Code);
    }

    [Fact]
    public void A_cancelled_payment_does_not_wait_for_its_release_for_ever()
    {
        var releasing = Given.Held().When(new CancelPayment());
        foreach (var outcome in (ProviderOutcome[])[NotSent, Unknown])
        {
            var given = releasing.Report(OperationKey.Void(1), outcome).After(TimeSpan.FromDays(7)).When(Resume);
            Assert.Equal(PaymentStatus.Cancelled, given.State.Status);
            Assert.Equal(OperationPhase.Failed, given.State.Attempts[0].Void!.Phase);
            // The authorisation runs out, and is watched until then.
            Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now));
            Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now.AddDays(45)));
        }
    }

    [Fact]
    public void An_authorisation_that_was_never_captured_needs_an_operator_when_none_can_last()
    {
        var given = Given.Authorized().After(TimeSpan.FromDays(44)).When(Resume);
        Assert.Equal(PaymentStatus.Authorized, given.State.Status);
        Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now));
        given = given.After(TimeSpan.FromDays(1)).When(Resume);
        Assert.Equal(PaymentStatus.NeedsReview, given.State.Status);
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now));
    }

    [Fact]
    public void What_was_not_found_may_appear_for_as_long_as_banks_take_to_give_it_back()
    {
        var given = Given.Started(Given.TypedCard).Report(Unknown).After(TimeSpan.FromMinutes(2))
            .Report(NotFound, ReportSource.Query);
        Assert.Equal(PaymentStatus.Failed, given.State.Status);
        Assert.Null(given.State.Attempts[0].ProviderReference);
        Assert.NotNull(PaymentSchedule.NextActionAt(given.State, given.Now.AddDays(5)));
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now.AddDays(7)));
        Assert.Contains(
            new PaymentEffect.QueryOperation(OperationKey.Charge(1)),
            Assert.IsType<Decision.Accepted>(given.After(TimeSpan.FromHours(1)).Decide(Resume)).Effects);
        Assert.Equal(PaymentStatus.Success, given.Report(Given.Captured(), ReportSource.Query).State.Status);
    }

    [Fact]
    public void Ever_new_idempotency_keys_do_not_make_a_payment_longer()
    {
        var given = Enumerable.Range(0, 200).Aggregate(
            Given.Paid(),
            (payment, number) => payment.When(Given.StartCommand() with
            {
                Request = new RequestKey { Key = $"key_{number}", Fingerprint = "f" },
            }));
        Assert.Equal(PaymentDecider.MaxRepeats, given.State.Requests.Count);
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(Given.StartCommand() with
        {
            Request = new RequestKey { Key = "another", Fingerprint = "f" },
        }));
    }
}
