using System.Net;
using Npgsql;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>The store is unavailable: callers get a retryable error, and the retry succeeds.</summary>
public sealed class StoreUnavailableTests
{
    [Theory]
    [InlineData("/api/v1/payments/{0}/timeline")]
    [InlineData("/api/v1/payments?limit=1")]
    [InlineData("/api/v1/ledger/trial-balance")]
    public async Task A_read_is_unavailable_while_the_store_is_away_and_well_afterwards(string path)
    {
        await using var system = await RunningSystem.StartAsync();
        using var shop = system.Shop();
        var payment = await shop.PostAsync(
            "/api/v1/payments", new { order_id = "o-1", amount = 50_000, currency = "INR", method = "upi" });
        var address = string.Format(null, path, payment.GetProperty("id").GetString());
        await shop.GetAsync(address);

        await AllowAsync(system, isAllowed: false);
        var unavailable = await shop.SendAsync(HttpMethod.Get, address);
        await AllowAsync(system, isAllowed: true);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, unavailable?.Status);
        Assert.Equal("unavailable", unavailable!.Json.GetProperty("code").GetString());
        await Eventually.HoldsAsync(
            async () => (await shop.SendAsync(HttpMethod.Get, address))?.Status == HttpStatusCode.OK,
            $"{address} succeeds again");
    }

    private static async Task AllowAsync(RunningSystem system, bool isAllowed)
    {
        var name = new NpgsqlConnectionStringBuilder(system.Database).Database;
        await using var connection = new NpgsqlConnection(Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"alter database {name} allow_connections {(isAllowed ? "true" : "false")}", connection);
        await command.ExecuteNonQueryAsync();
        await using var end = new NpgsqlCommand(
            $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}' "
                + $"and not {(isAllowed ? "true" : "false")}",
            connection);
        await end.ExecuteNonQueryAsync();
    }
}
