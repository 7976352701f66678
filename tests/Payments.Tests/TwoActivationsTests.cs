using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Two activations of one payment, as Orleans allows for a moment when silos come and go: here they are in two
/// clusters on one database, so that neither ever learns of the other.</summary>
public sealed class TwoActivationsTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private const int Payments = 20;

    private readonly KeepingConnector _provider = new();

    [Fact]
    public async Task The_second_commit_is_fenced_and_nothing_is_doubled()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        await one.PutMerchantAsync("shop", "secret");
        var keys = Enumerable.Range(0, Payments)
            .Select(_ => PaymentKey.Of("shop", PaymentId.New(TimeProvider.System)))
            .ToList();

        // Both take the same order at once, and each commits as the first: the one that comes second is refused by the
        // journal, reads what is there, and returns it.
        var replies = await Task.WhenAll(keys.SelectMany(key =>
            new[] { StartAsync(one, key), StartAsync(other, key) }));
        Assert.All(replies, reply => Assert.Null(reply.Refusal));
        await Eventually.HoldsAsync(
            async () => await CountAsync("payments where status = 4") == Payments, "every payment succeeds");

        Assert.Equal(Payments, _provider.Charges.Count);
        Assert.Equal(Payments, _provider.Charges.Select(charge => charge.Attempt).Distinct().Count());
        Assert.Equal(Payments, await CountAsync("payments"));
        Assert.Equal(Payments, await CountAsync("payment_events where type = 'attempt_started'"));
        Assert.Equal(Payments, await CountAsync("payment_events where type = 'payment_captured'"));
        // Whichever activation is the stale one now: it notices at its next commit.
        foreach (var silo in (TestSilo[])[one, other])
        {
            var late = await PaymentOf(silo, keys[0]).Cancel(new CancelPayment());
            Assert.NotNull(late.Refusal);
        }

        Assert.Equal(PaymentStatus.Success, (await PaymentOf(one, keys[0]).Get())!.Status);
    }

    private static Task<StartReply> StartAsync(TestSilo silo, PaymentKey key) => PaymentOf(silo, key).Start(
        Given.StartCommand(Given.TypedCard) with { OrderId = key.Payment.ToString() });

    private static IPaymentGrain PaymentOf(TestSilo silo, PaymentKey key) =>
        silo.Grains.GetGrain<IPaymentGrain>(key.ToString());

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(store.Database, builder =>
    {
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton<IConnector>(_provider);
        builder.Services.AddPaymentEngine();
    });

    private Task<long> CountAsync(string what) => store.Database.ScalarAsync<long>($"select count(*) from {what}");
}
