using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Which due payments a silo wakes, and in which order: from the real store, of payments that do what the test
/// says.</summary>
public sealed class DuePaymentsTests : IAsyncLifetime, IMeterFactory
{
    private const int AtOnce = 8;

    private readonly StoreFixture _fixture = new();
    private readonly List<Meter> _meters = [];
    private readonly ScriptedCalls _calls = new();
    private SweeperMetrics _metrics = null!;
    private PaymentDatabase _database = null!;
    private PaymentStore _store = null!;
    private DuePayments _due = null!;

    public async Task InitializeAsync()
    {
        await _fixture.InitializeAsync();
        _database = new PaymentDatabase(_fixture.Database.AppConnectionString);
        _store = new PaymentStore(
            _database,
            Options.Create(new JournalOptions()),
            new JournalMetrics(this),
            TimeProvider.System,
            NullLogger<PaymentStore>.Instance);
        _metrics = new SweeperMetrics(this, TimeProvider.System);
        _due = Open(_store);
    }

    public async Task DisposeAsync()
    {
        _calls.Release();
        await _due.UntilIdleAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
        await _fixture.DisposeAsync();
        Dispose();
    }

    public Meter Create(MeterOptions options)
    {
        _meters.Add(new Meter(options));
        return _meters[^1];
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());

    [Fact]
    public async Task A_merchant_with_many_due_payments_does_not_delay_another()
    {
        await FillAsync("greedy", 2_000, "now() - interval '1 hour'", DueLane.Recovery);
        await FillAsync("small", 10, "now()", DueLane.Recovery);

        await SweepAllAsync();

        var order = _calls.Woken.Select(key => key.Merchant).ToList();
        Assert.Equal(2_010, order.Count);
        Assert.Equal(2_010, _calls.Woken.Distinct().Count());
        // A first claim by age, and then half of each.
        Assert.InRange(order.LastIndexOf("small"), 10, 10 * AtOnce);
    }

    [Fact]
    public async Task A_hundred_merchants_take_turns()
    {
        for (var merchant = 0; merchant < 100; merchant++)
        {
            await FillAsync($"shop{merchant:d3}", 5, "now() - interval '1 hour'", DueLane.Routine);
        }

        await SweepAllAsync();

        Assert.Equal(500, _calls.Woken.Distinct().Count());
        // After a first claim by age, all have had two turns before one has its third.
        var turns = _calls.Woken.Take(250).CountBy(key => key.Merchant).ToList();
        Assert.Equal(100, turns.Count);
    }

    [Fact]
    public async Task Recovery_goes_first_and_routine_has_its_part()
    {
        await FillAsync("shop", 400, "now() - interval '1 hour'", DueLane.Routine);
        await FillAsync("shop", 400, "now()", DueLane.Recovery);
        var routine = await IdsAsync("lane = 2");

        await SweepAllAsync();

        var lanes = _calls.Woken.Select(key => routine.Contains(key.Payment.Value)).ToList();
        Assert.Equal(800, lanes.Count);
        Assert.InRange(lanes.Skip(AtOnce).Take(400).Count(isRoutine => isRoutine), 40, 160);
    }

    [Fact]
    public async Task What_hangs_holds_neither_the_next_claim_back_nor_the_other_lane()
    {
        await FillAsync("hangs", 200, "now() - interval '1 hour'", DueLane.Recovery);
        await FillAsync("shop", 50, "now()", DueLane.Routine);
        _calls.Hang("hangs");
        await Eventually.HoldsAsync(
            async () =>
            {
                await _due.SweepAsync();
                return _calls.Woken.Count(key => key.Merchant == "shop") == 50;
            },
            "the payments that do not hang are woken");

        Assert.InRange(_calls.Woken.Count(key => key.Merchant == "hangs"), 1, AtOnce + (AtOnce / 4));
    }

    [Fact]
    public async Task A_payment_that_fails_is_woken_again_after_its_lease()
    {
        await FillAsync("fails", 1, "now()", DueLane.Recovery);
        _calls.Fail("fails");
        await SweepAllAsync();
        Assert.Single(_calls.Woken);

        await _fixture.Database.ExecuteAsync("update payment_schedule set due_at = now()");
        await SweepAllAsync();
        Assert.Equal(2, _calls.Woken.Count);
    }

