using PaymentCluster.Gateway.Api;
using PaymentCluster.Gateway.Api.Management;
using PaymentCluster.Hosting;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo;

namespace PaymentCluster.Standalone;

/// <summary>Gateway and one silo in one process: the embedded default.</summary>
public static class StandaloneHost
{
    /// <summary>Composes the process and prepares its database; what is left to do is to run it.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="more">Further services, such as a connector of the host's own.</param>
    /// <exception cref="StartupException">A setting or the database is not as it must be.</exception>
    public static async Task<WebApplication> PrepareAsync(string[] args, Action<WebApplicationBuilder>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(HostProgram.Arguments(args));
        builder.DisableCoreDumps();
        builder.RefuseOwnerLogin();
        builder.AddObservability("standalone");
        builder.AddPaymentClusterSilo(SiloClustering.Alone);
        builder.AddGateway();
        more?.Invoke(builder);

        var app = builder.Build();
        // First of all: what is composed below looks at the clock that this sets.
        await app.Services.PreparePaymentClusterAsync();
        app.UseGateway();
        app.MapGateway();
        app.MapDashboard();
        return app;
    }
}
