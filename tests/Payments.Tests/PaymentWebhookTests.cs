using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>What a provider's webhook says is compared with the attempt, trusted, and confirmed later.</summary>
public sealed class PaymentWebhookTests
{
    private static readonly OperationKey Charge = OperationKey.Charge(1);
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    private static ProviderOutcome.Succeeded OfOrder => Given.Captured() with { ProviderOrder = "order_A" };

    private static Given ByWebhook => Given.RequiresAction().Report(OfOrder, ReportSource.Webhook);

    [Fact]
    public void A_success_that_matches_the_attempt_pays_the_order_until_it_is_confirmed()
    {
        var paid = ByWebhook;

        Assert.Equal(PaymentStatus.Success, paid.State.Status);
        Assert.True(paid.State.Current!.IsUnconfirmed);
        Assert.False(Given.Paid().State.Current!.IsUnconfirmed);
        Assert.Null(PaymentSchedule.NextActionAt(Given.Paid().State, Given.Start));
    }

    [Fact]
    public void What_does_not_match_the_attempt_is_not_booked_and_is_a_reason_for_a_status_query()
    {
        var given = Given.RequiresAction();
        AssertQueries(given, OfOrder with { Amount = Money.Of(100, Currency.Inr) });
        AssertQueries(given, OfOrder with { Amount = Money.Of(50_000, Currency.Parse("USD")) });
        AssertQueries(given, OfOrder with { ProviderOrder = "order_B" });
        AssertQueries(given, new ProviderOutcome.Declined { Failure = Given.Refused, ProviderOrder = "order_B" });
        AssertQueries(given, new ProviderOutcome.Pending { ProviderOrder = "order_B" });
        // Before the provider's response there is no order to compare with, and no id to refund by.
        AssertQueries(Given.Started(), OfOrder);
        AssertQueries(Given.Started(), Given.Captured() with { ProviderReference = null });
    }

    [Fact]
    public void What_paid_another_attempt_is_never_booked_and_an_order_that_waits_is_reviewed()
    {
        foreach (var source in Enum.GetValues<ReportSource>())
        {
            foreach (var waiting in (Given[])[
                Given.Started(), Given.RequiresAction(), Given.Failed(), Given.Expired(),
            ])
            {
                var review = Assert.IsType<ReviewRequired>(Assert.Single(
                    Assert.IsType<Decision.Accepted>(DecideTaken(waiting, source)).Events));
                Assert.Contains("pay_A", review.Reason, StringComparison.Ordinal);
            }

            foreach (var decided in (Given[])[
                Given.Authorized(), Given.Paid(), Given.Cancelled(), Given.NeedsReview(),
            ])
            {
                Assert.IsNotType<Decision.Rejected>(DecideTaken(decided, source));
                Assert.Empty((DecideTaken(decided, source) as Decision.Accepted)?.Events ?? []);
            }
        }

        static Decision DecideTaken(Given given, ReportSource source)
        {
            var success = source == ReportSource.Webhook && given.State.Attempts[0].ProviderOrder is not null
                ? OfOrder
                : Given.Captured();
            return PaymentDecider.Decide(
                given.State,
                Given.About(Charge, success, source),
                given.DecisionContext with { TakenReference = "pay_A" });
        }
    }

    [Fact]
    public void A_provider_that_lies_about_the_amount_books_nothing()
    {
        var more = OfOrder with { Amount = Money.Of(500_000, Currency.Inr) };
        var given = Given.RequiresAction().Report(more, ReportSource.Webhook);
        Assert.Equal((PaymentStatus.RequiresAction, 0), (given.State.Status, given.State.CapturedMinor));

        var requested = given.Report(more, ReportSource.Query);
        Assert.Equal((PaymentStatus.NeedsReview, 0), (requested.State.Status, requested.State.CapturedMinor));
    }

    [Fact]
    public void What_is_authorised_for_a_merchants_capture_is_not_captured_by_a_webhook()
    {
        AssertQueries(Given.Started(capture: CaptureMode.Manual).Report(Given.PendingWithAction), OfOrder);
        AssertQueries(Given.Capturing(), Given.Captured());
    }

