using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Risk;

namespace PaymentCluster.Payments.Tests.Risk;

/// <summary>When attempts are slowed and blocked, and for how long.</summary>
public sealed class AttemptCountersTests
{
    private const int Capacity = 4_096;

    private readonly FakeTimeProvider _time = new();
    private readonly List<(AttemptSubject Subject, string? Name, int Unsuccessful)> _alarms = [];
    private readonly AttemptCounters _counters;

    public AttemptCountersTests() => _counters = new AttemptCounters(new AttemptGuardOptions(), Capacity, _time)
    {
        Blocked = (subject, name, unsuccessful) => _alarms.Add((subject, name, unsuccessful)),
    };

    [Fact]
    public void A_shopper_who_is_declined_twice_and_then_pays_is_never_slowed()
    {
        var (card, address) = (Card("a"), Address("a"));
        for (var visit = 0; visit < 50; visit++)
        {
            foreach (var end in (AttemptEnd[])[AttemptEnd.Unsuccessful, AttemptEnd.Unsuccessful, AttemptEnd.Successful])
            {
                Assert.Null(_counters.Begin(card) ?? _counters.Begin(address));
                Assert.Null(_counters.End(card, end) ?? _counters.End(address, end));
            }

            _time.Advance(TimeSpan.FromMinutes(20));
        }
    }

