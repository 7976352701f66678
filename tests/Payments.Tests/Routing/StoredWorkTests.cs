using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Providers;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests.Routing;

/// <summary>What the store knows of payments' providers: what is open there, and what went where.</summary>
public sealed class StoredWorkTests(StoreFixture fixture) : IClassFixture<StoreFixture>, IAsyncLifetime, IMeterFactory
{
    private static readonly ProviderOutcome Unknown = new ProviderOutcome.Unknown { Reason = "Timeout." };

    private readonly List<Meter> _meters = [];
    private PaymentDatabase _database = null!;
    private PaymentStore _store = null!;
    private MerchantReads _reads = null!;

    public Task InitializeAsync()
    {
        _database = new PaymentDatabase(fixture.Database.AppConnectionString);
        _reads = new MerchantReads(
            _database, Options.Create(new MerchantReadsOptions()), TimeProvider.System, this);
        _store = new PaymentStore(
            _database,
            Options.Create(new JournalOptions()),
            new JournalMetrics(this),
            TimeProvider.System,
            NullLogger<PaymentStore>.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task Unknown_outcomes_are_counted_per_provider_and_merchant()
    {
        await StoreAsync("unknown", Unknown);
        await StoreAsync("unknown", Unknown);
        await StoreAsync("unknown", Given.PendingWithAction);
        await StoreAsync("unknown", Given.Captured());
        await StoreAsync("unknown-too", Unknown);
        var work = new OpenPaymentsQuery(_reads);
        Assert.Equal(2, Assert.Single(await work.UnknownAsync("unknown"), pair => pair.Key == "razorpay").Value);
        Assert.Equal(1, (await work.UnknownAsync("unknown-too"))["razorpay"]);
        Assert.Empty(await work.UnknownAsync("nobody"));
    }

    [Fact]
    public async Task What_is_over_is_not_open_and_what_is_open_elsewhere_is_not_open_here()
    {
        var work = new OpenPaymentsQuery(_reads);
        await StoreAsync("open", Given.Captured());
        Assert.Equal(0, await work.CountAsync("open", "razorpay"));
        await StoreAsync("open", Given.PendingWithAction);
        await StoreAsync("open", Unknown);
        Assert.Equal(2, await work.CountAsync("open", "razorpay"));
        Assert.Equal(0, await work.CountAsync("open", "payu"));
        Assert.Equal(0, await work.CountAsync("open-too", "razorpay"));
    }

    [Fact]
    public async Task Past_payments_come_newest_first_within_their_time_and_with_what_was_decided_on()
    {
        var first = await StoreAsync("past", Given.Captured());
        var second = await StoreAsync("past", Unknown);
        await StoreAsync("past-too", Unknown);
        var past = new PastPayments(_reads);
        var read = await past.ReadAsync("past", null, null, 10);
        Assert.Equal([second.Payment, first.Payment], read.Select(payment => payment.Payment.Id));
        Assert.Equal(
            ("razorpay", Given.Amount, "gold"), (read[0].Provider, read[0].Payment.Amount, read[0].Payment.Segment));
        Assert.Equal(Given.Upi, read[0].Payment.Method);
        Assert.Null(read[0].Payment.CardBin);
        Assert.Single(await past.ReadAsync("past", null, null, 1));
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(2, (await past.ReadAsync("past", now.AddMinutes(-5), now.AddMinutes(5), 10)).Length);
        Assert.Empty(await past.ReadAsync("past", now.AddMinutes(5), null, 10));
        Assert.Empty(await past.ReadAsync("past", null, now.AddMinutes(-5), 10));
    }

    [Fact]
    public async Task A_payment_without_an_attempt_went_nowhere()
    {
        await StoreAsync("unconfirmed", null, confirm: false);
        Assert.Empty(await new PastPayments(_reads).ReadAsync("unconfirmed", null, null, 10));
        Assert.Equal(0, await new OpenPaymentsQuery(_reads).CountAsync("unconfirmed", "razorpay"));
    }

    public Meter Create(MeterOptions options)
    {
        _meters.Add(new Meter(options));
        return _meters[^1];
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());

    private async Task<PaymentKey> StoreAsync(string merchant, ProviderOutcome? outcome, bool confirm = true)
    {
        var now = TimeProvider.System.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        var key = PaymentKey.Of(merchant, PaymentId.New(TimeProvider.System));
        var command = Given.StartCommand() with
        {
            OrderId = key.Payment.ToString(),
            Instrument = confirm ? Given.UpiIntent : null,
            Metadata = Given.StartCommand().Metadata.Add("segment", "gold"),
        };
        var state = await AppendAsync(key, null, PaymentDecider.Decide(null, command, Given.TermsAt(now)), now);
        if (outcome is not null)
        {
            var report = Given.About(OperationKey.Charge(1), outcome);
            await AppendAsync(key, state, PaymentDecider.Decide(state, report, Given.TermsAt(now)), now);
        }

        return key;
    }

    private async Task<PaymentState> AppendAsync(
        PaymentKey key, PaymentState? before, Decision decision, DateTimeOffset now)
    {
        var events = Assert.IsType<Decision.Accepted>(decision).Events;
        var after = events.Aggregate(before, PaymentState.Evolve)!;
        Assert.IsType<CommitResult.Committed>(
            await _store.AppendAsync(PaymentRecord.CommitOf(key, before, after, events, null, now)));
        return after;
    }
}
