using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>A surplus whose refund the provider refuses is refunded again later; after the last try an operator
/// decides.</summary>
public sealed class AutomaticRefundTests
{
    private static readonly ProviderOutcome Refused = new ProviderOutcome.Declined { Failure = Given.Refused };

    private static Given Surplus => Given.Cancelled().Report(Given.Captured());

    [Fact]
    public void A_refused_automatic_refund_is_requested_again_under_another_id_when_its_time_has_come()
    {
        var given = Surplus.ReportRefund(Refused);
        Assert.Equal([RefundStatus.Failed, RefundStatus.Pending], given.State.Refunds.Select(each => each.Status));
        Assert.Equal(0, given.State.RefundableMinor(given.State.Attempts[0]));
        Assert.Empty(Assert.IsType<Decision.Accepted>(given.Decide(new ResumePayment())).Effects);

        var due = given.At(PaymentSchedule.NextActionAt(given.State, given.Now)!.Value);
        Assert.Equal(
            new PaymentEffect.SendOperation(OperationKey.Refund(2), Resend: false),
            Assert.Single(Assert.IsType<Decision.Accepted>(due.Decide(new ResumePayment())).Effects));
        var paidOut = due.When(new ResumePayment()).ReportRefund(Given.Captured(), refund: 2);
        Assert.Equal(Given.Amount.AmountMinor, paidOut.State.RefundedMinor);
    }

    [Fact]
    public void A_surplus_that_is_refused_each_time_ends_with_an_operator_and_keeps_its_amount_reserved()
    {
        var given = RefusedToTheEnd();
        var last = given.State.Refunds[^1];
        Assert.Equal((6, RefundStatus.NeedsReview), (last.Number, last.Status));
        Assert.Equal(0, given.State.RefundableMinor(given.State.Attempts[0]));
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now + TimeSpan.FromDays(30)));
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(Given.About(OperationKey.Refund(6), Refused)));
    }

    [Fact]
    public void An_operator_who_finds_that_nothing_was_paid_out_makes_the_engine_give_the_surplus_back_again()
    {
        var given = RefusedToTheEnd().When(Resolve(paid: false));
        Assert.Equal((7, RefundStatus.Pending), (given.State.Refunds.Length, given.State.Refunds[6].Status));
        var refused = given.ReportRefund(Refused, refund: 7);
        Assert.Equal(RefundStatus.NeedsReview, refused.State.Refunds[6].Status);
    }

    [Fact]
    public void An_operator_who_gave_the_surplus_back_by_another_way_ends_it()
    {
        var given = RefusedToTheEnd().When(Resolve(paid: true));
        Assert.Equal(Given.Amount.AmountMinor, given.State.RefundedMinor);
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now));
    }

    [Fact]
    public void A_refund_that_was_paid_out_after_all_takes_the_place_of_the_one_that_is_not_sent_yet()
    {
        var given = Surplus.ReportRefund(Refused).ReportRefund(Given.Captured());
        Assert.Equal([RefundStatus.Success, RefundStatus.Failed], given.State.Refunds.Select(each => each.Status));
        Assert.Equal(Given.Amount.AmountMinor, given.State.RefundedMinor);
        Assert.Equal(FailureCodes.Superseded, given.State.Refunds[1].Failure!.Code);
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now));
    }

    [Fact]
    public void A_merchants_own_refund_that_failed_is_not_requested_again()
    {
        var given = Given.Paid().When(new RefundPayment()).ReportRefund(Refused);
        Assert.Equal(RefundStatus.Failed, Assert.Single(given.State.Refunds).Status);
    }

    private static Given RefusedToTheEnd()
    {
        var given = Surplus.ReportRefund(Refused);
        while (PaymentSchedule.NextActionAt(given.State, given.Now) is { } due)
        {
            given = given.At(due).When(new ResumePayment());
            given = given.ReportRefund(Refused, given.State.Refunds.Length);
        }

        return given;
    }

    private static ResolveRefund Resolve(bool paid) =>
        new() { Number = 6, Paid = paid, By = "ops", Note = "Looked at the provider's books." };
}
