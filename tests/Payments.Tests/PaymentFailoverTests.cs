using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>When a payment continues at another provider automatically, and when it must not.</summary>
public sealed class PaymentFailoverTests
{
    private static readonly ProviderOutcome ProvidersFault = new ProviderOutcome.Declined
    {
        Failure = new Failure { Code = "gateway_error", Message = "Down.", Party = FailureParty.Provider },
    };

    private static readonly ProviderOutcome NotSent = new ProviderOutcome.NotSent { Reason = "Refused." };

    public static TheoryData<ProviderOutcome> ProvedFailures { get; } = [ProvidersFault, NotSent];

    [Theory, MemberData(nameof(ProvedFailures))]
    public void A_proved_failure_of_the_providers_goes_on_at_the_next_in_the_same_commit(ProviderOutcome failure)
    {
        var decision = Decide(Given.Started().WithElsewhere(), failure);
        Assert.True(Assert.IsType<AttemptFailed>(decision.Events[0]).MovesOn);
        var next = Assert.IsType<AttemptStarted>(decision.Events[1]);
        Assert.Equal(("payu", 2, 1), (next.Provider, next.Attempt, next.Follows));
        Assert.Equal(Given.SendsCharge(2), Assert.Single(decision.Effects));

        var after = Given.Started().WithElsewhere().Report(failure).State;
        Assert.Equal(PaymentStatus.Pending, after.Status);
        Assert.Equal(["payu", "razorpay"], after.ProvidersOf(after.Attempts[1]).AsEnumerable());
        Assert.Equal(Given.Started().State.ExpiresAt, after.ExpiresAt);
    }

    [Fact]
    public void Merchants_are_not_told_of_a_failure_that_the_payment_survives()
    {
        var failed = Decide(Given.Started().WithElsewhere(), NotSent).Events[0];
        Assert.Null(PaymentEventJson.Write(failed, 3).PublicType);
        Assert.Equal(
            "payment.failed", PaymentEventJson.Write(Decide(Given.Started(), ProvidersFault).Events[0], 3).PublicType);
    }

    [Fact]
    public void What_may_have_arrived_never_goes_on_elsewhere()
    {
        foreach (var outcome in new ProviderOutcome[]
            {
                new ProviderOutcome.Unknown { Reason = "Timeout." },
                new ProviderOutcome.Declined { Failure = Given.Refused },
                new ProviderOutcome.Pending(),
                new ProviderOutcome.NotFound(),
            })
        {
            Assert.DoesNotContain(Decide(Given.Started().WithElsewhere(), outcome).Events, e => e is AttemptStarted);
        }
    }

    [Fact]
    public void A_late_failure_of_the_send_before_does_not_go_on_elsewhere()
    {
        var again = Given.Started().After(TimeSpan.FromSeconds(90))
            .Report(new ProviderOutcome.NotFound(), ReportSource.Query)
            .WithElsewhere();
        foreach (var failure in (ProviderOutcome[])[ProvidersFault, NotSent])
        {
            Assert.IsType<Decision.AlreadyApplied>(
                again.Decide(Given.About(OperationKey.Charge(1), failure, send: 1)));
            Assert.IsType<Decision.Accepted>(again.Decide(Given.About(OperationKey.Charge(1), failure, send: 2)));
        }
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_card_goes_on_only_while_it_is_in_memory(bool inMemory)
    {
        var given = Given.Started(Given.TypedCard).WithElsewhere(inMemory);
        Assert.Equal(
            inMemory ? PaymentStatus.Pending : PaymentStatus.Failed, given.Report(ProvidersFault).State.Status);
    }

    [Fact]
    public void After_a_step_of_the_customers_a_failure_is_final() => Assert.Equal(
        PaymentStatus.Failed,
        Given.RequiresAction().WithElsewhere().Report(ProvidersFault, ReportSource.Webhook).State.Status);

    [Fact]
    public void Nothing_goes_on_after_its_time() => Assert.Equal(
        PaymentStatus.Failed,
        Given.Started().WithElsewhere().After(TimeSpan.FromMinutes(16)).Report(ProvidersFault).State.Status);

    [Fact]
    public void A_late_success_of_the_attempt_that_failed_pays_and_the_other_is_refunded()
    {
        var given = Given.Started().WithElsewhere().Report(ProvidersFault).Report(Given.Captured(), attempt: 1);
        Assert.Equal((PaymentStatus.Success, 1), (given.State.Status, given.State.PaidAttempt));
        given = given.Report(Given.Captured(), attempt: 2);
        Assert.Equal(1, given.State.PaidAttempt);
        Assert.True(Assert.Single(given.State.Refunds) is { Automatic: true, Attempt: 2 });
    }

    private static Decision.Accepted Decide(Given given, ProviderOutcome outcome) => given.Decide(
        Given.About(OperationKey.Charge(1), outcome)) is Decision.Accepted accepted
            ? accepted
            : new Decision.Accepted([], []);
}
