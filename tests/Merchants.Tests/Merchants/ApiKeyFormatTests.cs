using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class ApiKeyFormatTests
{
    [Theory]
    [InlineData(ApiKeyScope.Secret, "sk_test_")]
    [InlineData(ApiKeyScope.Publishable, "pk_test_")]
    public void A_key_shows_what_it_may_do_and_nothing_else(ApiKeyScope scope, string prefix) =>
        Assert.Matches($"^{prefix}[0-9a-hjkmnp-tv-z]{{32}}$", ApiKeyFormat.NewKey(scope, new SystemSecretSource()));

    [Fact]
    public void An_id_is_not_a_key() =>
        Assert.Matches("^key_[0-9a-hjkmnp-tv-z]{16}$", ApiKeyFormat.NewId(new SystemSecretSource()));

    [Fact]
    public void Each_of_the_160_random_bits_changes_the_key()
    {
        var keys = new HashSet<string>(StringComparer.Ordinal) { KeyOf(new byte[ApiKeyFormat.RandomBytes]) };
        for (var bit = 0; bit < ApiKeyFormat.RandomBytes * 8; bit++)
        {
            var bytes = new byte[ApiKeyFormat.RandomBytes];
            bytes[bit / 8] = (byte)(1 << (bit % 8));
            Assert.True(keys.Add(KeyOf(bytes)), $"Bit {bit} does not show in the key.");
        }

        Assert.Equal(161, keys.Count);
    }

    [Fact]
    public void Every_character_is_at_every_place_in_many_keys()
    {
        var seen = Enumerable.Range(0, 32).Select(_ => new HashSet<char>()).ToArray();
        for (var i = 0; i < 2_000; i++)
        {
            var key = ApiKeyFormat.NewKey(ApiKeyScope.Secret, new SystemSecretSource());
            for (var place = 0; place < 32; place++)
            {
                seen[place].Add(key[8 + place]);
            }
        }

        // Each of 32 places misses one of 32 characters in 2000 keys with a chance of about 1e-27.
        Assert.All(seen, characters => Assert.Equal(32, characters.Count));
    }

    [Fact]
    public void The_hash_is_the_sha256_of_the_key() => Assert.Equal(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ApiKeyFormat.Hash("abc"));

    private static string KeyOf(byte[] bytes) => ApiKeyFormat.NewKey(ApiKeyScope.Secret, new FixedSource(bytes));

    private sealed class FixedSource(byte[] fixedBytes) : ISecretSource
    {
        public void Fill(Span<byte> bytes) => fixedBytes.CopyTo(bytes);
    }
}