    [Fact]
    public async Task What_became_due_long_before_it_was_seen_is_woken_within_a_minute()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var due = Open(_store, time);
        await due.SweepAsync();
        await FillAsync("late", 1, "now() - interval '1 hour'", DueLane.Recovery);

        await due.SweepAsync();
        Assert.Empty(_calls.Woken);
        time.Advance(TimeSpan.FromMinutes(1));
        await due.SweepAsync();
        await due.UntilIdleAsync();
        Assert.Single(_calls.Woken);
    }

    [Fact]
    public async Task An_unavailable_store_is_tried_again()
    {
        await using var nowhere = new PaymentDatabase("Host=127.0.0.1;Port=1;Database=none;Username=none");
        await using var store = new PaymentStore(
            nowhere,
            Options.Create(new JournalOptions()),
            new JournalMetrics(this),
            TimeProvider.System,
            NullLogger<PaymentStore>.Instance);
        var due = Open(store);

        Assert.False(await due.SweepAsync());
        Assert.False(await due.SweepAsync());
    }

    [Fact]
    public async Task The_lag_is_the_age_of_the_oldest()
    {
        await FillAsync("shop", 1, "now() - interval '1 hour'", DueLane.Recovery);
        await SweepAllAsync();
        Assert.True(_metrics.LagOf(DueLane.Recovery) >= TimeSpan.FromHours(1));
        Assert.True(_metrics.LagOf(DueLane.Routine) < TimeSpan.FromHours(1));

        await SweepAllAsync();
        Assert.True(_metrics.LagOf(DueLane.Recovery) < TimeSpan.FromHours(1));
    }

    private DuePayments Open(PaymentStore store, TimeProvider? time = null) => new(
        store,
        _calls,
        new ThreadPoolHost(TimeProvider.System),
        Options.Create(new PaymentOptions { ResumesAtOnce = AtOnce }),
        time ?? TimeProvider.System,
        _metrics,
        NullLogger<DuePayments>.Instance);

    private async Task SweepAllAsync()
    {
        while (await _due.SweepAsync())
        {
            await _due.UntilRoomAsync(CancellationToken.None);
        }

        await _due.UntilIdleAsync();
    }

    private Task FillAsync(string merchant, int count, string dueAt, DueLane lane) =>
        _fixture.Database.ExecuteAsync(
            "insert into payment_schedule (payment_id, due_at, merchant_id, lane) "
                + $"select gen_random_uuid(), {dueAt}, '{merchant}', {(int)lane} from generate_series(1, {count}) n");

    private async Task<HashSet<Guid>> IdsAsync(string condition) =>
        [.. await _fixture.Database.ScalarAsync<Guid[]>(
            $"select array_agg(payment_id) from payment_schedule where {condition}")];

    /// <summary>Payments that hang or fail where the test says so, and are resumed at once elsewhere.</summary>
    private sealed class ScriptedCalls : IPaymentCalls
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<PaymentKey> _woken = [];
        private string? _hanging;
        private string? _failing;

        public List<PaymentKey> Woken
        {
            get
            {
                lock (_lock)
                {
                    return [.. _woken];
                }
            }
        }

        public void Hang(string merchant) => _hanging = merchant;

        public void Fail(string merchant) => _failing = merchant;

        public void Release() => _released.TrySetResult();

        public Task ResumeAsync(PaymentKey key)
        {
            lock (_lock)
            {
                _woken.Add(key);
            }

            return key.Merchant == _hanging ? _released.Task
                : key.Merchant == _failing ? throw new TimeoutException("The payment does not respond.")
                : Task.CompletedTask;
        }

        public Task<bool> RecordAsync(PaymentKey key, RecordOutcome report) => throw new NotSupportedException();

        public Task<bool> RecordAsync(PaymentKey key, RecordProviderRefund report) => throw new NotSupportedException();

        public Task<bool> QueryAsync(PaymentKey key, int attempt, string provider) => throw new NotSupportedException();

        public Task<bool> HintAsync(PaymentKey key, int attempt, string provider) => throw new NotSupportedException();
    }
}
