using System.Net;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;
using Xunit.Abstractions;

namespace PaymentCluster.Cluster.Tests;

/// <summary>Under load, the database takes no writes for a minute, and then its connections are cut several
/// times.</summary>
/// <param name="output">Gets how long it took, and a line for each second.</param>
public sealed class ReadOnlyStoreTests(ITestOutputHelper output)
{
    private const double OrdersPerSecond = 6;
    private const int Cuts = 5;

    private static readonly TimeSpan ReadOnly = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    // Three times the goal.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15);

    [Fact, Trait("Length", "long")]
    public async Task Nothing_is_lost_while_the_database_is_read_only_and_when_its_connections_are_cut()
    {
        await using var server = await PrivateServer.StartAsync(null, "max_connections=300");
        await using var cluster = RunningCluster.PrepareOn(
            await SystemDatabase.CreateAsync(server.ConnectionString), silos: 2);
        await cluster.OpenAsync();
        using var simulators = cluster.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        using var shop = cluster.Shop();
        await using var load = SteadyLoad.Start(shop, OrdersPerSecond);
        await load.IsSteadyAsync();
        var begin = load.Elapsed;

        await server.SetReadOnlyAsync(true);
        var readOnly = load.Elapsed;
        await load.HasMadeAsync((int)(ReadOnly.TotalSeconds * OrdersPerSecond * 2), Timeout);
        var meanwhile = load.Calls.Where(call => call.At > readOnly).ToList();
        await server.SetReadOnlyAsync(false);
        var back = await UntilAcceptedAsync(load);
        await load.IsSteadyAsync();

        List<TimeSpan> cuts = [];
        for (var cut = 0; cut < Cuts; cut++)
        {
            await server.CutConnectionsAsync();
            cuts.Add(await UntilAcceptedAsync(load));
            await load.HasMadeAsync((int)(OrdersPerSecond * 4), Timeout);
        }

        await load.IsSteadyAsync();
        await load.EndAsync();
        output.WriteLine(
            $"Payments were accepted again {back} after the database took writes again, and after the cuts: "
                + $"{string.Join(", ", cuts)}.\n{load.Summary(begin)}\n{load.Table(begin)}");
        // Reads go on; what would have to be written is rejected, and nothing else happens to it.
        Assert.All(meanwhile, call => Assert.True(
            call.Method == HttpMethod.Get
                ? call.Status is HttpStatusCode.OK or null
                : call.Status is HttpStatusCode.ServiceUnavailable or null,
            $"{call}\n{load.Table(begin)}\n{cluster.ServerLog}"));
        Assert.All(cuts.Append(back), took => Assert.InRange(took, TimeSpan.Zero, Recovery));
        await cluster.AgreeAsync(shop, simulators, load.Accepted);
    }

    // How long it takes until an order is accepted that is made from now on.
    private static async Task<TimeSpan> UntilAcceptedAsync(SteadyLoad load)
    {
        var from = load.Elapsed;
        Call? first = null;
        await Eventually.HoldsAsync(
            () => (first = load.Calls.Where(call => call.At >= from && call.Succeeded && call.Method == HttpMethod.Post)
                .MinBy(call => call.At + call.Took)) is not null,
            () => $"an order is accepted:\n{load.Table(from)}",
            Timeout);
        return first!.At + first.Took - from;
    }
}
