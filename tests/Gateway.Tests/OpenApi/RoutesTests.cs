using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.OpenApi;

public sealed partial class RoutesTests
{
    /// <summary>Who may call what. A new endpoint is decided about here as well.</summary>
    private static readonly Dictionary<string, string?> Policies = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/payments"] = AccessPolicies.Publishable,
        ["GET /api/v1/payments"] = AccessPolicies.Secret,
        ["GET /api/v1/payments/{id}"] = AccessPolicies.Payer,
        ["POST /api/v1/order-tokens"] = AccessPolicies.Secret,
        ["POST /api/v1/order-tokens/rotation"] = AccessPolicies.Secret,
        ["POST /api/v1/payments/{id}/confirm"] = AccessPolicies.Payer,
        ["POST /api/v1/payments/{id}/upi/validate"] = AccessPolicies.Payer,
        ["POST /api/v1/payments/{id}/capture"] = AccessPolicies.Secret,
        ["POST /api/v1/payments/{id}/cancel"] = AccessPolicies.Secret,
        ["GET /api/v1/payments/{id}/timeline"] = AccessPolicies.Secret,
        ["POST /api/v1/payments/{id}/tickets"] = AccessPolicies.Payer,
        ["GET /api/v1/payments/{id}/events"] = AccessPolicies.Viewer,
        ["GET /api/v1/payments/{id}/qr.svg"] = AccessPolicies.Viewer,
        ["GET /api/v1/payments/{id}/qr.png"] = AccessPolicies.Viewer,
        ["POST /api/v1/payments/{id}/refunds"] = AccessPolicies.Secret,
        ["POST /api/v1/payments/{id}/resolve"] = AccessPolicies.Secret,
        ["POST /api/v1/refunds/{id}/resolve"] = AccessPolicies.Secret,
        ["POST /api/v1/payments/{id}/unexpected/{number}/clear"] = AccessPolicies.Secret,
        ["GET /api/v1/alarms"] = AccessPolicies.Secret,
        ["GET /api/v1/audit"] = AccessPolicies.Secret,
        ["GET /api/v1/audit/verification"] = AccessPolicies.Secret,
        ["GET /api/v1/merchants/{id}/audit"] = AccessPolicies.Admin,
        ["GET /api/v1/merchants/{id}/audit/verification"] = AccessPolicies.Admin,
        ["GET /api/v1/vault/audit"] = AccessPolicies.Admin,
        ["GET /api/v1/vault/audit/verification"] = AccessPolicies.Admin,
        ["GET /api/v1/refunds/{id}"] = AccessPolicies.Secret,
        ["GET /api/v1/ledger/accounts"] = AccessPolicies.Secret,
        ["GET /api/v1/ledger/trial-balance"] = AccessPolicies.Secret,
        ["PUT /api/v1/merchants/{id}"] = AccessPolicies.Admin,
        ["GET /api/v1/merchants/{id}"] = AccessPolicies.Admin,
        ["POST /api/v1/merchants/{id}/keys"] = AccessPolicies.Admin,
        ["POST /api/v1/merchants/{id}/keys/{keyId}/rotation"] = AccessPolicies.Admin,
        ["DELETE /api/v1/merchants/{id}/keys/{keyId}"] = AccessPolicies.Admin,
        ["GET /api/v1/providers"] = AccessPolicies.Secret,
        ["PUT /api/v1/providers/{provider}/credentials"] = AccessPolicies.Secret,
        ["DELETE /api/v1/providers/{provider}/credentials"] = AccessPolicies.Secret,
        ["GET /api/v1/routing"] = AccessPolicies.Secret,
        ["PUT /api/v1/routing"] = AccessPolicies.Secret,
        ["POST /api/v1/routing/evaluate"] = AccessPolicies.Secret,
        ["POST /api/v1/routing/replay"] = AccessPolicies.Secret,
        ["PUT /api/v1/customers/{customer}"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}"] = AccessPolicies.Secret,
        ["DELETE /api/v1/customers/{customer}"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}/wallet"] = AccessPolicies.Secret,
        ["PUT /api/v1/customers/{customer}/wallet"] = AccessPolicies.Secret,
        ["POST /api/v1/customers/{customer}/cards"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}/cards"] = AccessPolicies.Secret,
        ["DELETE /api/v1/customers/{customer}/cards/{token}"] = AccessPolicies.Secret,
        ["POST /api/v1/customers/{customer}/upi/validate"] = AccessPolicies.Secret,
        ["POST /api/v1/customers/{customer}/upi"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}/upi"] = AccessPolicies.Secret,
        ["DELETE /api/v1/customers/{customer}/upi/{id}"] = AccessPolicies.Secret,
        ["POST /api/v1/customers/{customer}/wallets/{wallet}"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}/wallets/{wallet}"] = AccessPolicies.Secret,
        ["DELETE /api/v1/customers/{customer}/wallets/{wallet}"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}/instruments"] = AccessPolicies.Secret,
        ["GET /api/v1/customers/{customer}/transactions"] = AccessPolicies.Secret,
        ["GET /api/v1/vault"] = AccessPolicies.Admin,
        ["POST /api/v1/vault/rotation"] = AccessPolicies.Admin,
        ["POST /webhooks/{merchant}/{provider}"] = null,
        ["POST /webhooks/{merchant}/{provider}/{token}"] = null,
        ["GET /return/{merchant}/{provider}/{attempt}/{nonce}"] = null,
        ["GET /return/{merchant}/wallets/{customer}/{wallet}/{nonce}"] = null,
        ["POST /return/{merchant}/{provider}/{attempt}/{nonce}"] = null,
        ["GET /health/live"] = null,
        ["GET /health/ready"] = null,
        ["GET /openapi/v1.json"] = null,
        ["GET /docs/errors"] = null,
        ["GET /checkout/{id}"] = null,
        ["POST /checkout/{id}"] = null,
        ["GET /checkout/{id}/pay"] = null,
        ["POST /checkout/{id}/pay"] = null,
        ["GET /checkout/{id}/step"] = null,
        ["POST /checkout/{id}/step"] = null,
        ["GET /checkout/{id}/status"] = null,
        ["POST /checkout/{id}/upi"] = null,
        ["GET /checkout-assets/{version}/{name}"] = null,
        ["GET /checkout.js"] = null,
    };

    private static readonly string[] NotDescribed =
    [
        "GET /openapi/v1.json", "GET /docs/errors", "GET /checkout/{id}", "POST /checkout/{id}",
        "GET /checkout/{id}/pay", "POST /checkout/{id}/pay", "GET /checkout/{id}/step", "POST /checkout/{id}/step",
        "GET /checkout/{id}/status", "POST /checkout/{id}/upi", "GET /checkout-assets/{version}/{name}",
        "GET /checkout.js",
    ];

    [Fact]
    public async Task Every_endpoint_has_the_policy_that_was_decided()
    {
        await using var host = await GatewayHost.StartAsync();
        Assert.Equal(
            Policies.OrderBy(policy => policy.Key, StringComparer.Ordinal),
            Endpoints(host).Select(endpoint => KeyValuePair.Create(endpoint.Name, endpoint.Policy)).OrderBy(
                policy => policy.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_description_has_every_endpoint_and_no_other()
    {
        await using var host = await GatewayHost.StartAsync();
        var document = await DocumentAsync(host);
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(
                operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(
            Endpoints(host).Select(endpoint => endpoint.Name).Except(NotDescribed, StringComparer.Ordinal).Order(
                StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_is_described_whole()
    {
        await using var host = await GatewayHost.StartAsync();
        var document = await DocumentAsync(host);
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var name = $"{operation.Name} {path.Name}";
                Assert.False(string.IsNullOrEmpty(operation.Value.GetProperty("summary").GetString()), name);
                var responses = operation.Value.GetProperty("responses").EnumerateObject().ToList();
                Assert.Contains(responses, response => response.Name[0] is '2' or '3');
                Assert.All(
                    responses.Where(response => response.Name[0] is '4' or '5'),
                    response => Assert.True(
                        response.Value.GetProperty("content").TryGetProperty("application/problem+json", out _), name));
                Assert.All(responses, response => Assert.NotEqual(
                    "OK", response.Value.GetProperty("description").GetString()));
                var parameters = operation.Value.TryGetProperty("parameters", out var found)
                    ? found.EnumerateArray().ToList()
                    : [];
                Assert.Equal(
                    PathParameter().Count(path.Name),
                    parameters.Count(parameter => parameter.GetProperty("in").GetString() == "path"));
            }
        }
    }

    [Fact]
    public async Task Every_reference_in_the_description_leads_somewhere()
    {
        await using var host = await GatewayHost.StartAsync();
        var text = await host.Client(null).GetStringAsync("/openapi/v1.json");
        var schemas = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("components").GetProperty("schemas");
        Assert.NotEmpty(Reference().Matches(text));
        foreach (Match match in Reference().Matches(text))
        {
            Assert.True(schemas.TryGetProperty(match.Groups["name"].Value, out _), match.Value);
        }
    }

    [Fact]
    public async Task Every_example_is_taken_by_its_own_call()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var shape in Operations(host).SelectMany(
            operation => new[] { operation.Body, operation.PageBody }).OfType<BodyShape>())
        {
            var errors = new InputErrors();
            var example = ShapeSchemas.Example(shape).ToJsonString();
            BodyReader.Read(new(System.Text.Encoding.UTF8.GetBytes(example)), shape, errors);
            Assert.False(errors.Any, $"{shape.Name}: {example}");
        }
    }

    [Fact]
    public async Task Responses_name_nothing_that_is_internal()
    {
        await using var host = await GatewayHost.StartAsync();
        var schemas = (await DocumentAsync(host)).GetProperty("components").GetProperty("schemas");
        string[] unwanted =
        [
            "lease", "next_action_at", "sealed", "hash", "cvv", "number", "security_code", "stack_trace", "user_agent",
            "ip_address",
        ];
        foreach (var schema in schemas.EnumerateObject().Where(
            schema => schema.Name.EndsWith("Response", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(
                schema.Value.GetProperty("properties").EnumerateObject(), member => unwanted.Contains(
                    member.Name, StringComparer.Ordinal));
        }
    }

    private static IEnumerable<(string Name, string? Policy)> Endpoints(GatewayHost host) =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select (
            $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}",
            AccessPolicies.Of(endpoint.Metadata));

    private static IEnumerable<ApiOperation> Operations(GatewayHost host) =>
        host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>())
            .OfType<ApiOperation>();

    private static async Task<JsonElement> DocumentAsync(GatewayHost host)
    {
        using var client = host.Client(null);
        return JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync("/openapi/v1.json"));
    }

    [GeneratedRegex("\"#/components/schemas/(?<name>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex("\\{", RegexOptions.None, 1000)]
    private static partial Regex PathParameter();
}
