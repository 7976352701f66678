using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

public sealed class AuthenticationTests
{
    private const string Reports = "/amazonpay/v2/reports?pageSize=1";

    [Theory]
    [InlineData(Reports), InlineData("/v2/reports?pageSize=1"), InlineData("/v2/reports")]
    public async Task A_signed_request_is_let_in_under_both_addresses(string path)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        Assert.Equal(HttpStatusCode.OK, (await simulator.CallAsync("GET", path)).Status);
    }

    [Theory]
    [InlineData("x-amz-pay-date", null, "MissingHeader"), InlineData("x-amz-pay-region", null, "MissingHeader")]
    [InlineData("x-amz-pay-host", "other.example", "InvalidHeaderValue")]
    [InlineData("x-amz-pay-date", "yesterday", "InvalidHeaderValue")]
    [InlineData("x-amz-pay-date", "20261120T115900Z", "InvalidRequestSignature")]
    [InlineData("x-amz-pay-date", "20261120T113000Z", "InvalidHeaderValue")]
    [InlineData("authorization", "Basic abc", "InvalidHeaderValue")]
    [InlineData("authorization", null, "InvalidHeaderValue")]
    public async Task A_header_that_was_changed_after_signing_is_refused(string name, string? value, string reason)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        var reply = await simulator.CallAsync("GET", Reports, spoil: request =>
        {
            request.Headers.Remove(name);
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        });

        Assert.Equal(reason, reply["reasonCode"]);
        Assert.True((int)reply.Status is >= 400 and < 500);
    }

    [Fact]
    public async Task A_body_that_was_changed_after_signing_is_refused()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        var reply = await simulator.CallAsync(
            "POST", "/amazonpay/v2/checkoutSessions", AmazonPayShop.Session(), spoil: request =>
            {
                var headers = request.Content!.Headers.ContentType;
                request.Content = new StringContent(AmazonPayShop.Session(amount: "1.00"));
                request.Content.Headers.ContentType = headers;
            });

        Assert.Equal((HttpStatusCode.Forbidden, "InvalidRequestSignature"), (reply.Status, reply["reasonCode"]));
    }

    [Fact]
    public async Task A_key_that_is_unknown_or_of_another_region_or_environment_is_refused()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        await simulator.AddAmazonAccountAsync("OLDKEY");

        Assert.Equal(
            HttpStatusCode.Unauthorized, (await simulator.CallAsync("GET", Reports, keyId: "SANDBOX-NOBODY")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await simulator.CallAsync("GET", Reports, region: "na")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await simulator.CallAsync("GET", "/sandbox/v2/reports")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await simulator.CallAsync("GET", Reports, keyId: "OLDKEY")).Status);
        Assert.Equal(
            HttpStatusCode.OK, (await simulator.CallAsync("GET", "/sandbox/v2/reports", keyId: "OLDKEY")).Status);
    }

    [Fact]
    public async Task A_creating_call_needs_an_idempotency_key_of_its_form()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        var reply = await simulator.CallAsync(
            "POST", "/amazonpay/v2/refunds", "{}", key: "a key that is longer than 32 characters");

        Assert.Equal((HttpStatusCode.BadRequest, "InvalidHeaderValue"), (reply.Status, reply["reasonCode"]));
    }

    [Fact]
    public async Task Another_merchants_objects_do_not_exist()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync();
        await simulator.AddAmazonAccountAsync("SANDBOX-OTHER", "A2OTHER");
        await simulator.AddAmazonAccountAsync("SANDBOX-SECOND");

        Assert.Equal(
            HttpStatusCode.NotFound,
            (await simulator.CallAsync("GET", $"/amazonpay/v2/charges/{charge}", keyId: "SANDBOX-OTHER")).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await simulator.CallAsync("GET", $"/amazonpay/v2/charges/{charge}", keyId: "SANDBOX-SECOND")).Status);
    }

    [Fact]
    public async Task A_key_pair_is_made_and_its_private_half_shown_once()
    {
        await using var simulator = await Simulator.StartAsync();
        const string Account = """{"merchant_id":"A1","store_id":"s","region":"jp","make_key":true}""";

        var made = await simulator.PutAsync("/_accounts/amazonpay/SANDBOX-NEW", Account);
        var again = await simulator.PutAsync(
            "/_accounts/amazonpay/SANDBOX-NEW", """{"merchant_id":"A1","store_id":"s","region":"jp"}""");

        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", made["private_key"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.DoesNotContain("PRIVATE", again.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "KEY-----", (await simulator.GetAsync("/_accounts/amazonpay")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"store_id":"s","region":"eu","make_key":true}""")]
    [InlineData("""{"merchant_id":"A","store_id":"s","region":"in","make_key":true}""")]
    [InlineData("""{"merchant_id":"A","store_id":"s","region":"eu"}""")]
    [InlineData("""{"merchant_id":"A","store_id":"s","region":"eu","public_key":"x"}""")]
    [InlineData("""{"merchant_id":"A","store_id":"s","region":"eu","make_key":true,"ipn_url":"nowhere"}""")]
    [InlineData("""{"colour":"red"}""")]
    public async Task An_account_that_makes_no_sense_is_refused(string body)
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Equal(
            HttpStatusCode.BadRequest, (await simulator.PutAsync("/_accounts/amazonpay/SANDBOX-X", body)).Status);
    }
}
