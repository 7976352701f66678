using Microsoft.Extensions.Hosting;
using PaymentCluster.Hosting;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo;

// One silo of a cluster: grains, connectors, journal, sweeper. Gateways reach it through the membership table.
return await HostProgram.RunAsync(async () =>
{
    var builder = Host.CreateApplicationBuilder(HostProgram.Arguments(args));
    builder.DisableCoreDumps();
    builder.AddObservability("silo");
    builder.AddPaymentClusterSilo(SiloClustering.Database);

    using var host = builder.Build();
    await host.Services.PreparePaymentClusterAsync();
    await host.RunAsync();
});
