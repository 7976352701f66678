using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class MasterKeysTests
{
    [Fact]
    public void A_file_with_a_key_is_read_with_the_line_end_that_editors_leave()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, TestSilo.Key(1) + "\n");
            Assert.Equal("k1", Load(Read(("MasterKeyFile", file))).Current);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Nothing_set_is_refused() => AssertRefused("there is no master key");

    [Fact]
    public void Two_places_for_one_key_are_refused() =>
        AssertRefused(
            "both MasterKeyFile and MasterKey", ("MasterKeyFile", "/nowhere"), ("MasterKey", TestSilo.Key(1)));

    [Fact]
    public void A_missing_file_is_refused_by_its_name() =>
        AssertRefused("'/nowhere/at/all'", ("MasterKeyFile", "/nowhere/at/all"));

    [Theory]
    [InlineData("c2hvcnQ=")]
    [InlineData("not base64 at all")]
    [InlineData("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB")]
    public void A_key_of_another_length_is_refused_without_being_shown(string key)
    {
        var problem = AssertRefused("is not 32 bytes in base64", ("MasterKey", key));
        Assert.DoesNotContain(key, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("K1")]
    [InlineData("a|b")]
    [InlineData("a-name-of-thirty-three-characters")]
    public void A_name_that_could_be_read_two_ways_is_refused(string id) =>
        AssertRefused($"'{id}'", ("KeyId", id), ("MasterKey", TestSilo.Key(1)));

    [Fact]
    public void A_previous_key_that_cannot_be_read_is_refused_by_its_section() => AssertRefused(
        "Vault:PreviousKeys:k0", ("MasterKey", TestSilo.Key(1)), ("PreviousKeys:k0:MasterKey", "c2hvcnQ="));

    [Fact]
    public void One_name_for_two_keys_is_refused() => AssertRefused(
        "names the current key 'k1' too",
        ("MasterKey", TestSilo.Key(1)),
        ("PreviousKeys:k1:MasterKey", TestSilo.Key(2)));

    [Fact]
    public void Keys_for_two_purposes_have_nothing_in_common()
    {
        var keys = Load(Read(("MasterKey", TestSilo.Key(1))));
        var one = new byte[MasterKeys.KeyLength];
        var other = new byte[MasterKeys.KeyLength];
        Assert.True(keys.TryDerive("k1", "one", one));
        Assert.True(keys.TryDerive("k1", "other", other));
        Assert.NotEqual(one, other);
        Assert.False(keys.TryDerive("k2", "one", one));
    }

    [Fact]
    public async Task A_host_without_a_key_does_not_start_and_says_why_in_one_sentence()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddMerchants();
        using var host = builder.Build();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(
            "Vault: there is no master key; set Vault:MasterKeyFile to a file with 32 random bytes in base64.",
            failure.Message);
    }

    internal static MasterKeys Load(VaultOptions options)
    {
        Assert.True(MasterKeys.TryLoad(options, out var keys, out var problem), problem);
        return keys;
    }

    private static VaultOptions Read(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(setting => KeyValuePair.Create($"Vault:{setting.Name}", (string?)setting.Value)))
            .Build();
        var options = new VaultOptions();
        options.Read(configuration.GetSection(VaultOptions.Section));
        return options;
    }

    private static string AssertRefused(string part, params (string Name, string Value)[] settings)
    {
        Assert.False(MasterKeys.TryLoad(Read(settings), out _, out var problem));
        Assert.Contains(part, problem, StringComparison.Ordinal);
        return problem;
    }
}
