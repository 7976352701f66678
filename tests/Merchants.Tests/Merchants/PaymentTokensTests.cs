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
        var secret = tokens.Issue(PaymentTokenKind.ClientSecret, Key, Now.AddMinutes(15)).Reveal();
        Assert.Equal(Key, tokens.Open(PaymentTokenKind.ClientSecret, secret, Now)?.Payment);
        Assert.Equal(Now.AddMinutes(15), tokens.Open(PaymentTokenKind.ClientSecret, secret, Now)?.ExpiresAt);
        Assert.Null(tokens.Open(PaymentTokenKind.ClientSecret, secret, Now.AddMinutes(15)));
        Assert.Null(TokensOf(2).Open(PaymentTokenKind.ClientSecret, secret, Now));
    }

    [Fact]
    public void A_client_secret_is_none_if_any_character_of_it_is_changed()
    {
        var tokens = TokensOf(1);
        var secret = tokens.Issue(PaymentTokenKind.ClientSecret, Key, Now.AddMinutes(15)).Reveal();
        // The last character holds fewer bits than it could; what it holds beyond them is refused as well.
        for (var i = 0; i < secret.Length; i++)
        {
            var changed = secret[..i] + (secret[i] == 'A' ? 'B' : 'A') + secret[(i + 1)..];
            Assert.Null(tokens.Open(PaymentTokenKind.ClientSecret, changed, Now));
        }

        Assert.All(
            ["", "cs_", "cs_AAAA", secret[..^8], secret + new string('A', 400), "cs_é"],
            text => Assert.Null(tokens.Open(PaymentTokenKind.ClientSecret, text, Now)));
    }

    [Fact]
    public void A_webhook_token_is_of_one_merchant_at_one_provider()
    {
        var tokens = TokensOf(1);
        var token = tokens.WebhookToken("shop", "payu");
        Assert.Matches("^[0-9a-f]{32}$", token);
        Assert.True(tokens.IsWebhookToken("shop", "payu", token));
        Assert.False(tokens.IsWebhookToken("shop", "paytm", token));
        Assert.False(tokens.IsWebhookToken("other", "payu", token));
        Assert.False(TokensOf(2).IsWebhookToken("shop", "payu", token));
        Assert.All(
            ["", "0", token[..^1], token + "0", token[..^1] + (token[^1] == '0' ? '1' : '0'), new string('x', 32)],
            text => Assert.False(tokens.IsWebhookToken("shop", "payu", text)));
    }

    [Fact]
    public void A_token_of_one_kind_is_none_of_another()
    {
        var tokens = TokensOf(1);
        foreach (var kind in Enum.GetValues<PaymentTokenKind>())
        {
            var text = tokens.Issue(kind, Key, Now.AddMinutes(15)).Reveal();
            var body = text[(text.IndexOf('_', StringComparison.Ordinal) + 1)..];
            foreach (var other in Enum.GetValues<PaymentTokenKind>())
            {
                Assert.Equal(kind == other, tokens.Open(other, text, Now) is not null);
                var prefix = tokens.Issue(other, Key, Now).Reveal()[..3];
                Assert.Equal(kind == other, tokens.Open(other, prefix + body, Now) is not null);
            }

            Assert.Null(tokens.Open(kind, text, Now.AddMinutes(15)));
        }
    }

    [Fact]
    public void A_form_token_is_its_cookies_alone()
    {
        var tokens = TokensOf(1);
        var token = tokens.FormToken("ps_one").Reveal();
        Assert.True(tokens.IsFormToken("ps_one", token));
        Assert.False(tokens.IsFormToken("ps_two", token));
        Assert.False(TokensOf(2).IsFormToken("ps_one", token));
        Assert.All(
            ["", token[1..], token + "A", "ps_one", "é", new string('A', 400)],
            text => Assert.False(tokens.IsFormToken("ps_one", text)));
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
        var secret = TokensOf(1).Issue(PaymentTokenKind.ClientSecret, Key, Now.AddMinutes(15)).Reveal();
        var options = OptionsOf(2);
        options.KeyId = "k2";
        options.PreviousKeys = options.PreviousKeys.Add("k1", OptionsOf(1).MasterKey);
        Assert.NotNull(TokensOf(options).Open(PaymentTokenKind.ClientSecret, secret, Now));
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
