using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Testing;

namespace PaymentCluster.Payments.Tests;

/// <summary>The conversation of a payment's grain with its journal.</summary>
public sealed class PaymentGrainTests(PaymentSilo shared) : IClassFixture<PaymentSilo>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_grain_that_another_activation_overtook_reads_again_and_decides_on_what_it_reads()
    {
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = shared.Silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        var started = await payment.Start(Given.StartCommand() with { Instrument = null });
        Assert.Equal(1, started.Payment?.Version);

        var request = new RequestKey { Key = "k", Fingerprint = "f" };
        await shared.Journal.HappensElsewhereAsync(
            key, new RequestRepeated { At = started.Payment!.UpdatedAt, Request = request });

        var cancelled = await payment.Cancel(new CancelPayment()).WaitAsync(Timeout);
        Assert.Equal((PaymentStatus.Cancelled, 3), (cancelled.Value!.Status, cancelled.Value.Version));
        Assert.Equal(3, (await payment.Get().WaitAsync(Timeout))!.Version);
    }

    [Fact]
    public async Task A_grain_that_another_activation_overtook_reads_again_when_it_is_woken()
    {
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = shared.Silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        var started = await payment.Start(Given.StartCommand() with { Instrument = null });
        var request = new RequestKey { Key = "k", Fingerprint = "f" };
        await shared.Journal.HappensElsewhereAsync(
            key, new RequestRepeated { At = started.Payment!.UpdatedAt, Request = request });

        await payment.Resume().WaitAsync(Timeout);
        Assert.Equal(2, (await payment.Get().WaitAsync(Timeout))!.Version);
    }

    // Nothing wakes it: its final state has no next time.
    [Fact]
    public async Task A_grain_that_another_activation_overtook_reads_again_for_who_only_reads()
    {
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = shared.Silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        var started = await payment.Start(Given.StartCommand() with { Instrument = null });
        var request = new RequestKey { Key = "k", Fingerprint = "f" };
        await shared.Journal.HappensElsewhereAsync(
            key, new RequestRepeated { At = started.Payment!.UpdatedAt, Request = request });

        await Eventually.HoldsAsync(
            async () => (await payment.Get())!.Version == 2, "a read has what is stored", Timeout);
    }
}
