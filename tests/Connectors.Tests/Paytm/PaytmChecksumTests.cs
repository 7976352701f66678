using System.Text;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Against checksums that Paytm's own libraries made or accepted.</summary>
public sealed class PaytmChecksumTests
{
    private const string Body =
        """{"requestType":"Payment","mid":"TESTMID0000000000001","websiteName":"WEBSTAGING","orderId":"ORDER_1001","callbackUrl":"https://merchant.example/paytm/cb","txnAmount":{"value":"123.45","currency":"INR"},"userInfo":{"custId":"CUST_001"}}""";

    private const string OfBody =
        "oZxPMPeo4qMXdswyut0FkrqYUoX0JhMwJMtcCFJh1x61nr+XjRTa8uGNfqlefTsgiSrzkrcAFTcy97KIJOW2Ntr+DttVEP6utt7bJYzgR5A=";

    private const string OfForm =
        "3l/XDWh4rX4J7Xy4t3tTvr9FC0cBlGEjcg1v1OYiuL3UCpObthM0e3jUJcTibyXkLVJHCDXPDkjePAVfIZQpJ/VFwEMiMYvgoT+U4KZ5CeY=";

    private static readonly Secret Key = new(PaytmRig.Key);

    [Fact]
    public void A_body_is_signed_as_paytms_library_signs_it() =>
        Assert.Equal(OfBody, PaytmChecksum.Make(Key, Encoding.UTF8.GetBytes(Body), "abcd"));

    [Theory]
    [InlineData(OfBody)]
    [InlineData(
        "nGLEHzxdtDkrgG8l9+ew0qe/IXq/g5+mJnqfg9q9dH/+laadR0YTcKQ+BjLWFpNT0+9r5x+hApjz0iX9pdMpIP8YvGKt3Jtd4kNSEz4Ro/Q=")]
    public void What_paytms_library_signed_is_right_for_this_body_alone(string checksum)
    {
        Assert.True(PaytmChecksum.Verify(Key, Encoding.UTF8.GetBytes(Body), checksum));
        Assert.False(PaytmChecksum.Verify(
            Key, Encoding.UTF8.GetBytes(Body.Replace("123.45", "999.99", StringComparison.Ordinal)), checksum));
    }

    [Fact]
    public void A_form_is_signed_over_its_values_in_the_order_of_their_names()
    {
        var form = PaytmRig.Callback("ORDER_1001");
        var text = PaytmChecksum.TextOf(form);
        Assert.Equal(
            "|400112345678|INR|PPBLC|TESTMID0000000000001|ORDER_1001|UPI|01|Txn Success|TXN_SUCCESS|123.45|2024-01-01 "
                + "10:11:12.0|20240101111212800110168470101509706",
            Encoding.UTF8.GetString(text));
        Assert.Equal(OfForm, PaytmChecksum.Make(Key, text, "abcd"));
        Assert.Equal(text, PaytmChecksum.TextOf(form.Append(new("CHECKSUMHASH", OfForm))));
        form["BANKNAME"] = "null";
        Assert.Equal(text, PaytmChecksum.TextOf(form));
    }

    [Theory]
    [InlineData(16), InlineData(24), InlineData(32)]
    public void All_three_lengths_of_keys_sign(int length)
    {
        var key = new Secret(new string('k', length));
        var checksum = PaytmChecksum.Make(key, "text"u8);
        Assert.True(PaytmChecksum.IsKey(key));
        Assert.Equal(108, checksum.Length);
        Assert.True(PaytmChecksum.Verify(key, "text"u8, checksum));
        Assert.False(PaytmChecksum.Verify(new Secret(new string('x', length)), "text"u8, checksum));
        Assert.NotEqual(checksum, PaytmChecksum.Make(key, "text"u8));
    }

    [Theory]
    [InlineData(""), InlineData("short"), InlineData("ABCDEFGH1234567"), InlineData("ABCDEFGH123456789")]
    public void Nothing_else_is_a_key(string text)
    {
        Assert.False(PaytmChecksum.IsKey(new Secret(text)));
        Assert.False(PaytmChecksum.Verify(new Secret(text), "text"u8, OfBody));
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("not base64!")]
    [InlineData("AAAA"), InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public void What_is_no_checksum_is_not_right(string? checksum) =>
        Assert.False(PaytmChecksum.Verify(Key, "text"u8, checksum));
}
