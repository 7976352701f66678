using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>What a provider reports about money is never without a trace: what was not requested is booked, shown, and
/// cleared by an operator.</summary>
public sealed class UnexpectedMoneyTests
{
    private static readonly PaymentId Id = new() { Value = Guid.Parse("019abcde-0000-7000-8000-000000000001") };
    private static readonly TimeSpan Final = TimeSpan.FromSeconds(91);
    private static readonly ProviderOutcome Declined = new ProviderOutcome.Declined { Failure = Given.Refused };
    private static readonly Money More = Given.Amount with { AmountMinor = Given.Amount.AmountMinor + 700 };

    [Fact]
    public void More_money_than_was_captured_is_queried_and_then_booked_once()
    {
        var paid = Given.Paid();
        Assert.Equal(
            new PaymentEffect.QueryOperation(OperationKey.Charge(1)),
            Assert.Single(Accepted(paid.Decide(Of(Given.Captured(More), ReportSource.Webhook))).Effects));

        var reported = paid.Report(Given.Captured(More), ReportSource.Query);
        Assert.Equal(700, Assert.Single(reported.State.Unexpected).Amount.AmountMinor);
        Assert.Equal(PaymentStatus.Success, reported.State.Status);
        Assert.IsType<Decision.AlreadyApplied>(reported.Decide(Of(Given.Captured(More), ReportSource.Query)));
    }

    [Fact]
    public void What_grows_in_excess_is_booked_by_what_it_grew()
    {
        var reported = Given.Paid()
            .Report(Given.Captured(More), ReportSource.Query)
            .Report(Given.Captured(More with { AmountMinor = More.AmountMinor + 700 }), ReportSource.Query);
        Assert.Equal([700, 700], reported.State.Unexpected.Select(money => money.Amount.AmountMinor));
    }

    [Fact]
    public void Another_payment_for_the_same_order_is_booked_when_its_webhook_says_so()
    {
        var again = Given.Captured() with { ProviderReference = "pay_B", ProviderOrder = "order_A" };
        var reported = Given.Paid().Report(OperationKey.Charge(1), again, ReportSource.Webhook);
        Assert.Equal(Given.Amount, Assert.Single(reported.State.Unexpected).Amount);
        Assert.Equal(Given.Amount.AmountMinor, reported.State.CapturedMinor);
        Assert.IsType<Decision.AlreadyApplied>(reported.Decide(Of(again, ReportSource.Webhook)));

        // Of any amount: a status query of the attempt would return the payment that is known.
        var less = again with { Amount = Given.Amount with { AmountMinor = 100 } };
        Assert.Equal(
            100,
            Given.Paid().Report(OperationKey.Charge(1), less, ReportSource.Webhook)
                .State.Unexpected[0].Amount.AmountMinor);
    }

    [Fact]
    public void A_surplus_in_another_currency_is_booked_in_that_currency()
    {
        var dollars = Money.Of(600, Currency.Parse("USD"));
        var reported = Given.Cancelled().Report(Given.Captured(dollars, feeMinor: null));
        Assert.Equal(dollars, Assert.Single(reported.State.Unexpected).Amount);
        Assert.Equal(PaymentStatus.Cancelled, reported.State.Status);
        Assert.Equal(0, reported.State.CapturedMinor);
    }

    [Fact]
    public void Another_currency_than_the_orders_is_booked_and_cannot_pay_it()
    {
        var dollars = Money.Of(600, Currency.Parse("USD"));
        var review = Given.RequiresAction().Report(Given.Captured(dollars, feeMinor: null), ReportSource.Query);
        Assert.Equal(PaymentStatus.NeedsReview, review.State.Status);
        Assert.Single(review.State.Unexpected);
        Assert.Equal(
            ErrorCode.StatusConflict,
            Assert.IsType<Decision.Rejected>(review.Decide(Resolve(paid: true))).Refusal.Code);
        Assert.Equal(PaymentStatus.Failed, review.When(Resolve(paid: false)).State.Status);
    }

