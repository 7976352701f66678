using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using PaymentCluster.Bench.Server;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Load.Tests;

/// <summary>Memory holds what is under way and a bounded rest, however many payments pass.</summary>
public sealed class MemoryTests
{
    private const string Shop = "shop";
    private const int AtOnce = 64;
    private const int Batch = 12_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly DiscardingJournal _journal = new();

    private static Instrument.UpiIntent Upi { get; } = new();

    [Fact]
    public async Task Idle_activations_leave()
    {
        await using var silo = await StartAsync(builder =>
            builder.UseOrleans(orleans => orleans.Configure<GrainCollectionOptions>(options =>
                (options.CollectionQuantum, options.CollectionAge) = (
                    TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)))));
        var population = silo.Services.GetRequiredService<ActivePayments>();

        // Unconfirmed: nothing more happens to them, and they are not final.
        await PassAsync(silo, 500, instrument: null);
        await Eventually.HoldsAsync(
            () => Task.FromResult(population.Count == 0),
            () => $"500 idle payments left; {population.Count} are there",
            Timeout);
    }

    [Fact]
    public async Task Final_payments_are_deactivated_at_once_when_there_are_many()
    {
        await using var silo = await StartAsync(builder =>
            builder.Services.Configure<PaymentOptions>(options => options.InMemory = 50));
        var population = silo.Services.GetRequiredService<ActivePayments>();

        await PassAsync(silo, 2_000, Upi);
        await UntilFinalAsync(2_000);
        await Eventually.HoldsAsync(
            () => Task.FromResult(population.Count <= 50 + AtOnce),
            () => $"of 2,000 settled payments all but 50 left; {population.Count} are there",
            Timeout);
    }

    [Fact]
    public async Task Payments_that_were_due_leave_at_once_when_there_are_many()
    {
        await using var silo = await StartAsync(builder =>
            builder.Services.Configure<PaymentOptions>(options => options.InMemory = 50));
        var population = silo.Services.GetRequiredService<ActivePayments>();
        var now = TimeProvider.System.GetUtcNow();
        var created = new PaymentCreated
        {
            At = now,
            OrderId = "order",
            Amount = Money.Of(50_000, Currency.Inr),
            Capture = CaptureMode.Automatic,
            Customer = new Customer(),
            Metadata = ImmutableDictionary<string, string>.Empty,
            ExpiresAt = now.AddHours(1),
        };
        var state = PaymentState.Evolve(null, created);
        _journal.Stored = new StoredPayment
        {
            Version = 1, Row = PaymentRecord.RowOf(state), Events = [PaymentEventJson.Write(created, 1)],
        };

        await Parallel.ForAsync(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
            await silo.Grains.GetGrain<IPaymentGrain>(
                PaymentKey.Of(Shop, PaymentId.New(TimeProvider.System)).ToString()).Resume());

        await Eventually.HoldsAsync(
            () => Task.FromResult(population.Count <= 50 + AtOnce),
            () => $"of 2,000 resumed payments all but 50 left; {population.Count} are there",
            Timeout);
    }

    // The benchmark's `memory` does the same with 100,000 and 1,000,000 payments of the whole system.
    [Fact]
    public async Task Payments_that_passed_leave_nothing_behind()
    {
        await using var silo = await StartAsync(builder =>
            builder.Services.Configure<PaymentOptions>(options => options.InMemory = 50));
        await PassAsync(silo, Batch, Upi);
        await UntilFinalAsync(Batch);

        // The least that a payment could leave behind, an entry of a dictionary, is larger than this. What leaves
        // something behind does so in each batch; a table that grew because many were there at once does so once.
        const int MostOfEach = 40;
        var growth = new List<long>();
        for (var passed = Batch; growth.Count < 4
            && !growth.Exists(bytes => bytes <= Batch * MostOfEach); passed += Batch)
        {
            var before = await LeastAsync(long.MaxValue);
            await PassAsync(silo, Batch, Upi);
            await UntilFinalAsync(passed + Batch);
            growth.Add(await LeastAsync(before + (Batch * MostOfEach)) - before);
        }

        Assert.True(
            growth[^1] <= Batch * MostOfEach,
            $"Each batch of {Batch} payments left something behind: {string.Join(", ", growth)} bytes.");
    }

    // Memory is what is left after a collection, and a collection can come before the last activation has gone: the
    // least of several, until it is little enough.
    private static async Task<long> LeastAsync(long enough)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 20 && (round < 3 || least > enough); round++)
        {
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true));
            await Task.Delay(50);
        }

        return least;
    }

    private static Task PassAsync(TestSilo silo, int count, Instrument? instrument) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
        {
            var key = PaymentKey.Of(Shop, PaymentId.New(TimeProvider.System));
            var reply = await silo.Grains.GetGrain<IPaymentGrain>(key.ToString()).Start(new StartPayment
            {
                OrderId = key.Payment.ToString(),
                Amount = Money.Of(50_000, Currency.Inr),
                Instrument = instrument,
                Capture = CaptureMode.Automatic,
                Customer = new Customer(),
                Metadata = ImmutableDictionary<string, string>.Empty,
                IsNew = true,
            });
            Assert.Null(reply.Refusal);
        });

    private Task UntilFinalAsync(int count) => Eventually.HoldsAsync(
        () => Task.FromResult(_journal.Final == count),
        () => $"{count} payments succeeded; {_journal.Final} did",
        Timeout);

    private async Task<TestSilo> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var silo = await TestSilo.StartAsync(new DocumentStore(), builder =>
        {
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton<IPaymentJournal>(_journal);
            builder.Services.AddSingleton(new InstantOptions());
            builder.Services.AddSingleton<IConnector, InstantConnector>();
            builder.Services.AddSingleton<ConnectorCatalogue>();
            builder.Services.AddPaymentEngine();
            configure(builder);
        });
        await silo.PutMerchantAsync(Shop, "secret");
        var credentials = ImmutableDictionary<string, Secret>.Empty.Add("key", new Secret("any"));
        Assert.Null((await silo.Merchant(Shop).PutCredentials(InstantConnector.Name, credentials)).Refusal);
        return silo;
    }
}