    [Fact]
    public void What_is_not_owed_is_queried_before_it_is_refunded()
    {
        AssertQueries(Given.Cancelled(), OfOrder);
        var paidByAnother = Given.RequiresAction()
            .When(new ConfirmPayment { Instrument = Given.UpiIntent, Replaces = 1 })
            .Report(Given.Captured(), attempt: 2);
        AssertQueries(paidByAnother, OfOrder);
    }

    [Fact]
    public void Old_webhooks_change_nothing_that_is_known()
    {
        foreach (var given in (Given[])[ByWebhook, Given.Paid()])
        {
            AssertUnchanged(given, OfOrder);
            AssertUnchanged(given, OfOrder with { Stage = ChargeStage.Authorized });
            AssertUnchanged(given, new ProviderOutcome.Pending { ProviderOrder = "order_A" });
            AssertQueries(given, new ProviderOutcome.Declined { Failure = Given.Refused });
        }

        AssertUnchanged(Given.Failed(), new ProviderOutcome.Pending());
    }

    [Fact]
    public void An_earlier_attempts_failure_does_not_fail_the_payment()
    {
        var given = Given.RequiresAction().When(new ConfirmPayment { Instrument = Given.UpiIntent, Replaces = 1 });

        var failed = given.Report(new ProviderOutcome.Declined { Failure = Given.Refused }, ReportSource.Webhook);

        Assert.Equal(AttemptPhase.Failed, failed.State.Attempts[0].Phase);
        Assert.Equal(PaymentStatus.Pending, failed.State.Status);
    }

    [Fact]
    public void An_old_pending_expires_nothing()
    {
        var late = Given.RequiresAction().At(Given.Start + TimeSpan.FromMinutes(16));
        AssertQueries(late, new ProviderOutcome.Pending { ProviderOrder = "order_A" });
    }

    [Fact]
    public void A_refund_is_compared_too()
    {
        var key = OperationKey.Refund(1);
        var refunding = Given.Paid().When(new RefundPayment { AmountMinor = 700 })
            .ReportRefund(new ProviderOutcome.Pending { ProviderReference = "rfnd_A" });
        var paidOut = Given.Captured(Money.Of(700, Currency.Inr)) with { ProviderReference = "rfnd_A" };

        AssertQueries(refunding, paidOut with { Amount = Money.Of(701, Currency.Inr) }, key);
        AssertQueries(refunding, paidOut with { ProviderReference = "rfnd_B" }, key);
        Assert.IsType<RefundSucceeded>(Assert.Single(Assert.IsType<Decision.Accepted>(
            refunding.Decide(Given.About(key, paidOut, ReportSource.Webhook))).Events));
    }

    [Fact]
    public void A_status_query_confirms_at_leisure()
    {
        var paid = ByWebhook;
        var due = PaymentSchedule.NextActionAt(paid.State, paid.Now)!.Value;
        Assert.True(due > paid.Now + TimeSpan.FromMinutes(5));
        Assert.Empty(Assert.IsType<Decision.Accepted>(paid.Decide(new ResumePayment())).Effects);
        Assert.Equal(
            new PaymentEffect.QueryOperation(Charge),
            Assert.Single(Assert.IsType<Decision.Accepted>(paid.At(due).Decide(new ResumePayment())).Effects));

        var confirmed = paid.At(due).Report(Given.Captured() with { BankReference = "rrn" }, ReportSource.Query);

        Assert.False(confirmed.State.Current!.IsUnconfirmed);
        Assert.Equal((PaymentStatus.Success, "rrn"), (confirmed.State.Status, confirmed.State.Current!.BankReference));
        Assert.Null(PaymentSchedule.NextActionAt(confirmed.State, confirmed.Now));
        AssertUnchanged(confirmed, new ProviderOutcome.NotFound(), ReportSource.Query);
    }

    [Fact]
    public void A_confirmation_that_never_comes_ends()
    {
        var paid = ByWebhook;
        Assert.Null(PaymentSchedule.NextActionAt(paid.State, paid.Now + TimeSpan.FromDays(9)));
        AssertUnchanged(
            paid.After(Later), new ProviderOutcome.Unknown { Reason = "No response." }, ReportSource.Query);
    }

