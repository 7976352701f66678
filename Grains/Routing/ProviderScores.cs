using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Grains.Routing;

/// <summary>Providers' success rates per method, as this silo's payments saw them. It counts durable events, each once.
/// A response counts as success, also a customer's or a bank's decline; a provider's own failure, a request that did
/// not reach it and an unknown outcome count as failures. Nothing is stored: a silo starts with a neutral score for
/// each provider.</summary>
/// <param name="options">The period that scores cover.</param>
/// <param name="time">The clock that outcomes age by.</param>
public sealed class ProviderScores(IOptions<RoutingOptions> options, TimeProvider time)
{
    // The prior: this many outcomes of a usual provider are added, so that one failure of two is not 50 %.
    private const double DoubtOutcomes = 10;
    private const double DoubtScore = 0.97;

    private const int BucketsOfDownWindow = 4;

    private readonly ConcurrentDictionary<(string Provider, PaymentMethodKind Method), Series> _series = new();

    private long BucketTicks => options.Value.DownWindow.Ticks / BucketsOfDownWindow;

    /// <summary>Counts what happened to a payment.</summary>
    public void Learn(PaymentState after, ImmutableArray<PaymentEvent> events)
    {
        foreach (var happened in events)
        {
            if (OutcomeOf(happened) is var (number, isFault) && after.Attempt(number) is { } attempt)
            {
                Count(attempt.Provider, attempt.Method.Kind, isFault);
            }
        }
    }

    /// <summary>Counts one outcome.</summary>
    public void Count(string provider, PaymentMethodKind method, bool isFault) =>
        _series.GetOrAdd((provider, method), static (_, length) => new Series(length), Length()).Add(Slot(), isFault);

    /// <summary>How a provider has been doing with a method.</summary>
    public ProviderScore Of(string provider, PaymentMethodKind method)
    {
        var slot = Slot();
        var (all, recent) = _series.TryGetValue((provider, method), out var series)
            ? (series.Sum(slot, Length()), series.Sum(slot, BucketsOfDownWindow))
            : default;
        return new ProviderScore
        {
            Outcomes = all.Outcomes,
            Faults = all.Faults,
            Score = (all.Outcomes - all.Faults + (DoubtOutcomes * DoubtScore)) / (all.Outcomes + DoubtOutcomes),
            IsDown = recent.Outcomes >= options.Value.DownOutcomes
                && recent.Faults >= recent.Outcomes * options.Value.DownShare,
        };
    }

    // What an event says of the provider of its attempt; null if nothing.
    private static (int Attempt, bool IsFault)? OutcomeOf(PaymentEvent happened) => happened switch
    {
        AttemptAccepted e => (e.Attempt, false),
        PaymentAuthorized e => (e.Attempt, false),
        PaymentCaptured e => (e.Attempt, false),
        OutcomeUnknown e => (e.Attempt, true),
        AttemptNotSent e => (e.Attempt, true),
        AttemptFailed e => e.Failure.Party switch
        {
            FailureParty.Provider => (e.Attempt, true),
            FailureParty.Customer or FailureParty.Bank => (e.Attempt, false),
            FailureParty.Merchant or FailureParty.Engine => null,
        },
        _ => null,
    };

    private long Slot() => time.GetElapsedTime(0).Ticks / BucketTicks;

    private int Length() => (int)Math.Max(BucketsOfDownWindow, options.Value.ScoreWindow.Ticks / BucketTicks);

    /// <summary>Outcomes in buckets of time, the oldest of which makes room for the newest.</summary>
    private sealed class Series(int length)
    {
        private readonly (long Slot, int Outcomes, int Faults)[] _buckets = new (long, int, int)[length];

        public void Add(long slot, bool isFault)
        {
            lock (_buckets)
            {
                ref var bucket = ref _buckets[slot % length];
                if (bucket.Slot != slot)
                {
                    bucket = (slot, 0, 0);
                }

                bucket.Outcomes++;
                bucket.Faults += isFault ? 1 : 0;
            }
        }

        public (int Outcomes, int Faults) Sum(long slot, int last)
        {
            var sum = (Outcomes: 0, Faults: 0);
            lock (_buckets)
            {
                foreach (var bucket in _buckets)
                {
                    if (bucket.Slot > slot - last && bucket.Slot <= slot)
                    {
                        sum = (sum.Outcomes + bucket.Outcomes, sum.Faults + bucket.Faults);
                    }
                }
            }

            return sum;
        }
    }
}

/// <summary>How a provider has been doing with a method.</summary>
public readonly record struct ProviderScore
{
    /// <summary>How many outcomes were seen in the score's window.</summary>
    public required int Outcomes { get; init; }

    /// <summary>How many of them were the provider's fault.</summary>
    public required int Faults { get; init; }

    /// <summary>The share without a fault, with the benefit of the doubt where there are few.</summary>
    public required double Score { get; init; }

    /// <summary>Whether it failed at most of what it was given lately.</summary>
    public required bool IsDown { get; init; }
}
