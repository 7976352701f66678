using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Access;

/// <summary>Cards do not cross a network in clear text.</summary>
public sealed class CardTransportTests
{
    private const string Payments = GatewayHost.Payments;

    [Fact]
    public async Task A_call_that_can_bring_a_card_comes_over_TLS_or_from_this_machine()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:KnownProxies:0", "127.0.0.1"));
        foreach (var (path, method) in (IEnumerable<(string, string)>)
            [
                (Payments, "POST"), ($"{Payments}/pay_01m7wtn50sfz5txb0tmw4px1yr/confirm", "POST"),
                ("/api/v1/customers/asha/cards", "POST"),
            ])
        {
            var refused = await SendAsync(host, path, method, "203.0.113.7", "http");
            await refused.ProblemAsync(403, "https_required");
            Assert.Null(refused.Headers.Location);
        }

        await Taken(await SendAsync(host, Payments, "POST", "203.0.113.7", "https"));
        await Taken(await SendAsync(host, Payments, "POST", "127.0.0.1", "http"));
        await (await SendAsync(host, "/nothing", "GET", "203.0.113.7", "http")).ProblemAsync(404, "not_found");
        Assert.Equal(0, host.Calls.Count<Grains.Abstractions.Payments.IPaymentGrain>());
    }

    [Fact]
    public async Task The_checkout_page_shows_no_form_in_clear_text_and_says_so_in_the_customers_language()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:KnownProxies:0", "127.0.0.1"));
        using var shop = host.Client();
        var order = """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""";
        var payment = await (await shop.SendJsonAsync(Payments, order)).JsonAsync();
        var link = new Uri(payment.GetProperty("checkout_url").GetString()!).PathAndQuery;
        foreach (var (path, method) in (IEnumerable<(string, string)>)
            [
                (link, "GET"), (link + "&framed", "GET"), (link.Split('?')[0], "POST"),
                (link.Split('?')[0] + "/pay", "POST"),
            ])
        {
            using var response = await SendAsync(host, path, method, "203.0.113.7", "http", ("Accept-Language", "hi"));
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.False(response.Headers.Contains("Set-Cookie"));
            var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
            Assert.Contains("सुरक्षित नहीं", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
        }

        using var safe = await SendAsync(host, link, "GET", "203.0.113.7", "https");
        Assert.Equal(HttpStatusCode.SeeOther, safe.StatusCode);
    }

    [Fact]
    public async Task An_operator_may_allow_it()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:KnownProxies:0", "127.0.0.1"), ("Gateway:AllowPlainHttp", "true"));
        await Taken(await SendAsync(host, Payments, "POST", "203.0.113.7", "http"));
    }

    [Fact]
    public async Task Every_call_whose_body_has_a_card_is_one()
    {
        await using var host = await GatewayHost.StartAsync();
        var operations = host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>()).OfType<ApiOperation>().ToList();
        Assert.Equal(3, operations.Count(operation => operation.TakesCards));
        Assert.All(operations, operation => Assert.Equal(
            operation.Body is { } shape && shape.Fields.Any(field => field.Name is "card" or "number"),
            operation.TakesCards));
    }

    // Let through, to be refused for what it says.
    private static async Task Taken(HttpResponseMessage response) =>
        Assert.Equal("missing_field", (await response.JsonAsync()).GetProperty("code").GetString());

    private static async Task<HttpResponseMessage> SendAsync(
        GatewayHost host,
        string path,
        string method,
        string forwardedFor,
        string scheme,
        params (string, string)[] headers)
    {
        using var client = host.Client();
        return await client.SendJsonAsync(
            path, "{}", method, [("X-Forwarded-For", forwardedFor), ("X-Forwarded-Proto", scheme), .. headers]);
    }
}
