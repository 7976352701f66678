using System.Text;
using System.Text.Json;
using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;

namespace PaymentCluster.Gateway.Tests.Idempotency;

public sealed class FingerprintTests
{
    private const string Path = "/api/v1/payments";
    private const string Card =
        """
        "order_id":"o1","amount":500,"currency":"INR","method":"card",
        "card":{"number":"NUMBER","expiry_month":12,"expiry_year":2030,"cvv":"CVV","name":"A"}
        """;

    [Theory]
    [InlineData("""{"currency":"INR","amount":500,"order_id":"o1"}""")]
    [InlineData("  {\n\t\"amount\" : 500 ,\r\n \"order_id\" : \"o1\" , \"currency\":\"INR\" }  ")]
    [InlineData("""{"\u006frder_id":"\u006f1","amount":500,"currency":"INR"}""")]
    [InlineData("""{"order_id":"o1","amount":500,"currency":"INR","customer":null}""")]
    public void The_same_content_has_the_same_fingerprint(string text) =>
        Assert.Equal(Of("""{"order_id":"o1","amount":500,"currency":"INR"}"""), Of(text));

    [Theory]
    [InlineData("""{"order_id":"o2","amount":500,"currency":"INR"}""")]
    [InlineData("""{"order_id":"o1","amount":501,"currency":"INR"}""")]
    [InlineData("""{"order_id":"o1","amount":500,"currency":"USD"}""")]
    [InlineData("""{"order_id":"o1","amount":500,"currency":"INR","confirm":false}""")]
    [InlineData("""{"order_id":"o1","amount":500,"currency":"INR","metadata":{"a":"b"}}""")]
    [InlineData("""{"order_id":"o1","amount":500,"currency":"INR","customer":{"name":"o1"}}""")]
    public void Other_content_has_another_fingerprint(string text) =>
        Assert.NotEqual(Of("""{"order_id":"o1","amount":500,"currency":"INR"}"""), Of(text));

    [Fact]
    public void The_order_of_metadata_does_not_count() => Assert.Equal(
        Of("""{"metadata":{"a":"1","b":"2"}}"""), Of("""{"metadata":{"b":"2","a":"1"}}"""));

    [Fact]
    public void Method_and_path_count()
    {
        var body = Read("{}");
        Assert.NotEqual(Fingerprint.Of("POST", Path, body), Fingerprint.Of("PUT", Path, body));
        Assert.NotEqual(Fingerprint.Of("POST", Path, body), Fingerprint.Of("POST", Path + "/x", body));
    }

    [Fact]
    public void It_is_lower_case_hex_SHA256() => Assert.Matches("^[0-9a-f]{64}$", Of("{}"));

    [Fact]
    public void A_card_counts_by_its_last_digits_and_expiry_alone()
    {
        var one = OfCard("4111111111111111", "123");
        Assert.Equal(one, OfCard("4111111111111111", "999"));
        Assert.Equal(one, OfCard("5555550000061111", "123"));
        Assert.NotEqual(one, OfCard("4012888888881881", "123"));
        Assert.NotEqual(
            one, Of($"{{{Card.Replace("NUMBER", "4111111111111111").Replace("CVV", "123").Replace("2030", "2031")}}}"));
    }

    [Fact]
    public void What_is_hashed_holds_neither_number_nor_security_code()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            Read($"{{{Card.Replace("NUMBER", "4111111111111111").Replace("CVV", "987")}}}").WriteCanonical(json);
        }

        var text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Contains("\"number\":\"1111\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("41111", text, StringComparison.Ordinal);
        Assert.DoesNotContain("987", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cvv", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_time_password_counts_by_being_there_alone()
    {
        static string OfLink(string text) => Fingerprint.Of(
            "POST",
            Path,
            BodyReader.Read(new(Encoding.UTF8.GetBytes(text)), LinkWalletRequest.Shape, new InputErrors()));
        Assert.Equal(OfLink("""{"otp":"123456"}"""), OfLink("""{"otp":"654321"}"""));
        Assert.NotEqual(OfLink("""{"otp":"123456"}"""), OfLink("{}"));
    }

    /// <summary>Fingerprints are stored: another spelling would make a request that is sent again look like another
    /// one.</summary>
    [Fact]
    public void What_is_hashed_never_changes()
    {
        const string Text =
            """
            {"order_id":"o:1","method":"card","card":{"name":"Ä","number":"4111 1111-1111 1111","expiry_month":12,
             "expiry_year":2030,"cvv":"987","save":{"text_version":"v1","agreed":true},"token":null},"amount":500,
             "currency":"INR","capture":"manual","confirm":true,"customer":{"phone":"+919876543210"},
             "client":{"ip":"2001:DB8:0:0::1"},"return_url":"https://Shop.example/ü","metadata":{"b":"<2>","a":"1"},
             "basket":{"items":[{"unit_amount":500,"name":"T","quantity":1}],"discount":0},"expires_in":60,
             "upi":{"vpa":"Some.One@Bank","flow":"collect"}}
            """;
        const string Canonical =
            """
            {"amount":500,"basket":{"discount":0,"items":[{"name":"T","quantity":1,"unit_amount":500}]},"capture":"manual",
            "card":{"expiry_month":12,"expiry_year":2030,"name":"\u00C4","number":"1111",
            "save":{"agreed":true,"text_version":"v1"}},"client":{"ip":"2001:DB8:0:0::1"},"confirm":true,"currency":"INR",
            "customer":{"phone":"\u002B919876543210"},"expires_in":60,"metadata":{"a":"1","b":"\u003C2\u003E"},
            "method":"card","order_id":"o:1","return_url":"https://Shop.example/\u00FC",
            "upi":{"flow":"collect","vpa":"Some.One@Bank"}}
            """;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            Read(Text).WriteCanonical(json);
        }

        Assert.Equal(Canonical.ReplaceLineEndings(""), Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static string OfCard(string number, string code) =>
        Of($"{{{Card.Replace("NUMBER", number).Replace("CVV", code)}}}");

    private static string Of(string text) => Fingerprint.Of("POST", Path, Read(text));

    private static Body Read(string text) =>
        BodyReader.Read(new(Encoding.UTF8.GetBytes(text)), StartPaymentRequest.Shape, new InputErrors())!;
}
