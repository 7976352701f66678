using System.Text;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class CredentialCipherTests
{
    private const string Canary = "s3cr3t-canary";

    [Fact]
    public void What_was_sealed_opens_again()
    {
        var cipher = Cipher();
        var @sealed = cipher.Seal("acme", "testpay", TestSilo.Credentials(Canary));
        var opened = cipher.Open("acme", "testpay", @sealed);
        Assert.Equal(Canary, opened["webhook_secret"].Reveal());
        Assert.Equal<IEnumerable<string>>(["key_id", "key_secret", "webhook_secret"], @sealed.Names);
        Assert.Equal(3, opened.Count);
    }

    [Fact]
    public void What_is_sealed_does_not_show_what_is_inside()
    {
        var @sealed = Cipher().Seal("acme", "testpay", TestSilo.Credentials(Canary));
        Assert.DoesNotContain(Canary, @sealed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Canary, Encoding.UTF8.GetString(Convert.FromBase64String(@sealed.Sealed)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other", "testpay")]
    [InlineData("acme", "otherpay")]
    [InlineData("acm", "etestpay")]
    public void A_row_moved_to_another_merchant_or_provider_does_not_open(string merchant, string provider)
    {
        var cipher = Cipher();
        var @sealed = cipher.Seal("acme", "testpay", TestSilo.Credentials(Canary));
        Assert.Throws<CredentialsUnreadableException>(() => cipher.Open(merchant, provider, @sealed));
    }

    [Fact]
    public void Rows_swapped_between_two_merchants_do_not_open()
    {
        var cipher = Cipher();
        var acme = cipher.Seal("acme", "testpay", TestSilo.Credentials("of-acme"));
        var other = cipher.Seal("other", "testpay", TestSilo.Credentials("of-other"));
        Assert.Throws<CredentialsUnreadableException>(() => cipher.Open("acme", "testpay", other));
        Assert.Throws<CredentialsUnreadableException>(() => cipher.Open("other", "testpay", acme));
    }

    [Fact]
    public void A_change_of_any_byte_is_noticed()
    {
        var cipher = Cipher();
        var @sealed = cipher.Seal("acme", "testpay", TestSilo.Credentials(Canary));
        var bytes = Convert.FromBase64String(@sealed.Sealed);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            var changed = @sealed with { Sealed = Convert.ToBase64String(bytes) };
            Assert.Throws<CredentialsUnreadableException>(() => cipher.Open("acme", "testpay", changed));
            bytes[i] ^= 1;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    public void What_was_never_sealed_does_not_open(string text)
    {
        var cipher = Cipher();
        var @sealed = cipher.Seal("acme", "testpay", TestSilo.Credentials(Canary)) with { Sealed = text };
        Assert.Throws<CredentialsUnreadableException>(() => cipher.Open("acme", "testpay", @sealed));
    }

    [Fact]
    public void An_unknown_master_key_is_named_in_the_failure()
    {
        var @sealed = Cipher().Seal("acme", "testpay", TestSilo.Credentials(Canary)) with { KeyId = "k9" };
        var failure = Assert.Throws<CredentialsUnreadableException>(() => Cipher().Open("acme", "testpay", @sealed));
        Assert.Contains("'k9'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_master_key_under_the_same_name_does_not_open()
    {
        var @sealed = Cipher().Seal("acme", "testpay", TestSilo.Credentials(Canary));
        Assert.Throws<CredentialsUnreadableException>(() => Cipher(Options("k1", 2)).Open("acme", "testpay", @sealed));
    }

    [Fact]
    public void The_name_of_the_master_key_is_bound_too()
    {
        var @sealed = Cipher(Options("k1", 1)).Seal("acme", "testpay", TestSilo.Credentials(Canary)) with
        {
            KeyId = "k2",
        };
        Assert.Throws<CredentialsUnreadableException>(() => Cipher(Options("k2", 1)).Open("acme", "testpay", @sealed));
    }

    [Fact]
    public void A_previous_master_key_opens_and_the_current_one_seals_again()
    {
        var old = Cipher(Options("k1", 1)).Seal("acme", "testpay", TestSilo.Credentials(Canary));
        var options = Options("k2", 2);
        options.PreviousKeys = options.PreviousKeys.Add("k1", Source(1));
        var cipher = Cipher(options);
        Assert.True(cipher.IsOutdated(old));
        Assert.Equal(Canary, cipher.Open("acme", "testpay", old)["webhook_secret"].Reveal());

        var resealed = cipher.Reseal("acme", "testpay", old);
        Assert.False(cipher.IsOutdated(resealed));
        Assert.Equal(old.UpdatedAt, resealed.UpdatedAt);
        Assert.Equal(Canary, Cipher(Options("k2", 2)).Open("acme", "testpay", resealed)["webhook_secret"].Reveal());
    }

    [Fact]
    public void No_nonce_comes_twice()
    {
        var cipher = Cipher();
        var values = TestSilo.Credentials(Canary);
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 20_000; i++)
        {
            Assert.True(nonces.Add(cipher.Seal("acme", "testpay", values).Sealed[..16]), "A nonce came twice.");
        }
    }

    private static CredentialCipher Cipher(VaultOptions? options = null) =>
        new(MasterKeysTests.Load(options ?? Options("k1", 1)), new SystemSecretSource(), new ManualTime());

    private static VaultOptions Options(string id, byte key) => new() { KeyId = id, MasterKey = Source(key) };

    private static VaultKeySource Source(byte key) => new() { Text = new(TestSilo.Key(key)) };
}
