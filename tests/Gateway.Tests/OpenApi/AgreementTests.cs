using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.OpenApi;

/// <summary>What the document says, and what the server does.</summary>
public sealed class AgreementTests
{
    private const string Payments = "/api/v1/payments";
    private const string Order = """{"order_id":"o1","amount":100,"currency":"INR","method":"upi"}""";

    /// <summary>Headers of HTTP itself, and of every response alike.</summary>
    private static readonly string[] Plain =
    [
        "Date", "Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options", "Transfer-Encoding",
    ];

    [Fact]
    public async Task Every_header_that_the_server_sends_is_documented()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        using var stranger = host.Client(null);
        var document = await DocumentAsync(host);
        using var started = await client.SendJsonAsync(Payments, Order, "POST", ("Idempotency-Key", "k1"));
        var path = started.Headers.Location!.ToString();
        Check(started, document, "post", Payments, "Location", "ETag", "X-Request-Id");
        Check(await client.GetAsync(path), document, "get", $"{Payments}/{{id}}", "ETag");
        var paid = GatewayHost.PathOf(await GatewayHost.PaidAsync(client, "o2"));
        Check(
            await client.SendJsonAsync(paid + "/refunds", "{}"),
            document,
            "post",
            $"{Payments}/{{id}}/refunds",
            "Location");
        Check(await client.GetAsync("/api/v1/routing"), document, "get", "/api/v1/routing", "ETag");
        Check(await stranger.SendJsonAsync(Payments, Order), document, "post", Payments, "WWW-Authenticate");
        using var broken = host.Calls.Break<IPaymentGrain>(new TimeoutException());
        Check(await client.SendJsonAsync(Payments, Order), document, "post", Payments, "Retry-After");
    }

    [Fact]
    public async Task A_client_secret_is_forbidden_to_create_payments_in_the_document_as_on_the_server()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var created = await (await client.SendJsonAsync(
            Payments, """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""")).JsonAsync();
        using var payer = host.Client(created.GetProperty("client_secret").GetString());
        await (await payer.SendJsonAsync(Payments, Order)).ProblemAsync(403, "permission_denied");
        var responses = Operation(await DocumentAsync(host), "post", Payments).GetProperty("responses");
        Assert.Contains(
            "permission_denied",
            responses.GetProperty("403").GetProperty("description").GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("currency", "INR", "inr")]
    [InlineData("order_id", "order_1", "order 1")]
    [InlineData("customer_id", "asha", "asha\n")]
    [InlineData("upi.vpa", "name@bank", "name")]
    [InlineData("customer.email", "a@b.example", "a")]
    [InlineData("customer.phone", "+919876543210", "call me")]
    [InlineData("card.number", "4111 1111 1111 1111", "411111")]
    [InlineData("card.cvv", "123", "12a")]
    [InlineData("wallet.provider", "mobikwik", "Mobikwik")]
    [InlineData("netbanking.bank", "PUNB_R", "punb")]
    public async Task A_text_with_a_pattern_has_it_in_the_document(string field, string right, string wrong)
    {
        await using var host = await GatewayHost.StartAsync();
        var schema = (await DocumentAsync(host)).GetProperty("components").GetProperty("schemas").GetProperty(
            "StartPaymentRequest");
        foreach (var name in field.Split('.'))
        {
            schema = schema.GetProperty("properties").GetProperty(name);
        }

        var pattern = schema.GetProperty("pattern").GetString()!;
        Assert.Matches(new Regex(pattern, RegexOptions.ECMAScript), right);
        Assert.DoesNotMatch(new Regex(pattern.Replace("$", "\\z", StringComparison.Ordinal)), wrong);
        Assert.DoesNotContain("\\z", pattern, StringComparison.Ordinal);
    }

    private static void Check(
        HttpResponseMessage response, JsonElement document, string method, string path, params string[] needed)
    {
        using (response)
        {
            var status = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var described = Operation(document, method, path).GetProperty("responses").GetProperty(status)
                .GetProperty("headers").EnumerateObject().Select(header => header.Name).ToHashSet(
                    StringComparer.OrdinalIgnoreCase);
            var sent = response.Headers.Concat(response.Content.Headers).Select(header => header.Key).Except(
                Plain, StringComparer.OrdinalIgnoreCase).ToList();
            Assert.All(needed, name => Assert.Contains(name, sent, StringComparer.OrdinalIgnoreCase));
            Assert.All(sent, name => Assert.True(described.Contains(name), $"{method} {path} {status}: {name}"));
        }
    }

    private static JsonElement Operation(JsonElement document, string method, string path) =>
        document.GetProperty("paths").GetProperty(path).GetProperty(method);

    private static async Task<JsonElement> DocumentAsync(GatewayHost host)
    {
        using var client = host.Client(null);
        return JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync("/openapi/v1.json"));
    }
}
