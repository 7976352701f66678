using Npgsql;
using PaymentCluster.Gateway.Api.Cluster;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Gateway.Tests.Access;

/// <summary>What a gateway's database login may do: find the silos.</summary>
public sealed class MembershipLoginTests
{
    [Fact]
    public async Task A_gateways_login_reads_the_membership_and_nothing_else()
    {
        await using var database = await TestDatabase.CreateAsync();
        await MembershipLogin.RequireAsync(database.GatewayConnectionString);
        await using var login = NpgsqlDataSource.Create(database.GatewayConnectionString);
        foreach (var table in (string[])["orleansmembershiptable", "orleansmembershipversiontable", "orleansquery"])
        {
            await using var read = login.CreateCommand($"select * from {table}");
            await read.ExecuteNonQueryAsync();
        }

        foreach (var statement in (string[])
        [
            "select * from payments", "select * from orleansstorage", "select * from vault.cards",
            "select * from audit_entries", "delete from orleansmembershiptable", "create table mine (id int)",
            "update orleansquery set querytext = ''",
        ])
        {
            await using var command = login.CreateCommand(statement);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Theory]
    [InlineData("select on orleansstorage", "public.orleansstorage")]
    [InlineData("select (order_id) on payments", "public.payments")]
    [InlineData("insert on orleansmembershiptable", "public.orleansmembershiptable")]
    [InlineData("update (status) on orleansmembershiptable", "public.orleansmembershiptable")]
    [InlineData("delete on vault.keys", "vault.keys")]
    [InlineData("truncate on outbox", "public.outbox")]
    public async Task A_login_that_may_do_more_is_refused(string right, string named)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync($"grant {right} to {database.GatewayLogin}");
        var refused = await Assert.ThrowsAsync<StartupException>(
            () => MembershipLogin.RequireAsync(database.GatewayConnectionString));
        Assert.Contains($"it has rights on {named})", refused.Message, StringComparison.Ordinal);
    }
}
