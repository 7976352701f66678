namespace PaymentCluster.Cluster.Tests;

/// <summary>A gateway starts with a login of its own at the database, or not at all.</summary>
public sealed class GatewayLoginTests
{
    [Fact]
    public async Task With_the_silos_login_no_gateway_starts()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        cluster.GatewaysHaveSilosLogin = true;
        using var gateway = cluster.StartGateway();

        Assert.Equal(1, await gateway.ExitAsync(TimeSpan.FromMinutes(2)));
        Assert.Contains("only in the group paymentcluster_gateway", gateway.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', gateway.Errors.Trim());
    }
}
