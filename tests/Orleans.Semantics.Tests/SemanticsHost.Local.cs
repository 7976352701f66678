using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentCluster.Semantics.Tests;

/// <summary>A silo and a way to call it: here the local flavour's.</summary>
internal sealed class SemanticsHost : IAsyncDisposable
{
    public const string ServiceId = "semantics";
    private readonly IHost _host;

    private SemanticsHost(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    public static async Task<SemanticsHost> StartAsync(Action<ISiloBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Environment.EnvironmentName = Environments.Development;
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(serviceId: ServiceId);
            configure?.Invoke(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new SemanticsHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
