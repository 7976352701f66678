using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PaymentCluster.Simulators.Tests.Hosting;
using static PaymentCluster.Simulators.Tests.Paytm.PaytmShop;

namespace PaymentCluster.Simulators.Tests.Paytm;

public sealed class AccountTests
{
    [Fact]
    public async Task A_wallets_token_is_given_for_a_password_and_is_revoked_for_good()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var sent = await SendAsync(simulator, HttpMethod.Post, "/paytm/signin/otp",
            $$"""{"phone":"7777777777","clientId":"client-{{Mid}}","scope":"wallet","responseType":"token"}""");
        var state = sent["state"];
        Assert.Equal(
            "FAILURE",
            (await SendAsync(
                simulator,
                HttpMethod.Post,
                "/paytm/signin/validate/otp",
                $$"""{"otp":"1","state":"{{state}}"}"""))["status"]);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await SendAsync(
                simulator,
                HttpMethod.Post,
                "/paytm/signin/validate/otp",
                $$"""{"otp":"888888","state":"{{state}}"}""",
                "wrong")).Status);
        var token = (await SendAsync(
            simulator,
            HttpMethod.Post,
            "/paytm/signin/validate/otp",
            $$"""{"otp":"888888","state":"{{state}}"}"""))["access_token"];
        Assert.Equal(
            "0000",
            Code(await simulator.InitiateAsync("o-1", Order("o-1", "1.00", $",\"paytmSsoToken\":\"{token}\""))));

        Assert.Equal(
            HttpStatusCode.OK,
            (await SendAsync(simulator, HttpMethod.Delete, $"/paytm/oauth2/accessToken/{token}", null)).Status);
        await simulator.RestartAsync();

        Assert.Equal(
            HttpStatusCode.NotFound,
            (await SendAsync(simulator, HttpMethod.Delete, $"/paytm/oauth2/accessToken/{token}", null)).Status);
        Assert.Equal(
            "2004",
            Code(await simulator.InitiateAsync("o-2", Order("o-2", "1.00", $",\"paytmSsoToken\":\"{token}\""))));
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.Unauthorized)]
    [InlineData("[]", HttpStatusCode.Unauthorized)]
    [InlineData("{", HttpStatusCode.Unauthorized)]
    [InlineData("""{"clientId":"client-TESTMID0000000000001","phone":"1"}""", HttpStatusCode.OK)]
    [InlineData("""{"clientId":"client-TESTMID0000000000001","phone":"7777777777","scope":"all"}""", HttpStatusCode.OK)]
    public async Task What_is_wrong_with_a_request_for_a_password_is_said(string body, HttpStatusCode status)
    {
        await using var simulator = await PaytmShop.StartAsync();

        var reply = await SendAsync(simulator, HttpMethod.Post, "/paytm/signin/otp", body);

        Assert.Equal((status, "FAILURE"), (reply.Status, reply["status"]));
    }

    private static async Task<Reply> SendAsync(
        Simulator simulator, HttpMethod method, string path, string? body, string secret = Key)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"client-{Mid}:{secret}")));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await simulator.SendAsync(request);
    }
}