    [Fact]
    public void A_review_that_is_resolved_as_paid_books_what_the_provider_reported()
    {
        var review = Given.RequiresAction().Report(Given.Captured(More), ReportSource.Query);
        Assert.Equal(More.AmountMinor, review.When(Resolve(paid: true)).State.CapturedMinor);

        var later = Given.NeedsReview().Report(Given.Captured(More), ReportSource.Query);
        Assert.Equal(More.AmountMinor, later.When(Resolve(paid: true)).State.CapturedMinor);
        Assert.IsType<Decision.AlreadyApplied>(later.Decide(Of(Given.Captured(More), ReportSource.Query)));
    }

    [Fact]
    public void A_refund_that_is_resolved_as_paid_books_what_the_provider_reported()
    {
        var less = Given.Amount with { AmountMinor = 300 };
        var review = Given.Paid().When(new RefundPayment { AmountMinor = 500 }).ReportRefund(Given.Captured(less));
        var resolved = review.When(ResolveRefund(paid: true));
        Assert.Equal(300, resolved.State.RefundedMinor);

        // A booked one is taken back first, and booked again.
        var booked = Given.Paid().When(new RefundPayment { AmountMinor = 500 })
            .ReportRefund(Given.Captured(Given.Amount with { AmountMinor = 500 }))
            .ReportRefund(Given.Captured(less));
        var events = Accepted(booked.Decide(ResolveRefund(paid: true))).Events;
        Assert.Equal(
            [500, 300],
            LedgerPostings.Of(Id, booked.When(ResolveRefund(paid: true)).State, events)
                .Select(transfer => transfer.Amount.AmountMinor));
    }

    [Fact]
    public void A_refund_that_paid_out_more_than_was_left_is_booked_as_far_as_it_can_be_and_the_rest_is_unexpected()
    {
        var review = Given.Paid().When(new RefundPayment()).ReportRefund(Given.Captured(More));
        var resolved = review.When(ResolveRefund(paid: true));
        Assert.Equal(Given.Amount.AmountMinor, resolved.State.RefundedMinor);
        Assert.Equal(
            (MoneyDirection.PaidOut, 700L),
            (resolved.State.Unexpected[0].Direction, resolved.State.Unexpected[0].Amount.AmountMinor));
    }

    [Fact]
    public void A_refund_that_is_paid_out_after_its_money_was_promised_again_is_unexpected()
    {
        var again = Given.Paid().When(new RefundPayment()).ReportRefund(Declined).When(new RefundPayment());
        var twice = again.ReportRefund(Given.Captured());
        Assert.Equal(
            (MoneyDirection.PaidOut, 1), (twice.State.Unexpected[0].Direction, twice.State.Unexpected[0].Refund));
        Assert.Equal(RefundStatus.Success, twice.ReportRefund(Given.Captured(), refund: 2).State.Refunds[1].Status);
    }

    [Fact]
    public void A_refund_made_at_the_provider_counts_like_one_of_ours_once()
    {
        var refunded = Given.Paid().When(Dashboard(20_000));
        Assert.Equal((20_000, 30_000), (refunded.State.RefundedMinor, Left(refunded)));
        Assert.IsType<Decision.AlreadyApplied>(refunded.Decide(Dashboard(20_000)));

        var tooMuch = refunded.When(Dashboard(40_000, "rfnd_C"));
        Assert.Equal((20_000, 30_000), (tooMuch.State.RefundedMinor, Left(tooMuch)));
        Assert.Equal(40_000, Assert.Single(tooMuch.State.Unexpected).Amount.AmountMinor);
    }

