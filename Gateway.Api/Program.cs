using Orleans.Configuration;
using Orleans.Dashboard;
using PaymentCluster.Gateway.Api;
using PaymentCluster.Gateway.Api.Cluster;
using PaymentCluster.Gateway.Api.Management;
using PaymentCluster.Hosting;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Hosting.Startup;

return await HostProgram.RunAsync(async () =>
{
    var builder = WebApplication.CreateSlimBuilder(HostProgram.Arguments(args));
    builder.DisableCoreDumps();
    builder.RefuseOwnerLogin();
    builder.AddObservability("gateway");
    var database = builder.Configuration.GetConnectionString("PaymentCluster")
        ?? throw new StartupException(
            "ConnectionStrings:PaymentCluster is missing: "
                + "the gateway's login at the database with the membership.");
    await MembershipLogin.RequireAsync(database);
    var isEncrypted = builder.AddClusterCertificates(ClusterRole.Gateway);
    builder.UseOrleansClient(client => (isEncrypted ? client.UseClusterTls() : client)
        .UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = database;
        })
        .Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = "paymentcluster";
            cluster.ServiceId = "paymentcluster";
        })
        .AddActivityPropagation()
        .AddOutgoingGrainCallFilter<StoppingSiloFilter>()
        // As short as between silos (FailureDetection there): gateways learn in a second which silos are left,
        // and a call to one that is lost ends as a retryable error while the client still waits.
        .Configure<Orleans.Configuration.GatewayOptions>(
            gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1))
        .Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(5))
        .AddDashboard());
    builder.AddGateway();

    await using var app = builder.Build();
    app.UseGateway();
    app.MapGateway();
    app.MapDashboard();
    await app.RunAsync();
});
