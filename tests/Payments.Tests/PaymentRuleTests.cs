using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>What the table has no room for: rules about time, amounts, repeats and second attempts.</summary>
public sealed class PaymentRuleTests
{
    private static readonly RequestKey Key = new() { Key = "k1", Fingerprint = "f1" };

    [Fact]
    public void A_new_payment_is_created_and_sent_in_one_commit()
    {
        var decision = Assert.IsType<Decision.Accepted>(
            PaymentDecider.Decide(null, Given.StartCommand(), Given.TermsAt(Given.Start)));
        Assert.Collection(
            decision.Events, e => Assert.IsType<PaymentCreated>(e), e => Assert.IsType<AttemptStarted>(e));
        Assert.Equal(Given.SendsCharge(1), Assert.Single(decision.Effects));
    }

    [Fact]
    public void A_payment_without_a_method_waits_to_be_confirmed_and_expires_if_it_is_not()
    {
        var given = Given.Unconfirmed();
        Assert.Equal(PaymentStatus.Pending, given.State.Status);
        Assert.Equal(
            PaymentStatus.Pending, given.When(new ConfirmPayment { Instrument = Given.UpiIntent }).State.Status);
        Assert.Equal(
            PaymentStatus.Expired, given.After(TimeSpan.FromMinutes(15)).When(new ResumePayment()).State.Status);
    }

    [Fact]
    public void A_payment_that_no_provider_takes_is_refused() => Assert.Equal(
        ErrorCode.NoProvider,
        Code(PaymentDecider.Decide(null, Given.StartCommand(), Given.TermsAt(Given.Start) with { Route = null })));

    [Fact]
    public void A_page_learns_nothing_of_an_order_that_it_did_not_create()
    {
        var page = Given.StartCommand() with { IsByPage = true };
        foreach (var command in (StartPayment[])[page, page with { Amount = Given.Amount with { AmountMinor = 1 } }])
        {
            var refused = Assert.IsType<Decision.Rejected>(Given.Failed().Decide(command)).Refusal;
            Assert.Equal(("The order already has a payment.", null), (refused.Detail, refused.Field));
        }

        // The request that created it gets its reply again.
        var first = page with { Request = Key };
        var created = Assert.IsType<Decision.Accepted>(PaymentDecider.Decide(null, first, Given.TermsAt(Given.Start)));
        var state = created.Events.Aggregate((PaymentState?)null, PaymentState.Evolve);
        Assert.Equal(
            new Decision.AlreadyApplied(Replayed: true),
            PaymentDecider.Decide(state, first, Given.TermsAt(Given.Start)));
    }

    [Fact]
    public void A_payment_whose_customer_could_not_return_is_not_created()
    {
        var refusal = Refusal.Of(ErrorCode.InvalidField, "'return_url' is not registered.", "return_url");
        var terms = Given.TermsAt(Given.Start) with { NoReturn = refusal };
        Assert.Equal(new Decision.Rejected(refusal), PaymentDecider.Decide(null, Given.StartCommand(), terms));
        // What exists is not judged again.
        Assert.IsType<Decision.AlreadyApplied>(
            PaymentDecider.Decide(Given.Paid().State, Given.StartCommand(), terms));
    }

    [Fact]
    public void A_charge_is_completed_only_while_the_payment_waits_for_it()
    {
        var waiting = Given.RequiresAction();
        Assert.True(waiting.State.Awaits(waiting.State.Attempts[0]));
        foreach (var given in (Given[])[
            Given.Cancelled(), Given.Expired(), Given.NeedsReview(), Given.Failed(), Given.Authorized(), Given.Paid(),
        ])
        {
            Assert.False(given.State.Awaits(given.State.Attempts[0]), given.State.Status.ToString());
        }
    }

    [Fact]
    public void A_request_with_a_known_name_is_recognised_and_one_with_other_content_is_refused()
    {
        var given = Given.Paid().When(new RefundPayment { AmountMinor = 100, Request = Key });
        Assert.Equal(
            new Decision.AlreadyApplied(Replayed: true, Refund: 1),
            given.Decide(new RefundPayment { AmountMinor = 100, Request = Key }));
        Assert.Equal(
            ErrorCode.IdempotencyKeyReused,
            Code(given.Decide(new RefundPayment { AmountMinor = 200, Request = Key with { Fingerprint = "f2" } })));
    }