    [Fact]
    public void A_refund_that_may_be_ours_is_booked_once_ours_has_its_id()
    {
        var sent = Given.Paid().When(new RefundPayment { AmountMinor = 500 });
        var told = Dashboard(500) with { MayBeOurs = true };
        Assert.Equal(ErrorCode.Unavailable, Assert.IsType<Decision.Rejected>(sent.Decide(told)).Refusal.Code);
        Assert.IsType<Decision.Rejected>(
            sent.ReportRefund(new ProviderOutcome.Unknown { Reason = "No response." }).Decide(told));

        var ours = sent.ReportRefund(new ProviderOutcome.Pending { ProviderReference = "rfnd_B" });
        Assert.IsType<Decision.AlreadyApplied>(ours.Decide(told));
        var another = sent.ReportRefund(new ProviderOutcome.Pending { ProviderReference = "rfnd_A" }).When(told);
        Assert.Equal([500, 500], another.State.Refunds.Select(refund => refund.AmountMinor));
        // What provably was not sent, or failed, cannot be it.
        Assert.Equal(2, sent.ReportRefund(Declined).When(told).State.Refunds.Length);
        Assert.Equal(
            2, sent.ReportRefund(new ProviderOutcome.NotSent { Reason = "No route." }).When(told).State.Refunds.Length);
        // Where the provider tells whose it is, nothing has to be waited for.
        Assert.Equal(2, sent.When(told with { MayBeOurs = false }).State.Refunds.Length);
    }

    [Fact]
    public void A_refund_that_an_operator_resolved_as_paid_gets_the_id_of_the_one_that_may_be_it()
    {
        var less = Given.Captured(Given.Amount with { AmountMinor = 300 }) with { ProviderReference = null };
        var resolved = Given.Paid().When(new RefundPayment { AmountMinor = 500 }).ReportRefund(less)
            .When(ResolveRefund(paid: true));
        var named = resolved.When(Dashboard(300) with { MayBeOurs = true });
        Assert.Equal((300, "rfnd_B"), (named.State.RefundedMinor, named.State.Refunds[0].ProviderReference));
        var another = named.When(Dashboard(300, "rfnd_C") with { MayBeOurs = true });
        Assert.Equal((600, 2), (another.State.RefundedMinor, another.State.Refunds.Length));
    }

    [Fact]
    public void A_surplus_that_the_merchant_gave_back_in_the_dashboard_is_not_given_back_again()
    {
        var waiting = Given.Cancelled().Report(Given.Captured()).ReportRefund(Declined);
        var given = waiting.When(Dashboard(Given.Amount.AmountMinor));
        Assert.Equal(
            [RefundStatus.Failed, RefundStatus.Failed, RefundStatus.Success],
            given.State.Refunds.Select(refund => refund.Status));
        Assert.Empty(given.State.Unexpected);
        Assert.Null(PaymentSchedule.NextActionAt(given.State, given.Now));
    }

    [Fact]
    public void A_refund_that_was_reported_before_its_capture_is_booked_once()
    {
        var early = Given.RequiresAction().When(Dashboard(20_000));
        Assert.Equal(20_000, Assert.Single(early.State.Unexpected).Amount.AmountMinor);
        Assert.IsType<Decision.AlreadyApplied>(early.Report(Given.Captured()).Decide(Dashboard(20_000)));

        // It keeps no operator from saying that the payment was captured.
        var review = early.At(Given.Start + TimeSpan.FromMinutes(16)).Report(
            new ProviderOutcome.Unknown { Reason = "No response." }, ReportSource.Query);
        Assert.Equal(PaymentStatus.Success, review.When(Resolve(paid: true)).State.Status);
    }

    [Fact]
    public void A_capture_that_the_provider_takes_back_is_queried_and_then_reviewed()
    {
        var paid = Given.Paid();
        Assert.Equal(
            new PaymentEffect.QueryOperation(OperationKey.Charge(1)),
            Assert.Single(Accepted(paid.Decide(Of(Declined, ReportSource.Webhook))).Effects));
        Assert.IsType<Decision.AlreadyApplied>(paid.Decide(Of(Declined, ReportSource.Query)));

        var review = paid.After(Final).Report(Declined, ReportSource.Query);
        Assert.Equal(PaymentStatus.NeedsReview, review.State.Status);
        Assert.Equal(0, review.When(Resolve(paid: false)).State.CapturedMinor);
        Assert.Equal(PaymentStatus.Success, review.When(Resolve(paid: true)).State.Status);
    }

