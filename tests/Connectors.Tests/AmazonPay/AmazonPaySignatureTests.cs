using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Connectors.AmazonPay;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html, and what Amazon's own libraries make of
/// it.</summary>
public sealed class AmazonPaySignatureTests
{
    [Theory]
    [InlineData("amazonpay-request-post-v2")]
    [InlineData("amazonpay-request-get-v2")]
    [InlineData("amazonpay-request-post-v1")]
    public void A_request_is_put_into_the_form_that_the_library_signs(string id)
    {
        var inputs = AmazonPayVectors.Inputs(id);
        var headers = new SortedDictionary<string, string>(
            inputs.GetProperty("headers")
                .EnumerateObject()
                .ToDictionary(header => header.Name, header => header.Value.GetString()!),
            StringComparer.Ordinal);

        var canonical = AmazonPaySignature.Canonical(
            inputs.GetProperty("method").GetString()!,
            inputs.GetProperty("uri").GetString()!,
            inputs.GetProperty("query").GetString()!,
            headers,
            Encoding.UTF8.GetBytes(inputs.GetProperty("payload").GetString()!));

        Assert.Equal(AmazonPayVectors.Text(id, "canonical_request"), canonical);
        Assert.Equal(AmazonPayVectors.Text(id, "signed_headers"), AmazonPaySignature.NamesOf(headers));
        var expected = AmazonPayVectors.Text(id, "string_to_sign");
        Assert.Equal(expected, AmazonPaySignature.StringToSign(expected.Split('\n')[0], canonical));
    }

    [Theory]
    [InlineData("amazonpay-button-string-published-v1"), InlineData("amazonpay-button-string-published-v2")]
    public void A_buttons_payload_is_signed_as_published(string id)
    {
        var inputs = AmazonPayVectors.Inputs(id);
        Assert.Equal(
            AmazonPayVectors.Text(id, "expected"),
            AmazonPaySignature.StringToSign(
                inputs.GetProperty("alg").GetString()!, inputs.GetProperty("payload").GetString()!));
    }

    [Fact]
    public void The_second_version_verifies_with_a_salt_as_long_as_the_hash()
    {
        using var key = RSA.Create();
        key.ImportFromPem(AmazonPayVectors.PrivateKey);
        var signature = AmazonPaySignature.Sign(AmazonPaySignature.Version2, "content", key);
        Assert.True(key.VerifyData(
            Encoding.UTF8.GetBytes(AmazonPaySignature.StringToSign(AmazonPaySignature.Version2, "content")),
            Convert.FromBase64String(signature),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pss));
    }

    [Fact]
    public void The_first_version_verifies_with_a_salt_of_20_bytes()
    {
        using var key = RSA.Create();
        key.ImportFromPem(AmazonPayVectors.PrivateKey);
        for (var i = 0; i < 5; i++)
        {
            var signature = AmazonPaySignature.Sign(AmazonPaySignature.Version1, $"content {i}", key);
            // The simulator's own reading of RFC 8017, which the library's vectors confirm.
            Assert.True(Simulators.AmazonPay.AmazonPaySignature.IsValid(
                AmazonPaySignature.Version1, $"content {i}", signature, AmazonPayVectors.PublicKey));
            Assert.False(Simulators.AmazonPay.AmazonPaySignature.IsValid(
                AmazonPaySignature.Version2, $"content {i}", signature, AmazonPayVectors.PublicKey));
        }
    }
}
