using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Merchants.Tests.Hosting;

namespace PaymentCluster.Payments.Tests;

/// <summary>The conversation of a payment's grain with its journal.</summary>
public sealed class PaymentGrainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_grain_that_another_activation_overtook_reads_again_and_decides_on_what_it_reads()
    {
        var journal = new MemoryJournal();
        await using var silo = await StartAsync(journal);
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        var started = await payment.Start(Given.StartCommand() with { Method = null });
        Assert.Equal(1, started.Payment?.Version);

        var request = new RequestKey { Key = "k", Fingerprint = "f" };
        await journal.HappensElsewhereAsync(key, new RequestRepeated { At = started.Payment!.UpdatedAt, Request = request });

        var cancelled = await payment.Cancel(new CancelPayment()).WaitAsync(Patience);
        Assert.Equal((PaymentStatus.Cancelled, 3), (cancelled.Value!.Status, cancelled.Value.Version));
        Assert.Equal(3, (await payment.Get().WaitAsync(Patience))!.Version);
    }

    [Fact]
    public async Task A_grain_that_another_activation_overtook_reads_again_when_it_is_woken()
    {
        var journal = new MemoryJournal();
        await using var silo = await StartAsync(journal);
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        var started = await payment.Start(Given.StartCommand() with { Method = null });
        var request = new RequestKey { Key = "k", Fingerprint = "f" };
        await journal.HappensElsewhereAsync(key, new RequestRepeated { At = started.Payment!.UpdatedAt, Request = request });

        await payment.Resume().WaitAsync(Patience);
        Assert.Equal(2, (await payment.Get().WaitAsync(Patience))!.Version);
    }

    private static Task<TestSilo> StartAsync(MemoryJournal journal) => TestSilo.StartAsync(new DocumentStore(), builder =>
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IPaymentJournal>(journal);
        builder.Services.AddSingleton<ConnectorCatalogue>();
        builder.Services.AddPayments();
    });
}
