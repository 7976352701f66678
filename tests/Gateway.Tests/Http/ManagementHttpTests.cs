using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Management;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>The management port beside the public one.</summary>
public sealed class ManagementHttpTests
{
    [Fact]
    public async Task What_operators_use_is_on_the_management_port_and_the_API_is_not()
    {
        var management = new Uri($"http://127.0.0.1:{Ports.Free()}");
        await using var host = await GatewayHost.StartAsync(MapTool, ("Gateway:ManagementUrl", management.AbsoluteUri));
        using var client = host.Client();
        await (await client.GetAsync("/tool")).ProblemAsync(404, "not_found");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/payments")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);

        // The Host header is the caller's and opens nothing.
        client.DefaultRequestHeaders.Host = management.Authority;
        await (await client.GetAsync("/tool")).ProblemAsync(404, "not_found");

        using var other = host.Client();
        other.BaseAddress = management;
        await (await other.GetAsync("/api/v1/payments")).ProblemAsync(404, "not_found");
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/health/live")).StatusCode);

        using var browser = host.Client(null);
        browser.BaseAddress = management;
        var challenged = await browser.GetAsync("/tool");
        await challenged.ProblemAsync(401, "authentication_required");
        Assert.Equal("Basic", challenged.Headers.WwwAuthenticate.Single().Scheme);
        SignIn(browser, "wrong");
        await (await browser.GetAsync("/tool")).ProblemAsync(401, "api_key_invalid");
        SignIn(browser, GatewayHost.AdminKey);
        Assert.Equal("tool", await browser.GetStringAsync("/tool"));
    }

    [Fact]
    public async Task Without_a_management_port_there_are_no_tools()
    {
        await using var host = await GatewayHost.StartAsync(MapTool);
        using var browser = host.Client(null);
        SignIn(browser, GatewayHost.AdminKey);
        await (await browser.GetAsync("/tool")).ProblemAsync(404, "not_found");
    }

    private static void MapTool(IEndpointRouteBuilder routes) =>
        routes.MapGet("/tool", () => "tool").RequireAuthorization(AccessPolicies.Operator).OnManagementPort();

    private static void SignIn(HttpClient client, string password) => client.DefaultRequestHeaders.Authorization =
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"ops:{password}")));
}
