using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Journal.Tests;

public sealed class StoreClockTests : IAsyncLifetime
{
    private readonly StoreFixture _fixture = new();

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task It_shows_the_databases_time_however_wrong_the_machines_is(int minutes)
    {
        await using var database = new PaymentDatabase(_fixture.Database.AppConnectionString);
        var clock = new StoreClock(new SystemOff(TimeSpan.FromMinutes(minutes)), database);
        await clock.SynchronizedAsync();

        var before = await StoreTimeAsync();
        var now = clock.GetUtcNow();
        var after = await StoreTimeAsync();

        Assert.InRange(now, before - StoreClock.MaxError, after + StoreClock.MaxError);
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task What_a_silo_with_a_wrong_clock_wants_done_now_is_due_now_and_not_before(int minutes)
    {
        await using var store = _fixture.Open();
        var clock = new StoreClock(new SystemOff(TimeSpan.FromMinutes(minutes)), store.Database);
        await clock.SynchronizedAsync();
        var now = clock.GetUtcNow();
        var due = Commits.Accepted() with { NextActionAt = now - StoreClock.MaxError };
        await store.Payments.AppendAsync(due);
        await store.Payments.AppendAsync(Commits.Accepted() with { NextActionAt = now + TimeSpan.FromMinutes(1) });

        Assert.Equal(due.Key, Assert.Single(await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5))).Key);
    }

    [Fact]
    public async Task It_runs_on_without_the_store_until_it_may_be_too_far_off()
    {
        var machine = new HandSet();
        await using var nowhere = new PaymentDatabase("Host=127.0.0.1;Port=1;Database=none;Username=none");
        var clock = new StoreClock(machine, nowhere);
        Assert.Equal(machine.GetUtcNow(), clock.GetUtcNow());
        Read(clock, machine, At(12), TimeSpan.FromMilliseconds(20));

        machine.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(At(12) + TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(10), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromMilliseconds(160), clock.Error);
        await clock.SynchronizedAsync();

        machine.Pass(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => clock.SynchronizedAsync().AsTask());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-3600)]
    public async Task After_the_machine_was_suspended_or_its_clock_was_set_it_is_read_again(int seconds)
    {
        await using var database = new PaymentDatabase(_fixture.Database.AppConnectionString);
        var machine = new HandSet();
        var clock = new StoreClock(machine, database);
        Read(clock, machine, At(12), TimeSpan.Zero);

        machine.Wall += TimeSpan.FromSeconds(seconds);
        Assert.True(clock.Error > StoreClock.MaxError);
        var before = await StoreTimeAsync();
        await clock.SynchronizedAsync();

        Assert.InRange(clock.GetUtcNow(), before, await StoreTimeAsync());
    }

    [Fact]
    public async Task A_reading_that_is_less_exact_than_what_is_known_is_not_used()
    {
        await using var nowhere = new PaymentDatabase("Host=127.0.0.1;Port=1;Database=none;Username=none");
        var machine = new HandSet();
        var clock = new StoreClock(machine, nowhere);
        Read(clock, machine, At(12), TimeSpan.Zero);

        Read(clock, machine, At(13), TimeSpan.FromSeconds(2));

        Assert.Equal(At(12) + TimeSpan.FromSeconds(2), clock.GetUtcNow());
    }

    private static DateTimeOffset At(int hour) => new(2030, 1, 1, hour, 0, 0, TimeSpan.Zero);

    private static void Read(StoreClock clock, HandSet machine, DateTimeOffset response, TimeSpan took)
    {
        var sentAt = clock.ReadMachine();
        machine.Pass(took);
        clock.Take(sentAt, response, clock.ReadMachine());
    }

    private async Task<DateTimeOffset> StoreTimeAsync() =>
        new(await _fixture.Database.ScalarAsync<DateTime>("select clock_timestamp()"), TimeSpan.Zero);

    private sealed class SystemOff(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }

    private sealed class HandSet : TimeProvider
    {
        private long _ticks;

        public DateTimeOffset Wall { get; set; } = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => (_ticks, Wall) = (_ticks + time.Ticks, Wall + time);

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _ticks;
    }
}
