using Microsoft.AspNetCore.Http;
using PaymentCluster.Simulators.AmazonPay;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

public sealed class SignatureTests
{
    [Theory]
    [InlineData("amazonpay-request-post-v2")]
    [InlineData("amazonpay-request-get-v2")]
    [InlineData("amazonpay-request-post-v1")]
    public void A_request_of_the_client_library_is_put_into_its_form_and_verified(string id)
    {
        var inputs = AmazonPayShop.Inputs(id);
        var context = new DefaultHttpContext();
        context.Request.Method = inputs.GetProperty("method").GetString()!;
        context.Request.Path = inputs.GetProperty("uri").GetString();
        foreach (var header in inputs.GetProperty("headers").EnumerateObject())
        {
            context.Request.Headers[header.Name] = header.Value.GetString();
        }

        var names = AmazonPayShop.Vector(id, "signed_headers").Split(';');

        var canonical = AmazonPaySignature.Canonical(
            context.Request, names, System.Text.Encoding.UTF8.GetBytes(inputs.GetProperty("payload").GetString()!));

        Assert.Equal(AmazonPayShop.Vector(id, "canonical_request"), canonical);
        var algorithm = AmazonPayShop.Vector(id, "string_to_sign").Split('\n')[0];
        Assert.True(IsValid(algorithm, canonical, id));
        Assert.False(IsValid(algorithm, canonical + " ", id));
        Assert.False(IsValid(algorithm == AmazonPaySignature.Version1
            ? AmazonPaySignature.Version2
            : AmazonPaySignature.Version1, canonical, id));
    }

    [Fact]
    public void A_buttons_payload_is_verified()
    {
        const string Id = "amazonpay-button-signature-v2";
        var payload = AmazonPayShop.Inputs(Id).GetProperty("payload").GetString()!;

        Assert.True(IsValid(AmazonPaySignature.Version2, payload, Id));
        Assert.False(IsValid(AmazonPaySignature.Version2, payload.Replace('m', 'n'), Id));
    }

    [Theory]
    [InlineData(""), InlineData("AAAA"), InlineData("not base64")]
    public void What_is_no_signature_is_wrong_in_both_versions(string signature)
    {
        foreach (var version in (string[])[AmazonPaySignature.Version1, AmazonPaySignature.Version2, "AMZN-PAY"])
        {
            Assert.False(AmazonPaySignature.IsValid(version, "x", signature, AmazonPayShop.PublicKey));
        }
    }

    private static bool IsValid(string algorithm, string content, string id) => AmazonPaySignature.IsValid(
        algorithm, content, AmazonPayShop.Vector(id, "sample_signature"), AmazonPayShop.PublicKey);
}