    public static TheoryData<ProviderOutcome> Contradictions() => new(
        new ProviderOutcome.NotFound(),
        new ProviderOutcome.Pending(),
        new ProviderOutcome.Declined { Failure = Given.Refused },
        Given.AuthorizedOutcome(),
        Given.Captured(Money.Of(1, Currency.Inr)));

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_contradiction_is_a_review_once_the_providers_status_must_be_there(ProviderOutcome outcome)
    {
        AssertUnchanged(ByWebhook, outcome, ReportSource.Query);

        var review = ByWebhook.After(Later).Report(outcome, ReportSource.Query);

        Assert.Equal(PaymentStatus.NeedsReview, review.State.Status);
        Assert.Equal(Given.Amount.AmountMinor, review.State.CapturedMinor);
        AssertUnchanged(review, outcome, ReportSource.Query);
    }

    [Fact]
    public void An_operator_confirms_what_was_contradicted()
    {
        var resolved = Contradicted().When(Resolve(paid: true));
        Assert.Equal(PaymentStatus.Success, resolved.State.Status);
        Assert.Equal(Given.Amount.AmountMinor, resolved.State.CapturedMinor);
        Assert.False(resolved.State.Current!.IsUnconfirmed);
    }

    [Fact]
    public void An_operator_takes_back_what_was_contradicted()
    {
        var decision = Assert.IsType<Decision.Accepted>(Contradicted().Decide(Resolve(paid: false)));
        var resolved = Given.Fold(Contradicted().State, decision, Given.Start);
        Assert.Equal((PaymentStatus.Failed, 0, 0), (
            resolved.State.Status, resolved.State.CapturedMinor, resolved.State.PaidAttempt));

        var transfers = LedgerPostings.Of(default, resolved.State, decision.Events);
        Assert.Equal(
            [
                (TransferKind.CaptureReversal, LedgerPostings.MerchantPayable, 50_000L),
                (TransferKind.FeeReversal, "receivable:razorpay", 1_180L),
            ],
            transfers.Select(transfer => (transfer.Kind, transfer.Debit, transfer.Amount.AmountMinor)));
    }

    [Fact]
    public void What_has_refunds_is_not_taken_back()
    {
        var refunded = ByWebhook.When(new RefundPayment { AmountMinor = 1 });
        var review = refunded.After(Later).Report(new ProviderOutcome.NotFound(), ReportSource.Query);
        Assert.Equal(
            ErrorCode.StatusConflict,
            Assert.IsType<Decision.Rejected>(review.Decide(Resolve(paid: false))).Refusal.Code);
    }

    [Fact]
    public void Another_attempts_money_is_refunded_while_the_paid_one_is_in_review()
    {
        var review = Given.RequiresAction()
            .When(new ConfirmPayment { Instrument = Given.UpiIntent, Replaces = 1 })
            .Report(OfOrder, ReportSource.Webhook)
            .After(Later)
            .Report(new ProviderOutcome.NotFound(), ReportSource.Query);
        Assert.Equal(PaymentStatus.NeedsReview, review.State.Status);

        var both = review.Report(Given.Captured(), ReportSource.Query, attempt: 2);

        Assert.Equal(2, Assert.Single(both.State.Refunds).Attempt);
        Assert.Equal(1, both.State.PaidAttempt);
    }

    [Fact]
    public void A_refund_is_confirmed_at_leisure_too()
    {
        var refunded = RefundedByWebhook;
        var due = PaymentSchedule.NextActionAt(refunded.State, refunded.Now)!.Value;
        Assert.True(due > refunded.Now + TimeSpan.FromMinutes(5));

        var confirmed = refunded.At(due).Report(Refund, PaidOut with { BankReference = "arn" }, ReportSource.Query);

        Assert.Equal((RefundStatus.Success, false, "arn"), (
            confirmed.State.Refunds[0].Status,
            confirmed.State.Refunds[0].IsUnconfirmed,
            confirmed.State.Refunds[0].BankReference));
        Assert.Null(PaymentSchedule.NextActionAt(confirmed.State, confirmed.Now));
    }