    [Fact]
    public void Pauses_grow_from_the_first_attempt_that_is_slowed_until_the_card_is_blocked()
    {
        var card = Card("a");
        Fail(card, 9);
        Assert.Null(_counters.Find(card));
        foreach (var pause in (int[])[1, 2, 4, 8, 16, 32, 64, 120, 120, 120])
        {
            var slowed = TryAndFail(card);
            Assert.Equal((false, pause), (slowed!.IsBlocked, slowed.RetryAfter.TotalSeconds));
            // What is refused makes the pause no longer.
            Assert.Equal(slowed, _counters.Begin(card));
            _time.Advance(slowed.RetryAfter);
        }

        var blocked = TryAndFail(card);
        Assert.Equal((true, TimeSpan.FromHours(1)), (blocked!.IsBlocked, blocked.RetryAfter));
        Assert.Equal((card, null, 20), Assert.Single(_alarms));
        Assert.Equal(1, _counters.BlockedOf(AttemptSubjectKind.Card));
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(TimeSpan.FromMinutes(1), _counters.Begin(card)!.RetryAfter);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_counters.Begin(card));
        Assert.Equal(0, _counters.BlockedOf(AttemptSubjectKind.Card));
        Assert.Single(_alarms);
    }

    [Fact]
    public void A_pause_is_two_minutes_at_most_and_admits_one_attempt()
    {
        var address = Address("a");
        Fail(address, 29);
        var slowed = _counters.Begin(address);
        Assert.Equal(TimeSpan.FromMinutes(2), slowed!.RetryAfter);
        _time.Advance(slowed.RetryAfter);
        Assert.Null(_counters.Begin(address));
        Assert.NotNull(_counters.Begin(address));
    }

    [Fact]
    public void What_was_unsuccessful_long_ago_does_not_count()
    {
        var card = Card("a");
        Fail(card, 9);
        _time.Advance(TimeSpan.FromMinutes(10));
        // In ten minutes it is the first, in an hour the tenth.
        Assert.Null(TryAndFail(card));
        _time.Advance(TimeSpan.FromMinutes(50));
        Fail(card, 8);
        Assert.Null(_counters.Begin(card));
    }

    [Fact]
    public void A_successful_attempt_takes_one_off()
    {
        // Many customers of a mobile network: three in ten are declined.
        var address = Address("network");
        for (var customer = 0; customer < 1_000; customer++)
        {
            Assert.Null(_counters.Begin(address));
            Assert.Null(_counters.End(
                address, customer % 10 < 3 ? AttemptEnd.Unsuccessful : AttemptEnd.Successful));
        }

        Assert.Equal(0, _counters.Count);
    }

    [Fact]
    public void Attempts_that_were_not_declined_do_not_count()
    {
        var card = Card("a");
        for (var attempt = 0; attempt < 100; attempt++)
        {
            Assert.Null(_counters.Begin(card));
            Assert.Null(_counters.End(card, AttemptEnd.NotCounted));
        }

        Assert.Equal(0, _counters.Count);
    }

    [Fact]
    public async Task Of_attempts_that_come_at_once_only_those_are_admitted_that_may_be_under_way()
    {
        var address = Address("a");
        var admitted = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 200).Count(_ => _counters.Begin(address) is null))));
        Assert.Equal(100, admitted.Sum());
        var slowed = _counters.Begin(address);
        Assert.Equal((false, 5), (slowed!.IsBlocked, slowed.RetryAfter.TotalSeconds));

        // All of them are declined: no more are admitted for an hour, and there is one alarm.
        for (var attempt = 0; attempt < 100; attempt++)
        {
            _counters.End(address, AttemptEnd.Unsuccessful);
        }

        Assert.True(_counters.Begin(address)!.IsBlocked);
        Assert.Single(_alarms);
    }

    [Fact]
    public void An_attempt_whose_outcome_does_not_come_is_under_way_for_a_minute()
    {
        var card = Card("a");
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(_counters.Begin(card)));
        Assert.NotNull(_counters.Begin(card));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_counters.Begin(card));
    }

    [Fact]
    public void A_hundred_thousand_addresses_take_bounded_memory_and_remove_no_block()
    {
        var attacker = Address("attacker");
        Fail(attacker, 30);
        for (var address = 0; address < 100_000; address++)
        {
            Fail(Address($"{address}"), 1);
            Assert.InRange(_counters.Count, 1, Capacity);
        }

        Assert.True(_counters.Begin(attacker)!.IsBlocked);
    }

    [Fact]
    public void Where_all_are_blocked_memory_is_bounded_too()
    {
        var counters = new AttemptCounters(new AttemptGuardOptions(), 8, _time);
        for (var address = 0; address < 100; address++)
        {
            for (var attempt = 0; attempt < 30; attempt++)
            {
                counters.End(Address($"{address}"), AttemptEnd.Unsuccessful);
            }

            Assert.InRange(counters.Count, 1, 8);
        }
    }

    [Fact]
    public void What_was_said_before_a_block_does_not_end_it()
    {
        var card = Card("a");
        AttemptRestriction Said(bool isBlocked, int seconds) => new()
        {
            Kind = card.Kind, IsBlocked = isBlocked, RetryAfter = TimeSpan.FromSeconds(seconds),
        };
        _counters.Note(card, Said(false, 60));
        Assert.Equal(Said(false, 60), _counters.Find(card));
        _counters.Note(card, null);
        Assert.Null(_counters.Find(card));
        _counters.Note(card, Said(true, 3_600));
        _counters.Note(card, Said(false, 60));
        _counters.Note(card, null);
        Assert.Equal(Said(true, 3_600), _counters.Find(card));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(_counters.Find(card));
    }

    [Fact]
    public void One_subject_says_nothing_of_another()
    {
        Fail(Address("a"), 30);
        Assert.Null(_counters.Begin(Address("b")));
        Assert.Null(_counters.Begin(Address("a") with { Merchant = "other" }));
        Assert.Null(_counters.Begin(Address("a") with { Kind = AttemptSubjectKind.Customer }));
    }

    private static AttemptSubject Card(string value) => Of(AttemptSubjectKind.Card, value);

    private static AttemptSubject Address(string value) => Of(AttemptSubjectKind.Address, value);

    private static AttemptSubject Of(AttemptSubjectKind kind, string value) =>
        new() { Merchant = "shop", Kind = kind, Value = value };

    // Attempts of servers end without having begun here.
    private void Fail(AttemptSubject subject, int times)
    {
        for (var attempt = 0; attempt < times; attempt++)
        {
            _counters.End(subject, AttemptEnd.Unsuccessful);
        }
    }

    private AttemptRestriction? TryAndFail(AttemptSubject subject)
    {
        Assert.Null(_counters.Begin(subject));
        return _counters.End(subject, AttemptEnd.Unsuccessful);
    }
}