    [Fact]
    public void A_name_given_to_a_request_that_changed_nothing_is_kept()
    {
        var given = Given.RequiresAction().When(Given.StartCommand() with { Request = Key });
        Assert.Equal(
            new Decision.AlreadyApplied(Replayed: true), given.Decide(Given.StartCommand() with { Request = Key }));
    }

    [Fact]
    public void Not_found_is_not_trusted_while_the_request_may_be_on_its_way()
    {
        var requested = Given.About(OperationKey.Charge(1), new ProviderOutcome.NotFound(), ReportSource.Query);
        var given = Given.Started();
        Assert.IsType<Decision.AlreadyApplied>(given.After(TimeSpan.FromSeconds(89)).Decide(requested));
        Assert.IsType<AttemptResent>(Events(given.After(TimeSpan.FromSeconds(90)).Decide(requested)).Single());
    }

    [Fact]
    public void That_an_earlier_send_came_too_late_says_nothing_of_the_one_under_way()
    {
        var late = Given.About(
            OperationKey.Charge(1), new ProviderOutcome.NotSent { Reason = "Too late." }, send: 1);
        var resent = Given.Started().After(TimeSpan.FromSeconds(90)).Report(
            new ProviderOutcome.NotFound(), ReportSource.Query);
        Assert.IsType<Decision.AlreadyApplied>(resent.Decide(late));
        Assert.IsType<AttemptNotSent>(Events(resent.Decide(late with { Send = 2 })).Single());
    }

    [Fact]
    public void A_card_that_was_never_sent_fails_and_is_not_sent_again()
    {
        var given = Given.Started(Given.TypedCard).After(TimeSpan.FromMinutes(2))
            .Report(new ProviderOutcome.NotFound(), ReportSource.Query);
        Assert.Equal(PaymentStatus.Failed, given.State.Status);
        Assert.Equal(FailureCodes.InterruptedBeforeSend, given.State.Current!.Failure!.Code);
    }

    [Fact]
    public void A_card_that_could_not_be_sent_fails_at_once()
    {
        var given = Given.Started(Given.TypedCard).Report(new ProviderOutcome.NotSent { Reason = "Refused." });
        Assert.Equal(FailureCodes.ProviderUnreachable, given.State.Current!.Failure!.Code);
    }

    [Fact]
    public void What_was_not_sent_is_sent_again_until_the_payment_expires()
    {
        var given = Given.Started().Report(new ProviderOutcome.NotSent { Reason = "Refused." });
        Assert.Equal(Given.Start + TimeSpan.FromSeconds(1), PaymentSchedule.NextActionAt(given.State, given.Now));
        Assert.IsType<AttemptResent>(Events(given.After(TimeSpan.FromSeconds(1)).Decide(new ResumePayment())).Single());
        Assert.Equal(
            PaymentStatus.Failed, given.After(TimeSpan.FromMinutes(15)).When(new ResumePayment()).State.Status);
    }

    [Fact]
    public void Unknown_stays_open_until_the_deadline_and_then_needs_a_person_and_is_never_failed()
    {
        var given = Given.Started().Report(new ProviderOutcome.Unknown { Reason = "Timeout." });
        Assert.Equal(PaymentStatus.Pending, given.State.Status);
        var late = given.After(TimeSpan.FromMinutes(15)).Report(
            new ProviderOutcome.Unknown { Reason = "Timeout." }, ReportSource.Query);
        Assert.Equal(PaymentStatus.NeedsReview, late.State.Status);
        Assert.NotNull(PaymentSchedule.NextActionAt(late.State, late.Now));
        Assert.Equal(PaymentStatus.Success, late.Report(Given.Captured(), ReportSource.Query).State.Status);
    }

    [Fact]
    public void A_late_success_of_an_expired_payment_pays_the_order() =>
        Assert.Equal(
            PaymentStatus.Success, Given.Expired().Report(Given.Captured(), ReportSource.Webhook).State.Status);

