#if LOCAL_SILO
// This flavour hosts grains in one process alone: there is no cluster that a gateway of its own could be a client of.
await Console.Error.WriteLineAsync("The gateway's own host needs the Orleans packages; run Standalone instead.");
return 1;
#else
using Orleans.Configuration;
using PaymentCluster.Gateway.Api;
using PaymentCluster.Hosting;
using PaymentCluster.Hosting.Startup;

return await HostProgram.RunAsync(async () =>
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.AddObservability("gateway");
    var database = builder.Configuration["Database:App"]
        ?? throw new StartupException("Database:App names the database with the cluster's membership.");
    builder.UseOrleansClient(client => client
        .UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = database;
        })
        .Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = "paymentcluster";
            cluster.ServiceId = "paymentcluster";
        }));
    builder.AddGateway();

    await using var app = builder.Build();
    app.UseGateway();
    app.MapGateway();
    await app.RunAsync();
});
#endif
