using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Connectors;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>One silo with payments for all tests of a class; each test has payments of its own.</summary>
public sealed class PaymentSilo : SharedSilo
{
    /// <summary>Where the payments are kept.</summary>
    internal MemoryJournal Journal { get; } = new();

    private protected override void Configure(HostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IPaymentJournal>(Journal);
        builder.Services.AddSingleton<ConnectorCatalogue>();
        builder.Services.AddPaymentEngine();
    }
}
