using System.Text;
using Orleans.Storage;

namespace PaymentCluster.Storage.Tests;

public sealed class StorageTests(StorageFixture fixture) : IClassFixture<StorageFixture>
{
    private readonly string _key = $"merchant/{TestKeys.NextNumber()}";

    private Database Database => fixture.Database;

    // Two clusters that know nothing of each other, on one database.
    private StorageCluster Host => fixture.Host;

    private StorageCluster Rival => fixture.Rival;

    [Fact]
    public async Task What_is_written_is_read_by_the_next_silo()
    {
        var grain = Grain(Host);
        Assert.Equal("", await grain.Read());
        Assert.False(await grain.Exists());
        Assert.Null(await grain.ETag());
        Assert.Equal("1", await grain.Write("one"));
        Assert.Equal("2", await grain.Write("two"));
        Assert.True(await grain.Exists());

        Assert.Equal("two", await Grain(Rival).Read());
        Assert.Equal("2", await Grain(Rival).ETag());
    }

    // The values are Orleans': should another version compute others, it would not find what was stored.
    [Theory]
    [InlineData("acme/customer-7", 985582574, 0L, 0L, "acme/customer-7")]
    [InlineData("acme/a key longer than sixteen bytes/₹", -507249915, 0L, 0L, "acme/a key longer than sixteen bytes/₹")]
    [InlineData("cafe", 1265775606, 0L, 51966L, null)]
    [InlineData("cafe+bar", -85827878, 0L, 51966L, "bar")]
    [InlineData("0123456789abcdef0123456789abcdef", 226093389, -3607513408948976281L, -1167088121787636991L, null)]
    public async Task A_row_is_at_the_documented_key_columns(
        string key, int hash, long n0, long n1, string? extension)
    {
        await Host.Grains.GetGrain<IStoreGrain>(key).Write("text");
        var row = await Database.RowAsync($"""
            SELECT grainidhash, grainidn0, grainidn1, grainidextensionstring, graintypehash, graintypestring, serviceid, version,
                   convert_from(payloadbinary, 'UTF8')
            FROM orleansstorage
            WHERE grainidn1 = {n1} AND grainidextensionstring IS NOT DISTINCT FROM {(extension is null ? "NULL" : $"'{extension}'")}
            """);
        Assert.Equal(
            [
                hash, n0, n1, extension, 1463135854, "document", StorageCluster.ServiceId, 1,
                """{"text":"text","many_numbers":[0]}""",
            ],
            row);
    }

    [Fact]
    public async Task What_another_program_stored_is_read()
    {
        await Grain(Host).Write("own");
        var payload = Convert.ToHexString(Encoding.UTF8.GetBytes("""{"text":"other","unknown_member":1}"""));
        await Database.ExecuteAsync(
            $"UPDATE orleansstorage SET payloadbinary = '\\x{payload}', version = 7 "
                + $"WHERE grainidextensionstring = '{_key}'");
        Assert.Equal("other", await Grain(Host).ReadAgain());
        Assert.Equal("7", await Grain(Host).ETag());
        Assert.Equal("8", await Grain(Host).Write("own again"));
    }

    [Fact]
    public async Task A_cleared_state_is_empty_and_can_be_written_again()
    {
        await Grain(Host).Write("one");
        await Grain(Host).Clear();
        Assert.Equal("", await Grain(Host).Read());
        Assert.False(await Grain(Host).Exists());
        Assert.Equal("2", await Grain(Host).ETag());

        Assert.False(await Grain(Rival).Exists());
        Assert.Equal("3", await Grain(Rival).Write("two"));
    }

    [Fact]
    public async Task A_state_that_is_deleted_when_cleared_leaves_no_row()
    {
        await using var host = await StartAsync(deleteOnClear: true);
        await Grain(host).Write("one");
        await Grain(host).Clear();
        Assert.Equal(
            0L,
            (await Database.RowAsync(
                $"SELECT count(*) FROM orleansstorage WHERE grainidextensionstring = '{_key}'"))[0]);
        Assert.Equal("1", await Grain(host).Write("two"));
    }

    [Fact]
    public async Task A_write_over_anothers_write_is_a_conflict_and_the_next_call_sees_what_is_stored()
    {
        await Grain(Host).Write("one");
        Assert.Equal("one", await Grain(Rival).Read());
        await Grain(Rival).Write("rival");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(Host).Write("late"));
        Assert.Equal("rival", await Grain(Host).Read());
        Assert.Equal("3", await Grain(Host).Write("in time"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(Rival).Clear());
    }

    [Fact]
    public async Task Of_two_first_writes_one_is_a_conflict()
    {
        Assert.False(await Grain(Host).Exists());
        Assert.False(await Grain(Rival).Exists());
        await Grain(Host).Write("first");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(Rival).Write("second"));
        Assert.Equal("first", await Grain(Rival).Read());
        await Database.RowAsync($"SELECT 1 FROM orleansstorage WHERE grainidextensionstring = '{_key}'");
    }

    [Fact]
    public async Task First_writes_at_the_same_time_leave_one_row_and_one_winner()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"{_key}/{round}";
            var grains = new[] { Host, Rival }.Select(one => one.Grains.GetGrain<IStoreGrain>(key)).ToArray();
            foreach (var grain in grains)
            {
                await grain.Read();
            }

            var writes = grains.Select(grain => grain.Write("first")).ToArray();
            var outcomes = await Task.WhenAll(writes.Select(write =>
                write.ContinueWith(done => done.IsCompletedSuccessfully, TaskScheduler.Default)));
            Assert.Equal([false, true], outcomes.Order());
            await Database.RowAsync($"SELECT 1 FROM orleansstorage WHERE grainidextensionstring = '{key}'");
        }
    }

    [Fact]
    public async Task A_state_is_refused_outside_of_the_grains_turns()
    {
        Assert.True(await Grain(Host).IsRefusedElsewhere());
    }

    [Fact]
    public async Task What_the_storage_throws_is_the_cause_of_an_exception_of_the_runtimes()
    {
        await using (var host = await StartAsync(serializer: new BrokenSerializer()))
        {
            Assert.Equal("", await Grain(host).Read());
            var failure = await Assert.ThrowsAsync<OrleansException>(() => Grain(host).Write("one"));
            Assert.IsType<InvalidDataException>(failure.InnerException);
        }

        await Grain(Host).Write("one");
        var payload = Convert.ToHexString("no document"u8);
        await Database.ExecuteAsync(
            $"UPDATE orleansstorage SET payloadbinary = '\\x{payload}' WHERE grainidextensionstring = '{_key}'");
        Assert.NotNull((await Assert.ThrowsAsync<OrleansException>(() => Grain(Host).ReadAgain())).InnerException);
    }

    private IStoreGrain Grain(StorageCluster host) => host.Grains.GetGrain<IStoreGrain>(_key);

    private Task<StorageCluster> StartAsync(bool deleteOnClear = false, IGrainStorageSerializer? serializer = null) =>
        StorageCluster.StartAsync(Database, options =>
        {
            options.GrainStorageSerializer = serializer ?? options.GrainStorageSerializer;
            options.DeleteStateOnClear = deleteOnClear;
        });

    private sealed class BrokenSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => throw new InvalidDataException("It has no form.");

        public T? Deserialize<T>(BinaryData input) => throw new InvalidDataException("It has no form.");
    }
}
