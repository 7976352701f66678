using System.Text;
using Orleans.Storage;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Storage.Tests;

public sealed class StorageTests(Database database) : IClassFixture<Database>
{
    private readonly string _key = $"merchant/{TestKeys.NextNumber()}";

    [Fact]
    public async Task What_is_written_is_read_by_the_next_silo()
    {
        await using (var host = await StartAsync())
        {
            var grain = Grain(host);
            Assert.Equal("", await grain.Read());
            Assert.False(await grain.Exists());
            Assert.Null(await grain.ETag());
            Assert.Equal("1", await grain.Write("one"));
            Assert.Equal("2", await grain.Write("two"));
            Assert.True(await grain.Exists());
        }

        await using (var host = await StartAsync())
        {
            Assert.Equal("two", await Grain(host).Read());
            Assert.Equal("2", await Grain(host).ETag());
        }
    }

    // The values are Orleans': should another version compute others, it would not find what was stored.
    [Theory]
    [InlineData("acme/customer-7", 985582574, 0L, 0L, "acme/customer-7")]
    [InlineData("acme/a key longer than sixteen bytes/₹", -507249915, 0L, 0L, "acme/a key longer than sixteen bytes/₹")]
    [InlineData("cafe", 1265775606, 0L, 51966L, null)]
    [InlineData("cafe+bar", -85827878, 0L, 51966L, "bar")]
    [InlineData("0123456789abcdef0123456789abcdef", 226093389, -3607513408948976281L, -1167088121787636991L, null)]
    public async Task A_row_stands_at_the_documented_key_columns(
        string key, int hash, long n0, long n1, string? extension)
    {
        await using var host = await StartAsync();
        await host.Grains.GetGrain<IStoreGrain>(key).Write("text");
        var row = await database.RowAsync($"""
            SELECT grainidhash, grainidn0, grainidn1, grainidextensionstring, graintypehash, graintypestring, serviceid, version,
                   convert_from(payloadbinary, 'UTF8')
            FROM orleansstorage
            WHERE grainidn1 = {n1} AND grainidextensionstring IS NOT DISTINCT FROM {(extension is null ? "NULL" : $"'{extension}'")}
            """);
        Assert.Equal([hash, n0, n1, extension, 1463135854, "document", StorageCluster.ServiceId, 1, """{"text":"text","many_numbers":[0]}"""], row);
    }

    [Fact]
    public async Task What_another_program_stored_is_read()
    {
        await using var host = await StartAsync();
        await Grain(host).Write("own");
        var payload = Convert.ToHexString(Encoding.UTF8.GetBytes("""{"text":"other","unknown_member":1}"""));
        await database.ExecuteAsync($"UPDATE orleansstorage SET payloadbinary = '\\x{payload}', version = 7 WHERE grainidextensionstring = '{_key}'");
        Assert.Equal("other", await Grain(host).ReadAgain());
        Assert.Equal("7", await Grain(host).ETag());
        Assert.Equal("8", await Grain(host).Write("own again"));
    }

    [Fact]
    public async Task A_cleared_state_is_empty_and_can_be_written_again()
    {
        await using (var host = await StartAsync())
        {
            await Grain(host).Write("one");
            await Grain(host).Clear();
            Assert.Equal("", await Grain(host).Read());
            Assert.False(await Grain(host).Exists());
            Assert.Equal("2", await Grain(host).ETag());
        }

        await using (var host = await StartAsync())
        {
            Assert.False(await Grain(host).Exists());
            Assert.Equal("3", await Grain(host).Write("two"));
        }
    }

    [Fact]
    public async Task A_state_that_is_deleted_when_cleared_leaves_no_row()
    {
        await using var host = await StartAsync(deleteOnClear: true);
        await Grain(host).Write("one");
        await Grain(host).Clear();
        Assert.Equal(
            0L,
            (await database.RowAsync($"SELECT count(*) FROM orleansstorage WHERE grainidextensionstring = '{_key}'"))[0]);
        Assert.Equal("1", await Grain(host).Write("two"));
    }

    [Fact]
    public async Task A_write_over_anothers_write_is_a_conflict_and_the_next_call_sees_what_is_stored()
    {
        await using var host = await StartAsync();
        await using var rival = await StartAsync();
        await Grain(host).Write("one");
        Assert.Equal("one", await Grain(rival).Read());
        await Grain(rival).Write("rival");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(host).Write("late"));
        Assert.Equal("rival", await Grain(host).Read());
        Assert.Equal("3", await Grain(host).Write("in time"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(rival).Clear());
    }

    [Fact]
    public async Task Of_two_first_writes_one_is_a_conflict()
    {
        await using var host = await StartAsync();
        await using var rival = await StartAsync();
        Assert.False(await Grain(host).Exists());
        Assert.False(await Grain(rival).Exists());
        await Grain(host).Write("first");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(rival).Write("second"));
        Assert.Equal("first", await Grain(rival).Read());
        await database.RowAsync($"SELECT 1 FROM orleansstorage WHERE grainidextensionstring = '{_key}'");
    }

    [Fact]
    public async Task First_writes_at_the_same_time_leave_one_row_and_one_winner()
    {
        await using var host = await StartAsync();
        await using var rival = await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var key = $"{_key}/{round}";
            var grains = new[] { host, rival }.Select(one => one.Grains.GetGrain<IStoreGrain>(key)).ToArray();
            foreach (var grain in grains)
                await grain.Read();
            var writes = grains.Select(grain => grain.Write("first")).ToArray();
            var outcomes = await Task.WhenAll(writes.Select(write => write.ContinueWith(done => done.IsCompletedSuccessfully, TaskScheduler.Default)));
            Assert.Equal([false, true], outcomes.Order());
            await database.RowAsync($"SELECT 1 FROM orleansstorage WHERE grainidextensionstring = '{key}'");
        }
    }

    [Fact]
    public async Task A_state_is_refused_outside_of_the_grains_turns()
    {
        await using var host = await StartAsync();
        Assert.True(await Grain(host).IsRefusedElsewhere());
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

        await using (var host = await StartAsync())
        {
            await Grain(host).Write("one");
            var payload = Convert.ToHexString("no document"u8);
            await database.ExecuteAsync($"UPDATE orleansstorage SET payloadbinary = '\\x{payload}' WHERE grainidextensionstring = '{_key}'");
            Assert.NotNull((await Assert.ThrowsAsync<OrleansException>(() => Grain(host).ReadAgain())).InnerException);
        }
    }

    private IStoreGrain Grain(StorageCluster host) => host.Grains.GetGrain<IStoreGrain>(_key);

    private Task<StorageCluster> StartAsync(bool deleteOnClear = false, IGrainStorageSerializer? serializer = null) => StorageCluster.StartAsync(silo => silo
        .AddAdoNetGrainStorage("documents", options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = database.ConnectionString;
            options.GrainStorageSerializer = serializer ?? new DocumentJsonSerializer();
            options.DeleteStateOnClear = deleteOnClear;
        }));

    private sealed class BrokenSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => throw new InvalidDataException("It has no form.");

        public T? Deserialize<T>(BinaryData input) => throw new InvalidDataException("It has no form.");
    }
}
