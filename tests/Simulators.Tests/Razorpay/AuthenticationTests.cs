using System.Net;
using System.Text;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class AuthenticationTests
{
    [Theory]
    [InlineData("Basic", Simulator.KeyId, Simulator.KeySecret, HttpStatusCode.OK)]
    [InlineData("basic", Simulator.KeyId, Simulator.KeySecret, HttpStatusCode.Unauthorized)]
    [InlineData("BASIC", Simulator.KeyId, Simulator.KeySecret, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", Simulator.KeyId, Simulator.KeySecret, HttpStatusCode.Unauthorized)]
    [InlineData("Basic", Simulator.KeyId, "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", Simulator.KeyId, "", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "rzp_test_unknown", Simulator.KeySecret, HttpStatusCode.Unauthorized)]
    public async Task Only_a_known_key_with_its_secret_and_the_exact_scheme_is_let_in(
        string scheme, string key, string secret, HttpStatusCode expected)
    {
        await using var simulator = await Simulator.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/razorpay/v1/orders");
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}"));
        request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {credentials}");

        Assert.Equal(expected, (await simulator.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_refusal_to_authenticate_is_an_error_like_any_other()
    {
        await using var simulator = await Simulator.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/razorpay/v1/orders");

        var reply = await simulator.SendAsync(request);

        Assert.Equal("Authentication failed", reply.Error);
        Assert.Equal("BAD_REQUEST_ERROR", reply.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_account_that_is_put_again_has_its_new_secret_alone()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.PutAsync($"/_accounts/razorpay/{Simulator.KeyId}", """{"key_secret":"another"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, (await simulator.GetAsync("/razorpay/v1/orders")).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/razorpay/v1/orders");
        request.Headers.Authorization = Simulator.BasicAuth(Simulator.KeyId, "another");
        Assert.Equal(HttpStatusCode.OK, (await simulator.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Another_accounts_order_does_not_exist()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();
        await simulator.RegisterAsync(keyId: "rzp_test_other");
        foreach (var path in (string[])[$"/v1/orders/{order}", $"/v1/orders/{order}/payments"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = Simulator.BasicAuth("rzp_test_other", Simulator.KeySecret);

            var reply = await simulator.SendAsync(request);

            Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
            Assert.Equal("The id provided does not exist", reply.Error);
        }
    }

    [Fact]
    public async Task The_accounts_are_listed_without_their_secrets()
    {
        await using var simulator = await Simulator.StartAsync();
        var reply = await simulator.GetAsync("/_accounts/razorpay");

        Assert.Contains(Simulator.KeyId, reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Simulator.KeySecret, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rzp_test_x", """{"key_secret":""}""")]
    [InlineData("test_x", """{"key_secret":"s"}""")]
    [InlineData("rzp_test_x", """{"key_secret":"s","webhook_url":"nowhere","webhook_secret":"w"}""")]
    [InlineData("rzp_test_x", """{"key_secret":"s","webhook_url":"http://127.0.0.1:1/"}""")]
    [InlineData("rzp_test_x", """{"key_secret":"s","colour":"red"}""")]
    public async Task An_account_that_makes_no_sense_is_refused(string keyId, string body)
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Equal(
            HttpStatusCode.BadRequest, (await simulator.PutAsync($"/_accounts/razorpay/{keyId}", body)).Status);
    }
}
