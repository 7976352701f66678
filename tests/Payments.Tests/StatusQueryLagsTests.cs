using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Providers;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>How far behind status queries are on all silos of a cluster.</summary>
public sealed class StatusQueryLagsTests
{
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(90);

    private readonly FakeTimeProvider _time = new(Given.Start);

    [Fact]
    public async Task The_lag_of_a_merchant_is_that_of_the_silo_that_is_furthest_behind()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((_, silo) => Compose(silo.Services));
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var (near, far) = (Services(cluster, 0), Services(cluster, 1));
        var shares = far.GetRequiredService<StatusQueryShares>();

        // All that was saved goes at once; what comes after it waits.
        var waits = Enumerable.Range(0, 20)
            .Select(_ => shares.AcquireAsync(
                new StatusQuery(new("shop", "testpay", null), QueryPriority.Unknown), CancellationToken.None).AsTask())
            .ToList();
        _time.Advance(Lag);

        await Eventually.HoldsAsync(
            async () => await LagsAsync(near) is [var lag, { Ticks: 0 }] && lag == Lag,
            "the other silo's lag is known");
        Assert.Equal([Lag, TimeSpan.Zero], await LagsAsync(far));
        Assert.Equal(TimeSpan.Zero, near.GetRequiredService<StatusQueryShares>().LagOf("shop", "testpay"));
        shares.Stop();
        await Task.WhenAll(waits);
    }

    private static async Task<TimeSpan[]> LagsAsync(IServiceProvider silo) =>
        [.. await silo.GetRequiredService<IStatusQueryLags>().OfAsync("shop", ["testpay", "otherpay"])];

    private static IServiceProvider Services(InProcessTestCluster cluster, int silo) =>
        cluster.Silos[silo].ServiceProvider;

    private void Compose(IServiceCollection services)
    {
        services.AddSingleton<IConnector>(new TestConnector("testpay"));
        services.AddSingleton<ConnectorCatalogue>();
        services.AddSingleton<IMerchantProfiles>(new NoMerchants());
        services.AddSingleton<IPaymentProviders, PaymentProviders>();
        services.AddSingleton<IPaymentClock>(new PaymentClock(_time));
        services.AddSingleton<IOperationHost, ThreadPoolHost>();
        services.AddSingleton(Options.Create(new PaymentOptions { StatusQueriesPerMinute = 60 }));
        services.AddSingleton(provider => new PaymentListReader(
            provider.GetRequiredService<IPaymentProviders>(),
            provider.GetRequiredService<IPaymentClock>(),
            provider.GetRequiredService<IOperationHost>(),
            _time,
            provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger<PaymentListReader>>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<StatusQueryShares>(
            provider, (TimeProvider)_time));
        services.AddProviders();
    }

    private sealed class NoMerchants : IMerchantProfiles
    {
        public ValueTask<MerchantProfile?> GetAsync(string merchant) => ValueTask.FromResult<MerchantProfile?>(null);
    }
}
