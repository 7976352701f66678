using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using PaymentCluster.Testing;

namespace PaymentCluster.Storage.Tests;

/// <summary>Real silos and a real client find each other through the tables.</summary>
public sealed class MembershipTests(Database database) : IClassFixture<Database>
{
    [Fact]
    public async Task Silos_and_clients_find_each_other_in_the_database()
    {
        using var first = await StartSiloAsync("first");
        using var second = await StartSiloAsync("second");
        Assert.Equal(2L, await CountAsync("status = 3"));

        using var client = StartClient();
        await client.StartAsync();
        var factory = client.Services.GetRequiredService<IClusterClient>();
        for (var i = 0; i < 20; i++)
        {
            Assert.True(await factory.GetGrain<IPingGrain>(TestKeys.New()).Ping());
        }

        await second.StopAsync();
        await Eventually.HoldsAsync(
            async () => await CountAsync("status = 3") == 1, "the silo that stopped is no longer active");
        Assert.True(await factory.GetGrain<IPingGrain>(TestKeys.New()).Ping());
        await client.StopAsync();
        await first.StopAsync();
        Assert.Equal(0L, await CountAsync("status = 3"));
    }

    private async Task<long> CountAsync(string condition) =>
        (long)(await database.RowAsync($"SELECT count(*) FROM orleansmembershiptable WHERE {condition}"))[0]!;

    private async Task<IHost> StartSiloAsync(string name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo
            .Configure<SiloOptions>(options => options.SiloName = name)
            .Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = StorageCluster.ServiceId)
            .ConfigureEndpoints(IPAddress.Loopback, Ports.Free(), Ports.Free())
            .UseAdoNetClustering(options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = database.ConnectionString;
            }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private IHost StartClient()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = StorageCluster.ServiceId)
            .UseAdoNetClustering(options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = database.ConnectionString;
            }));
        return builder.Build();
    }
}
