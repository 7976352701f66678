using PaymentCluster.Gateway.Api;
using PaymentCluster.Gateway.Api.Dashboard;
using PaymentCluster.Hosting;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo;

// Gateway and one silo in one process: the embedded default, and all that a feed without the Orleans packages can run.
return await HostProgram.RunAsync(async () =>
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.AddObservability("standalone");
    builder.AddPaymentClusterSilo(SiloClustering.Alone);
    builder.AddGateway();

    await using var app = builder.Build();
    app.UseGateway();
    app.MapGateway();
    app.MapDashboard();
    await app.Services.PreparePaymentClusterAsync();
    await app.RunAsync();
});
