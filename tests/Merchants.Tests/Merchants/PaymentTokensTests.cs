using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>Words that only who was given them has.</summary>
public sealed class PaymentTokensTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly PaymentKey Key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));

    [Fact]
    public void A_client_secret_opens_its_payment_until_its_time_is_over()
    {
        var tokens = TokensOf(1);
        var secret = tokens.ClientSecret(Key, Now.AddMinutes(15)).Reveal();
        Assert.Equal(Key, tokens.OpenClientSecret(secret, Now)?.Payment);
        Assert.Equal(Now.AddMinutes(15), tokens.OpenClientSecret(secret, Now)?.ExpiresAt);
        Assert.Null(tokens.OpenClientSecret(secret, Now.AddMinutes(15)));
        Assert.Null(TokensOf(2).OpenClientSecret(secret, Now));
    }

    [Fact]
    public void A_client_secret_is_none_if_any_character_of_it_is_changed()
    {
        var tokens = TokensOf(1);
        var secret = tokens.ClientSecret(Key, Now.AddMinutes(15)).Reveal();
        // The last character holds fewer bits than it could; what it holds beyond them is refused as well.
        for (var i = 0; i < secret.Length; i++)
        {
            var changed = secret[..i] + (secret[i] == 'A' ? 'B' : 'A') + secret[(i + 1)..];
            Assert.Null(tokens.OpenClientSecret(changed, Now));
        }

        Assert.All(
            ["", "cs_", "cs_AAAA", secret[..^8], secret + new string('A', 400), "cs_é"],
            text => Assert.Null(tokens.OpenClientSecret(text, Now)));
    }

    [Fact]
    public void A_return_nonce_is_its_attempts_alone()
    {
        var tokens = TokensOf(1);
        var nonce = tokens.ReturnNonce(Key, 1);
        Assert.True(tokens.IsReturnNonce(Key, 1, nonce));
        Assert.False(tokens.IsReturnNonce(Key, 2, nonce));
        Assert.False(tokens.IsReturnNonce(Key with { Merchant = "other" }, 1, nonce));
        Assert.All(
            ["", nonce[1..], nonce + "0", new string('z', nonce.Length)],
            text => Assert.False(tokens.IsReturnNonce(Key, 1, text)));
    }

    [Fact]
    public void What_an_earlier_master_key_signed_still_opens()
    {
        var secret = TokensOf(1).ClientSecret(Key, Now.AddMinutes(15)).Reveal();
        var options = OptionsOf(2);
        options.KeyId = "k2";
        options.PreviousKeys = options.PreviousKeys.Add("k1", OptionsOf(1).MasterKey);
        Assert.NotNull(TokensOf(options).OpenClientSecret(secret, Now));
    }

    private static PaymentTokens TokensOf(byte key) => TokensOf(OptionsOf(key));

    private static PaymentTokens TokensOf(VaultOptions options)
    {
        Assert.True(MasterKeys.TryLoad(options, out var keys, out var problem), problem);
        return new PaymentTokens(keys);
    }

    private static VaultOptions OptionsOf(byte key) => new()
    {
        MasterKey = new VaultKeySource { Text = new(TestSilo.Key(key)) },
    };
}
