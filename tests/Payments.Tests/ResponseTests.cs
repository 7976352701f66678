using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>A provider's response on its way back to the payment that it is about.</summary>
public sealed class ResponseTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_response_is_recorded_whether_or_not_its_payment_is_still_in_memory(bool hasLeft)
    {
        var provider = new SlowConnector();
        await using var silo = await TestSilo.StartAsync(store.Database, builder =>
        {
            builder.Services.RemoveAll<IConnector>();
            builder.Services.AddSingleton<IConnector>(provider);
            builder.Services.AddPaymentEngine();
        });
        await silo.PutMerchantAsync("shop", "secret");
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        await payment.Start(Given.StartCommand(Given.TypedCard) with { OrderId = key.Payment.ToString() });
        await provider.Called.Task;
        if (hasLeft)
        {
            var active = silo.Services.GetRequiredService<ActivePayments>();
            await silo.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
            await Eventually.HoldsAsync(() => Task.FromResult(active.Count == 0), "the payment leaves memory");
        }

        provider.Response.SetResult();
        await Eventually.HoldsAsync(
            async () => (await payment.Get())!.Status == PaymentStatus.Success, "the response is recorded");
        Assert.False(provider.WasQueried);
    }

    [Fact]
    public async Task A_response_is_offered_again_while_the_store_is_away()
    {
        var provider = new SlowConnector();
        FailingJournal journal = null!;
        await using var silo = await TestSilo.StartAsync(store.Database, builder =>
        {
            builder.Services.RemoveAll<IConnector>();
            builder.Services.AddSingleton<IConnector>(provider);
            builder.Services.AddSingleton<IPaymentJournal>(
                services => journal = new FailingJournal(services.GetRequiredService<PaymentStore>()));
            builder.Services.AddPaymentEngine();
        });
        await silo.PutMerchantAsync("shop", "secret");
        var key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
        var payment = silo.Grains.GetGrain<IPaymentGrain>(key.ToString());
        await payment.Start(Given.StartCommand(Given.TypedCard) with { OrderId = key.Payment.ToString() });
        await provider.Called.Task;
        journal.Failures = 2;

        provider.Response.SetResult();
        await Eventually.HoldsAsync(
            async () => (await payment.Get())!.Status == PaymentStatus.Success, "the response is recorded");
        Assert.Equal(0, journal.Failures);
        Assert.False(provider.WasQueried);
    }

    /// <summary>The store, whose next commits fail as if it were restarted.</summary>
    private sealed class FailingJournal(PaymentStore store) : IPaymentJournal
    {
        private int _failures;

        public int Failures
        {
            get => Math.Max(0, Volatile.Read(ref _failures));
            set => Volatile.Write(ref _failures, value);
        }

        public Task<CommitResult> AppendAsync(PaymentCommit commit) => Interlocked.Decrement(ref _failures) >= 0
            ? Task.FromException<CommitResult>(new JournalUnavailableException(null))
            : store.AppendAsync(commit);

        public Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default) =>
            store.LoadAsync(key, cancellation);

        public Task<ImmutableArray<DuePayment>> ClaimDueAsync(
            int limit, TimeSpan lease, TimeSpan? within = null, CancellationToken cancellation = default) =>
            Task.FromResult(ImmutableArray<DuePayment>.Empty);

        public Task<DueMerchantsPage> FindDueMerchantsAsync(
            DueLane lane, string after, int limit, CancellationToken cancellation = default) =>
            Task.FromResult(new DueMerchantsPage([], null));

        public Task<ImmutableArray<DuePayment>> ClaimDueOfAsync(
            DueLane lane,
            ImmutableArray<string> merchants,
            int share,
            TimeSpan lease,
            CancellationToken cancellation = default) => Task.FromResult(ImmutableArray<DuePayment>.Empty);
    }

    private sealed class SlowConnector() : CustomersConnector(TestSilo.Provider)
    {
        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Response { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool WasQueried { get; private set; }

        public override ConnectorCapabilities Capabilities =>
            base.Capabilities with { Methods = [PaymentMethodKind.Card] };

        public override async Task<ProviderOutcome> ChargeAsync(
            ChargeRequest request, ProviderCredentials credentials)
        {
            Called.SetResult();
            await Response.Task;
            return new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured,
                Amount = request.Amount,
                ProviderReference = $"pay_{request.Attempt}",
            };
        }

        public override Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials)
        {
            WasQueried = true;
            return base.QueryChargeAsync(query, credentials);
        }
    }
}
