using Npgsql;

namespace PaymentCluster.Storage.Tests;

/// <summary>The membership statements of <c>OrleansQuery</c>, run as the provider runs them.</summary>
public sealed class MembershipSqlTests(Database database) : IClassFixture<Database>
{
    private readonly string _cluster = TestKeys.New();

    [Fact]
    public async Task A_cluster_gets_its_version_once()
    {
        Assert.Equal(true, await SendAsync("InsertMembershipVersionKey"));
        Assert.Equal(false, await SendAsync("InsertMembershipVersionKey"));
        Assert.Equal(0, await VersionAsync());
    }

    [Fact]
    public async Task Silos_join_one_after_the_other_by_the_version_they_read()
    {
        await SendAsync("InsertMembershipVersionKey");
        var joining = Enumerable.Range(1, 8).Select(port => JoinAsync(port, version: 0));
        Assert.Single(await Task.WhenAll(joining), joined => joined is true);
        Assert.Equal(1, await VersionAsync());
        Assert.Equal(
            1L,
            (await database.RowAsync(
                $"SELECT count(*) FROM orleansmembershiptable WHERE deploymentid = '{_cluster}'"))[0]);
    }

    [Fact]
    public async Task A_silo_that_is_known_does_not_join_again_and_moves_no_version()
    {
        await SendAsync("InsertMembershipVersionKey");
        Assert.Equal(true, await JoinAsync(1, version: 0));
        Assert.Equal(false, await JoinAsync(1, version: 1));
        Assert.Equal(1, await VersionAsync());
    }

    [Fact]
    public async Task A_silo_changes_by_the_version_that_was_read_and_an_unknown_one_moves_none()
    {
        await SendAsync("InsertMembershipVersionKey");
        await JoinAsync(1, version: 0);
        Assert.Equal(false, await UpdateAsync(1, version: 0));
        Assert.Equal(false, await UpdateAsync(2, version: 1));
        Assert.Equal(1, await VersionAsync());
        Assert.Equal(true, await UpdateAsync(1, version: 1));
        Assert.Equal(2, await VersionAsync());
    }

    private Task<object?> JoinAsync(int port, int version) => SendAsync("InsertMembershipKey",
        ("Address", "127.0.0.1"), ("Port", port), ("Generation", 1), ("SiloName", "silo"), ("HostName", "host"),
        ("Status", 3), ("ProxyPort", 0), ("StartTime", DateTime.UnixEpoch), ("IAmAliveTime", DateTime.UnixEpoch),
        ("Version", version));

    private Task<object?> UpdateAsync(int port, int version) => SendAsync("UpdateMembershipKey",
        ("Address", "127.0.0.1"), ("Port", port), ("Generation", 1), ("Status", 6), ("SuspectTimes", "suspect"),
        ("IAmAliveTime", DateTime.UnixEpoch), ("Version", version));

    private async Task<int> VersionAsync() =>
        (int)(await database.RowAsync(
            $"SELECT version FROM orleansmembershipversiontable WHERE deploymentid = '{_cluster}'"))[0]!;

    private async Task<object?> SendAsync(string query, params (string Name, object Value)[] parameters)
    {
        var text = (string)(
            await database.RowAsync($"SELECT querytext FROM orleansquery WHERE querykey = '{query}'"))[0]!;
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(text);
        command.Parameters.AddWithValue("DeploymentId", _cluster);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return await command.ExecuteScalarAsync();
    }
}
