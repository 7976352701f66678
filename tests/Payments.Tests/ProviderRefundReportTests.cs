using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Refunds that were made at the provider, at the payment that they are reported to.</summary>
public sealed class ProviderRefundReportTests
{
    private readonly FakeTimeProvider _time = new(Given.Start);
    private readonly PayingConnector _provider = new();

    [Fact]
    public async Task Refunds_of_another_payment_account_or_provider_are_not_booked()
    {
        await using var silo = await StartAsync();
        var payment = await PaidAsync(silo);
        var report = Report(20_000);
        Assert.False(await payment.Record(report with { ProviderPayment = "pay_B" }));
        Assert.False(await payment.Record(report with { ProviderOrder = "order_B" }));
        Assert.False(await payment.Record(report with { Provider = "otherpay" }));
        Assert.False(await payment.Record(report with { Attempt = 2 }));
        Assert.Empty((await payment.Get())!.Refunds);

        Assert.True(await payment.Record(report));
        Assert.True(await payment.Record(report));
        var refund = Assert.Single((await payment.Get())!.Refunds);
        Assert.Equal((20_000L, RefundStatus.Success), (refund.Amount.AmountMinor, refund.Status));
    }

    // A webhook about it was lost.
    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Refunds_that_a_response_about_ours_lists_are_booked(bool isRefused)
    {
        _provider.Refund = _ => (isRefused
            ? new ProviderOutcome.Declined { Failure = Given.Refused }
            : (ProviderOutcome)new ProviderOutcome.Pending { ProviderReference = "rfnd_A" }) with
        {
            OtherRefunds =
            [
                new ProviderRefund
                {
                    ProviderReference = "rfnd_B",
                    Amount = Given.Amount with { AmountMinor = isRefused ? Given.Amount.AmountMinor : 1_000 },
                },
            ],
        };
        await using var silo = await StartAsync();
        var payment = await PaidAsync(silo);
        Assert.Null((await payment.Refund(new RefundPayment { AmountMinor = 5_000 })).Refusal);
        await silo.Services.GetRequiredService<ProviderOperations>().Idle;

        var refunds = (await payment.Get())!.Refunds;
        Assert.Equal(
            [isRefused ? RefundStatus.Failed : RefundStatus.Pending, RefundStatus.Success],
            refunds.Select(refund => refund.Status));
        Assert.Empty((await payment.Get())!.Unexpected);
    }

    [Fact]
    public async Task A_refund_that_may_be_ours_is_to_be_reported_again_and_ours_is_queried()
    {
        _provider.Refund = _ => new ProviderOutcome.Unknown { Reason = "No response." };
        _provider.QueryRefund = _ => new ProviderOutcome.Pending { ProviderReference = "rfnd_A" };
        await using var silo = await StartAsync();
        var payment = await PaidAsync(silo);
        Assert.Null((await payment.Refund(new RefundPayment { AmountMinor = 5_000 })).Refusal);
        await silo.Services.GetRequiredService<ProviderOperations>().Idle;

        var report = Report(5_000) with { MayBeOurs = true };
        await Assert.ThrowsAsync<TimeoutException>(() => payment.Record(report));
        await silo.Services.GetRequiredService<ProviderOperations>().Idle;
        Assert.True(await payment.Record(report with { ProviderReference = "rfnd_A" }));
        Assert.Single((await payment.Get())!.Refunds);
        Assert.True(await payment.Record(report));
        Assert.Equal(2, (await payment.Get())!.Refunds.Length);
    }

    private static RecordProviderRefund Report(long amountMinor) => new()
    {
        Attempt = 1,
        Amount = Given.Amount with { AmountMinor = amountMinor },
        ProviderReference = "rfnd_B",
        Provider = TestSilo.Provider,
        ProviderPayment = "pay_A",
    };

    private static async Task<IPaymentGrain> PaidAsync(TestSilo silo)
    {
        await silo.PutMerchantAsync("shop", "secret");
        var payment = silo.Grains.GetGrain<IPaymentGrain>(
            PaymentKey.Of("shop", PaymentId.New(TimeProvider.System)).ToString());
        Assert.Null((await payment.Start(Given.StartCommand(Given.TypedCard))).Refusal);
        await silo.Services.GetRequiredService<ProviderOperations>().Idle;
        Assert.Equal(PaymentStatus.Success, (await payment.Get())!.Status);
        return payment;
    }

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(new DocumentStore(), builder =>
    {
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton<IConnector>(_provider);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IPaymentJournal>(new MemoryJournal());
        builder.Services.AddSingleton<IPaymentClock>(new PaymentClock(_time));
        builder.Services.AddSingleton<ConnectorCatalogue>();
        builder.Services.AddPaymentEngine();
        builder.Services.AddSingleton<IStatusQueryBudget>(new Budget());
    });

    private sealed class Budget : IStatusQueryBudget
    {
        public ValueTask<QueryPermit> AcquireAsync(StatusQuery query, CancellationToken needless) =>
            ValueTask.FromResult(QueryPermit.Granted);
    }

    private sealed class PayingConnector() : CustomersConnector(TestSilo.Provider)
    {
        public Func<RefundRequest, ProviderOutcome> Refund { get; set; } = _ => throw new NotSupportedException();

        public Func<RefundQuery, ProviderOutcome> QueryRefund { get; set; } = _ => throw new NotSupportedException();

        public override Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
            Task.FromResult<ProviderOutcome>(new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = request.Amount, ProviderReference = "pay_A",
            });

        public override Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
            Task.FromResult(Refund(request));

        public override Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
            Task.FromResult(QueryRefund(query));
    }
}