    [Theory]
    [InlineData(ReportSource.Response), InlineData(ReportSource.Query)]
    public void A_refund_that_the_provider_itself_told_of_needs_no_confirmation(ReportSource source)
    {
        var refunded = Refunding.Report(Refund, PaidOut, source);
        Assert.False(refunded.State.Refunds[0].IsUnconfirmed);
        Assert.Null(PaymentSchedule.NextActionAt(refunded.State, refunded.Now));
    }

    [Fact]
    public void A_contradicted_refund_stays_booked_until_an_operator_looked()
    {
        var review = RefundedByWebhook.After(Later).Report(Refund, new ProviderOutcome.NotFound(), ReportSource.Query);
        Assert.Equal(
            (RefundStatus.NeedsReview, 700), (review.State.Refunds[0].Status, review.State.RefundedMinor));
        Assert.IsType<Decision.AlreadyApplied>(
            review.Decide(Given.About(Refund, PaidOut, ReportSource.Webhook)));

        var confirmed = Assert.IsType<Decision.Accepted>(review.Decide(ResolveRefund(paid: true)));
        var kept = Given.Fold(review.State, confirmed, Given.Start);
        Assert.Equal((RefundStatus.Success, 700), (kept.State.Refunds[0].Status, kept.State.RefundedMinor));
        Assert.Empty(LedgerPostings.Of(default, kept.State, confirmed.Events));
    }

    [Fact]
    public void A_refund_that_never_was_is_taken_back_and_may_be_paid_out_after_all()
    {
        var review = RefundedByWebhook.After(Later).Report(Refund, new ProviderOutcome.NotFound(), ReportSource.Query);
        var decision = Assert.IsType<Decision.Accepted>(review.Decide(ResolveRefund(paid: false)));
        var reversed = Given.Fold(review.State, decision, review.Now);
        Assert.Equal((RefundStatus.Failed, 0), (reversed.State.Refunds[0].Status, reversed.State.RefundedMinor));

        var late = Assert.IsType<Decision.Accepted>(
            reversed.Decide(Given.About(Refund, PaidOut, ReportSource.Query)));
        var paidOut = Given.Fold(reversed.State, late, review.Now);

        Assert.Equal((RefundStatus.Success, 700), (paidOut.State.Refunds[0].Status, paidOut.State.RefundedMinor));
        var reversal = Assert.Single(LedgerPostings.Of(default, reversed.State, decision.Events));
        var again = Assert.Single(LedgerPostings.Of(default, paidOut.State, late.Events));
        Assert.Equal(
            (TransferKind.RefundReversal, "receivable:razorpay", LedgerPostings.MerchantPayable, 700L),
            (reversal.Kind, reversal.Debit, reversal.Credit, reversal.Amount.AmountMinor));
        Assert.Equal((TransferKind.Refund, reversal.Cause + "~1"), (again.Kind, again.Cause));
    }

    private static Given Refunding => Given.Paid().When(new RefundPayment { AmountMinor = 700 });

    private static Given RefundedByWebhook => Refunding.Report(Refund, PaidOut, ReportSource.Webhook);

    private static ProviderOutcome.Succeeded PaidOut =>
        Given.Captured(Money.Of(700, Currency.Inr)) with { ProviderReference = "rfnd_A" };

    private static OperationKey Refund => OperationKey.Refund(1);

    private static ResolveRefund ResolveRefund(bool paid) =>
        new() { Number = 1, Paid = paid, By = "asha", Note = "looked" };

    private static Given Contradicted() =>
        ByWebhook.After(Later).Report(new ProviderOutcome.NotFound(), ReportSource.Query);

    private static ResolvePayment Resolve(bool paid) => new() { Paid = paid, By = "asha", Note = "looked" };

    private static void AssertQueries(Given given, ProviderOutcome outcome, OperationKey? key = null)
    {
        var operation = key ?? Charge;
        var accepted = Assert.IsType<Decision.Accepted>(
            given.Decide(Given.About(operation, outcome, ReportSource.Webhook)));
        Assert.Empty(accepted.Events);
        Assert.Equal(new PaymentEffect.QueryOperation(operation), Assert.Single(accepted.Effects));
    }

    private static void AssertUnchanged(
        Given given, ProviderOutcome outcome, ReportSource source = ReportSource.Webhook) =>
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(Given.About(Charge, outcome, source)));
}
