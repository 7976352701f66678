using Microsoft.Extensions.Hosting;
using PaymentCluster.Hosting;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo;

// One silo of a cluster: grains, connectors, journal, sweeper. Gateways reach it through the membership table. With the
// argument "migrate", "archive" or "restore": does that with the owner's login, and ends; with "certificates": makes
// those of a cluster, and ends.
return await HostProgram.RunAsync(async () =>
{
    if (CertificatesCommand.Run(args) || await OwnerCommands.RunAsync(args))
    {
        return;
    }

    var builder = Host.CreateApplicationBuilder(HostProgram.Arguments(args));
    builder.DisableCoreDumps();
    builder.RefuseOwnerLogin();
    builder.AddObservability("silo");
    builder.AddPaymentClusterSilo(SiloClustering.Database);

    using var host = builder.Build();
    await host.Services.PreparePaymentClusterAsync();
    await host.RunAsync();
});
