using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests.Routing;

public sealed class ProviderScoresTests
{
    private readonly ManualTime _time = new();
    private readonly ProviderScores _scores;

    public ProviderScoresTests() => _scores = new ProviderScores(Options.Create(new RoutingOptions()), _time);

    private ProviderScore Score => _scores.Of("razorpay", PaymentMethodKind.Upi);

    [Fact]
    public void A_provider_without_outcomes_has_a_neutral_score()
    {
        Assert.Equal((0, 0, false), (Score.Outcomes, Score.Faults, Score.IsDown));
        Assert.Equal(0.97, Score.Score, 3);
    }

    [Theory]
    [InlineData(FailureParty.Customer, 0)]
    [InlineData(FailureParty.Bank, 0)]
    [InlineData(FailureParty.Provider, 1)]
    public void Only_the_providers_own_faults_are_faults(FailureParty party, int faults)
    {
        Learn(new ProviderOutcome.Declined { Failure = Given.Refused with { Party = party } });
        Assert.Equal((1, faults), (Score.Outcomes, Score.Faults));
    }

    [Theory]
    [InlineData(FailureParty.Merchant)]
    [InlineData(FailureParty.Engine)]
    public void What_merchant_or_engine_did_wrong_says_nothing_of_the_provider(FailureParty party)
    {
        Learn(new ProviderOutcome.Declined { Failure = Given.Refused with { Party = party } });
        Assert.Equal(0, Score.Outcomes);
    }

    [Fact]
    public void What_did_not_reach_it_and_what_it_left_unknown_is_a_fault()
    {
        Learn(new ProviderOutcome.NotSent { Reason = "Refused." });
        Learn(new ProviderOutcome.Unknown { Reason = "Timeout." });
        Assert.Equal((2, 2), (Score.Outcomes, Score.Faults));
        Assert.Equal(0, _scores.Of("razorpay", PaymentMethodKind.Card).Outcomes);
        Assert.Equal(0, _scores.Of("payu", PaymentMethodKind.Upi).Outcomes);
    }

    [Fact]
    public void What_it_took_and_what_was_paid_speaks_for_it()
    {
        Learn(Given.PendingWithAction);
        Learn(Given.Captured());
        Assert.Equal((2, 0), (Score.Outcomes, Score.Faults));
    }

    [Fact]
    public void A_machine_that_has_run_for_years_counts_as_any_other()
    {
        var scores = new ProviderScores(Options.Create(new RoutingOptions()), new OldMachine());
        scores.Count("razorpay", PaymentMethodKind.Upi, isFault: true);
        Assert.Equal(1, scores.Of("razorpay", PaymentMethodKind.Upi).Outcomes);
    }

    [Fact]
    public void The_score_drops_what_is_older_than_its_window()
    {
        Count(10, isFault: true);
        _time.Advance(TimeSpan.FromMinutes(20));
        Count(10, isFault: false);
        Assert.Equal((20, 10), (Score.Outcomes, Score.Faults));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal((10, 0), (Score.Outcomes, Score.Faults));
        _time.Advance(TimeSpan.FromHours(9));
        Assert.Equal(0, Score.Outcomes);
    }

    [Fact]
    public void Mostly_faults_lately_is_down_and_the_past_neither_excuses_nor_accuses()
    {
        Count(1_000, isFault: false);
        _time.Advance(TimeSpan.FromMinutes(3));
        Count(4, isFault: true);
        Assert.False(Score.IsDown);
        Count(1, isFault: true);
        Assert.True(Score.IsDown);
        Assert.InRange(Score.Score, 0.99, 1);
        Count(6, isFault: false);
        Assert.False(Score.IsDown);
        Count(20, isFault: true);
        Assert.True(Score.IsDown);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(Score.IsDown);
    }

    [Fact]
    public void More_faults_are_a_lower_score_and_few_are_doubted()
    {
        Count(1, isFault: true);
        var one = Score.Score;
        Assert.InRange(one, 0.8, 0.97);
        Count(9, isFault: true);
        Assert.True(Score.Score < one);
    }

    private void Count(int times, bool isFault)
    {
        for (var i = 0; i < times; i++)
        {
            _scores.Count("razorpay", PaymentMethodKind.Upi, isFault);
        }
    }

    private void Learn(ProviderOutcome outcome)
    {
        var before = Given.Started();
        var decision = (Decision.Accepted)before.Decide(
            Given.About(OperationKey.Charge(1), outcome));
        _scores.Learn(before.Report(outcome).State, decision.Events);
    }

    /// <summary>Counts nanoseconds, as machines do.</summary>
    private sealed class OldMachine : TimeProvider
    {
        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => long.MaxValue / 2;
    }
}
