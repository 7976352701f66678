using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Paytm;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Paytm;

/// <summary>Against checksums that Paytm's own libraries made or accepted.</summary>
public sealed class ChecksumTests
{
    [Theory]
    [InlineData("paytm-checksum-json-1"), InlineData("paytm-checksum-callback-form-1")]
    public void A_checksum_is_made_and_accepted(string id)
    {
        var (inputs, key, expected) = Vector(id);
        var text = TextOf(inputs);

        Assert.Equal(expected.GetString(), PaytmChecksum.Make(key, text, inputs.GetProperty("salt").GetString()!));
        Assert.True(PaytmChecksum.Verify(key, text, expected.GetString()!));
        Assert.True(PaytmChecksum.Verify(key, text, PaytmChecksum.Make(key, text)));
    }

    [Theory]
    [InlineData("paytm-checksum-random-salt-verify"), InlineData("paytm-checksum-json-1-negative")]
    public void A_recorded_checksum_is_judged_as_paytms_library_judges_it(string id)
    {
        var (inputs, key, expected) = Vector(id);

        Assert.Equal(
            expected.GetBoolean(),
            PaytmChecksum.Verify(key, TextOf(inputs), inputs.GetProperty("signature").GetString()!));
    }

    [Theory]
    [InlineData(""), InlineData("not base64"), InlineData("AAAA"), InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public void What_is_no_checksum_is_not_valid(string checksum) =>
        Assert.False(PaytmChecksum.Verify(PaytmShop.Key, "text"u8, checksum));

    [Theory]
    [InlineData(16), InlineData(24), InlineData(32)]
    public void Keys_have_three_lengths(int length)
    {
        var key = new string('k', length);

        Assert.True(PaytmChecksum.IsKey(key));
        Assert.False(PaytmChecksum.IsKey(key + "k"));
        Assert.True(PaytmChecksum.Verify(key, "text"u8, PaytmChecksum.Make(key, "text"u8)));
        Assert.False(PaytmChecksum.Verify(new string('x', length), "text"u8, PaytmChecksum.Make(key, "text"u8)));
    }

    private static byte[] TextOf(JsonElement inputs) => inputs.TryGetProperty("params", out var form)
        ? PaytmChecksum.TextOf(form.EnumerateObject().Select(
            field => KeyValuePair.Create(field.Name, field.Value.GetString()!)))
        : Encoding.UTF8.GetBytes(inputs.GetProperty("body").GetString()!);

    private static (JsonElement Inputs, string Key, JsonElement Expected) Vector(string id)
    {
        var vector = TestData.Read("paytm-vectors").EnumerateArray().Single(
            one => one.GetProperty("id").GetString() == id);
        return (
            vector.GetProperty("inputs"), vector.GetProperty("secret").GetString()!, vector.GetProperty("expected"));
    }
}