    [Fact]
    public void An_expired_payment_is_queried_now_and_then_and_at_last_no_more()
    {
        var given = Given.Expired();
        var requested = new List<TimeSpan>();
        for (var at = given.Now; PaymentSchedule.NextActionAt(given.State, at) is { } next; at = next)
        {
            requested.Add(next - Given.Start);
        }

        // Until its deadline (15 minutes) and then for the three days in which the provider can change its mind.
        var final = TimeSpan.FromMinutes(15) + TimeSpan.FromDays(3);
        Assert.Equal(
            [
                TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), final + TimeSpan.FromMinutes(10),
                final + TimeSpan.FromHours(6), final + TimeSpan.FromDays(1),
            ],
            requested);
    }

    [Fact]
    public void A_second_success_for_one_order_is_refunded_automatically()
    {
        var given = Given.Expired().When(Given.StartCommand())
            .Report(Given.Captured(), ReportSource.Webhook, attempt: 2)
            .Report(Given.Captured(), ReportSource.Query, attempt: 1);
        Assert.Equal(PaymentStatus.Success, given.State.Status);
        Assert.Equal(2, given.State.PaidAttempt);
        var refund = Assert.Single(given.State.Refunds);
        Assert.True(refund.Automatic);
        Assert.Equal((1, 50_000L), (refund.Attempt, refund.AmountMinor));
        Assert.Equal(50_000, given.State.RefundableMinor(given.State.Current!));
    }

    [Fact]
    public void Money_for_a_cancelled_payment_is_refunded_automatically()
    {
        var given = Given.Cancelled().Report(Given.Captured(), ReportSource.Query);
        Assert.Equal(PaymentStatus.Cancelled, given.State.Status);
        Assert.True(Assert.Single(given.State.Refunds).Automatic);
    }

    [Fact]
    public void Refunds_never_exceed_what_was_captured()
    {
        var given = Given.Paid().When(new RefundPayment { AmountMinor = 30_000 });
        Assert.Equal(ErrorCode.RefundAmountExceeded, Code(given.Decide(new RefundPayment { AmountMinor = 20_001 })));
        given = given.When(new RefundPayment { AmountMinor = 20_000 });
        Assert.Equal(ErrorCode.RefundAmountExceeded, Code(given.Decide(new RefundPayment())));
        given = given.ReportRefund(new ProviderOutcome.Declined { Failure = Given.Refused });
        Assert.Equal(30_000, given.State.RefundableMinor(given.State.Current!));
    }

    [Fact]
    public void A_capture_that_got_lost_is_sent_again_once_it_cannot_arrive_any_more()
    {
        var given = Given.Capturing();
        var requested = Given.About(OperationKey.Charge(1), Given.AuthorizedOutcome(), ReportSource.Query);
        Assert.IsType<Decision.AlreadyApplied>(given.After(TimeSpan.FromSeconds(89)).Decide(requested));
        Assert.IsType<CaptureRequested>(Events(given.After(TimeSpan.FromSeconds(90)).Decide(requested)).Single());
    }

    [Fact]
    public void What_has_no_known_outcome_is_recovery_and_the_rest_is_routine()
    {
        var unknown = new ProviderOutcome.Unknown { Reason = "Timeout." };
        var notSent = new ProviderOutcome.NotSent { Reason = "No connection." };
        Assert.Equal(DueLane.Recovery, Lane(Given.Started()));
        Assert.Equal(DueLane.Recovery, Lane(Given.Started().Report(unknown)));
        Assert.Equal(DueLane.Recovery, Lane(Given.Started().Report(notSent)));
        Assert.Equal(DueLane.Routine, Lane(Given.RequiresAction()));
        var refunding = Given.Paid().When(new RefundPayment { AmountMinor = 700 });
        Assert.Equal(DueLane.Recovery, Lane(refunding));
        var accepted = refunding.ReportRefund(new ProviderOutcome.Pending { ProviderReference = "rfnd_A" });
        Assert.Equal(DueLane.Routine, Lane(accepted));
        // Its expiry comes first, and its wake-up queries what is unknown all the same.
        var late = Given.Started().Report(unknown).At(Given.Start + TimeSpan.FromMinutes(14));
        Assert.Equal(late.State.ExpiresAt, PaymentSchedule.Next(late.State, late.Now)!.Value.At);
        Assert.Equal(DueLane.Recovery, Lane(late));

        static DueLane Lane(Given given) => PaymentSchedule.Next(given.State, given.Now)!.Value.Lane;
    }

    [Fact]
    public void A_provider_that_captures_by_itself_is_told_to_only_when_it_has_not()
    {
        var context = Given.TermsAt(Given.Start);
        var started = Given.Fold(
            null,
            PaymentDecider.Decide(
                null, Given.StartCommand(), context with { Route = context.Route! with { CapturesByItself = true } }),
            Given.Start);
        var given = started.Report(Given.AuthorizedOutcome(), ReportSource.Webhook);
        Assert.Equal(PaymentStatus.Authorized, given.State.Status);
        Assert.Null(given.State.Current!.Capture);
        Assert.Equal(given.Now + PaymentSchedule.OwnCapture, PaymentSchedule.NextActionAt(given.State, given.Now));

        var requested = Given.About(OperationKey.Charge(1), Given.AuthorizedOutcome(), ReportSource.Query);
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(requested));
        Assert.IsType<CaptureRequested>(Events(given.After(PaymentSchedule.OwnCapture).Decide(requested)).Single());
        Assert.Equal(PaymentStatus.Success, given.Report(Given.Captured(), ReportSource.Webhook).State.Status);
    }

    [Fact]
    public void A_part_of_the_authorised_amount_is_not_captured() =>
        Assert.Equal(
            ErrorCode.CaptureAmountInvalid, Code(Given.Authorized().Decide(new CapturePayment { AmountMinor = 1 })));

    [Fact]
    public void A_refused_capture_leaves_the_authorisation_to_be_captured_again()
    {
        var refused = Given.Capturing().Report(
            OperationKey.Capture(1), new ProviderOutcome.Declined { Failure = Given.Refused });
        Assert.Equal(PaymentStatus.Authorized, refused.State.Status);
        Assert.IsType<Decision.Accepted>(refused.Decide(new CapturePayment()));
    }

    [Fact]
    public void An_authorisation_that_the_provider_let_go_fails_the_payment()
    {
        var declined = new ProviderOutcome.Declined { Failure = Given.Refused };
        Assert.Equal(PaymentStatus.Authorized, Given.Authorized().Report(declined, ReportSource.Webhook).State.Status);
        Assert.Equal(PaymentStatus.Failed, Given.Authorized().Report(declined, ReportSource.Query).State.Status);
    }

    [Fact]
    public void A_refund_with_an_unknown_outcome_is_queried_and_then_sent_again_under_its_name()
    {
        var given = Given.Paid().When(new RefundPayment()).ReportRefund(
            new ProviderOutcome.Unknown { Reason = "Timeout." });
        var requested = Given.About(OperationKey.Refund(1), new ProviderOutcome.NotFound(), ReportSource.Query);
        Assert.IsType<Decision.AlreadyApplied>(given.Decide(requested));
        Assert.IsType<RefundResent>(Events(given.After(TimeSpan.FromMinutes(2)).Decide(requested)).Single());
    }

    [Fact]
    public void A_refund_that_cannot_be_sent_is_tried_ever_more_rarely_and_never_given_up()
    {
        var given = Given.Paid().When(new RefundPayment());
        var versions = given.State.Version;
        for (var day = given.Now + TimeSpan.FromDays(1); given.Now < day;)
        {
            given = given.ReportRefund(new ProviderOutcome.NotSent { Reason = "Refused." });
            given = given.At(given.State.Refunds[0].Operation.RetryAt!.Value).When(new ResumePayment());
        }

        Assert.Equal(RefundStatus.Pending, given.State.Refunds[0].Status);
        Assert.InRange(given.State.Version - versions, 40, 80);
    }

    private static ErrorCode Code(Decision decision) => Assert.IsType<Decision.Rejected>(decision).Refusal.Code;

    private static IEnumerable<PaymentEvent> Events(Decision decision) =>
        Assert.IsType<Decision.Accepted>(decision).Events;
}