    [Fact]
    public void A_refund_that_the_bank_sent_back_is_queried_and_then_reviewed()
    {
        var refunded = Given.Paid().When(new RefundPayment()).ReportRefund(Given.Captured());
        var key = OperationKey.Refund(1);
        Assert.Equal(
            new PaymentEffect.QueryOperation(key),
            Assert.Single(Accepted(refunded.Decide(Given.About(key, Declined, ReportSource.Webhook))).Effects));
        var review = refunded.After(Final).Report(key, Declined, ReportSource.Query);
        Assert.Equal(RefundStatus.NeedsReview, review.State.Refunds[0].Status);
        var resolved = review.When(ResolveRefund(paid: false));
        Assert.Equal((0, Given.Amount.AmountMinor), (resolved.State.RefundedMinor, Left(resolved)));
    }

    [Fact]
    public void Captured_money_can_be_refunded_while_an_operator_reviews_it()
    {
        var review = Given.Paid().After(Final).Report(Declined, ReportSource.Query);
        Assert.Equal(1_000, review.When(new RefundPayment { AmountMinor = 1_000 }).State.Refunds[0].AmountMinor);
    }

    [Fact]
    public void Unexpected_money_is_in_suspense_until_an_operator_clears_it_once()
    {
        var paid = Given.Paid();
        var report = Accepted(paid.Decide(Of(Given.Captured(More), ReportSource.Query)));
        var reported = paid.After(report);
        var posted = Assert.Single(LedgerPostings.Of(Id, reported.State, report.Events));
        Assert.Equal(
            (TransferKind.UnexpectedReceipt, "receivable:razorpay", LedgerPostings.Suspense),
            (posted.Kind, posted.Debit, posted.Credit));

        var clear = new ClearUnexpectedMoney { Number = 1, By = "ops", Note = "The customer paid twice." };
        var clearing = Accepted(reported.Decide(clear));
        var cleared = reported.After(clearing);
        posted = Assert.Single(LedgerPostings.Of(Id, cleared.State, clearing.Events));
        Assert.Equal(
            (TransferKind.UnexpectedCleared, LedgerPostings.Suspense, LedgerPostings.MerchantPayable),
            (posted.Kind, posted.Debit, posted.Credit));
        Assert.Equal(
            ErrorCode.StatusConflict, Assert.IsType<Decision.Rejected>(cleared.Decide(clear)).Refusal.Code);
        Assert.Equal(
            ErrorCode.UnexpectedMoneyNotFound,
            Assert.IsType<Decision.Rejected>(cleared.Decide(clear with { Number = 2 })).Refusal.Code);
    }

    private static Decision.Accepted Accepted(Decision decision) => Assert.IsType<Decision.Accepted>(decision);

    private static RecordOutcome Of(ProviderOutcome outcome, ReportSource source) =>
        Given.About(OperationKey.Charge(1), outcome, source);

    private static long Left(Given given) => given.State.RefundableMinor(given.State.Attempts[0]);

    private static RecordProviderRefund Dashboard(long amountMinor, string reference = "rfnd_B") => new()
    {
        Attempt = 1,
        Amount = Given.Amount with { AmountMinor = amountMinor },
        ProviderReference = reference,
        Provider = "razorpay",
        ProviderOrder = "order_A",
    };

    private static ResolvePayment Resolve(bool paid) => new() { Paid = paid, By = "ops", Note = "seen" };

    private static ResolveRefund ResolveRefund(bool paid) =>
        new() { Number = 1, Paid = paid, By = "ops", Note = "seen" };
}
