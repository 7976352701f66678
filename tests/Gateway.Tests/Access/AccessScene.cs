using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Access;

/// <summary>What a caller shows.</summary>
internal enum Credential
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A key that was never made.</summary>
    Unknown,

    /// <summary>The merchant's publishable key.</summary>
    Publishable,

    /// <summary>The client secret of another payment of the merchant.</summary>
    OtherPayer,

    /// <summary>The payment's client secret.</summary>
    Payer,

    /// <summary>The merchant's secret key.</summary>
    Secret,

    /// <summary>The administrator's key.</summary>
    Administrator,
}

/// <summary>Whose the ids of a path are.</summary>
internal enum Whose
{
    /// <summary>The merchant's.</summary>
    Own,

    /// <summary>Another merchant's.</summary>
    Others,

    /// <summary>Well-formed, and of nothing that exists.</summary>
    Unknown,

    /// <summary>Not an id.</summary>
    Malformed,
}

/// <summary>An endpoint.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Pattern">Its path.</param>
/// <param name="Policy">Who may call it; null for anybody.</param>
/// <param name="Operation">What it accepts; null if the document does not describe it.</param>
internal sealed record Route(string Method, string Pattern, string? Policy, ApiOperation? Operation)
{
    public BodyShape? Body => Operation?.Body;

    public QueryParameter[] Query => Operation?.Query ?? [];

    public string Name => $"{Method} {Pattern}";
}

/// <summary>Two merchants, each with an order that waits for its customer, a payment with a refund, and a
/// customer.</summary>
internal sealed partial class AccessScene
{
    private static int s_orders;

    private readonly Belongings _own;
    private readonly Belongings _others;
    private readonly Belongings _unknown = Belongings.OfNone();
    private readonly Dictionary<Credential, string?> _keys;

    private AccessScene(Belongings own, Belongings others, Dictionary<Credential, string?> keys) =>
        (_own, _others, _keys) = (own, others, keys);

    /// <summary>Sets the scene.</summary>
    /// <param name="host">The gateway.</param>
    /// <param name="before">The scene before, whose other merchant nothing has changed; null for the first.</param>
    public static async Task<AccessScene> SetAsync(GatewayHost host, AccessScene? before = null)
    {
        var shop = await host.OpenShopAsync();
        using var client = host.Client(shop.SecretKey);
        var own = await Belongings.OfAsync(client, shop, "asha");
        return new AccessScene(own, before?._others ?? await OthersAsync(host), new()
        {
            [Credential.None] = null,
            [Credential.Unknown] = "sk_test_0000000000000000000000000000",
            [Credential.Publishable] = shop.PublishableKey,
            [Credential.OtherPayer] = Belongings.SecretOf(await Belongings.OrderAsync(client)),
            [Credential.Payer] = own.ClientSecret,
            [Credential.Secret] = shop.SecretKey,
            [Credential.Administrator] = GatewayHost.AdminKey,
        });
    }

    /// <summary>Every endpoint of the gateway.</summary>
    public static IEnumerable<Route> Routes(GatewayHost host) =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        let pattern = endpoint.RoutePattern.RawText!.TrimEnd('/')
        orderby pattern, method
        select new Route(
            method, pattern, AccessPolicies.Of(endpoint.Metadata), endpoint.Metadata.GetMetadata<ApiOperation>());

    /// <summary>A body that the endpoint takes; null if it takes none.</summary>
    public static HttpContent? BodyOf(Route route) => route switch
    {
        { Method: "GET" or "DELETE" } => null,
        { Operation: null } => new FormUrlEncodedContent([new("token", "made-up")]),
        _ => new StringContent(TextOf(route), Encoding.UTF8, "application/json"),
    };

    /// <summary>A JSON body that the endpoint takes.</summary>
    public static string TextOf(Route route) => route switch
    {
        { Pattern: GatewayHost.Payments } => PaymentBodies.Upi(Belongings.NewOrder()),
        { Pattern: "/api/v1/order-tokens" } =>
            $$"""{"order_id":"{{Belongings.NewOrder()}}","amount":50000,"currency":"INR"}""",
        { Pattern: GatewayHost.Payments + "/{id}/refunds" } => """{"amount":100}""",
        { Pattern: "/api/v1/providers/{provider}/credentials" } =>
            """{"key_id":"the-account","key_secret":"a-secret","webhook_secret":"another-secret"}""",
        { Body: { } shape } => ShapeSchemas.Example(shape).ToJsonString(),
        _ => "{}",
    };

    public string? KeyOf(Credential credential) => _keys[credential];

    public string PathOf(Route route, Whose whose)
    {
        var ids = whose switch
        {
            Whose.Own => _own,
            Whose.Others => _others,
            Whose.Unknown => _unknown,
            _ => null,
        };
        var path = Parameter().Replace(
            route.Pattern, match => ids?.IdOf(match.Groups["name"].Value, route.Pattern) ?? "%25");
        return path.EndsWith("/instruments", StringComparison.Ordinal) ? path + "?amount=50000&currency=INR" : path;
    }

    private static async Task<Belongings> OthersAsync(GatewayHost host)
    {
        var shop = await host.OpenShopAsync();
        using var client = host.Client(shop.SecretKey);
        return await Belongings.OfAsync(client, shop, "ravi");
    }

    [GeneratedRegex(@"\{(?<name>[a-zA-Z]+)[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();

    /// <summary>What a merchant has.</summary>
    private sealed record Belongings(
        string Merchant, string Order, string ClientSecret, string Payment, string Refund, string Customer)
    {
        public static Belongings OfNone() => new(
            // The administrator creates a merchant by this id: it is unknown once.
            $"nobody{Interlocked.Increment(ref s_orders)}",
            "pay_01m7wtn50sfz5txb0tmw4px1yr",
            "",
            "pay_01m7wtn50sfz5txb0tmw4px1yr",
            "rfd_01m7wtn50sfz5txb0tmw4px1yr_1",
            "nobody");

        public static async Task<Belongings> OfAsync(HttpClient client, Shop shop, string customer)
        {
            await shop.ConnectAsync(GatewaySilo.KeepingProvider.Provider);
            await shop.ConnectAsync(GatewaySilo.ConsentingProvider.Provider);
            var order = await OrderAsync(client);
            var paid = await GatewayHost.PaidAsync(client, NewOrder());
            using var refund = await client.SendJsonAsync(GatewayHost.PathOf(paid) + "/refunds", """{"amount":100}""");
            using var put = await client.SendJsonAsync($"/api/v1/customers/{customer}", "{}", "PUT");
            Assert.True(put.IsSuccessStatusCode);
            return new Belongings(
                shop.Id,
                order.GetProperty("id").GetString()!,
                SecretOf(order)!,
                paid.GetProperty("id").GetString()!,
                (await refund.JsonAsync()).GetProperty("id").GetString()!,
                customer);
        }

        public static async Task<JsonElement> OrderAsync(HttpClient client)
        {
            using var created = await client.SendJsonAsync(
                GatewayHost.Payments,
                $$"""{"order_id":"{{NewOrder()}}","amount":50000,"currency":"INR","confirm":false}""");
            return await created.JsonAsync();
        }

        public static string NewOrder() => $"access-{Interlocked.Increment(ref s_orders)}";

        public static string? SecretOf(JsonElement order) => order.GetProperty("client_secret").GetString();

        /// <summary>The value of a path's parameter. Those of instruments, attempts and keys are made up.</summary>
        public string IdOf(string parameter, string pattern) => parameter switch
        {
            "id" when pattern.Contains("/merchants/", StringComparison.Ordinal) => Merchant,
            "id" when pattern.Contains("/refunds/", StringComparison.Ordinal) => Refund,
            // What is paid can be refunded; what waits can be confirmed and cancelled.
            "id" when pattern.EndsWith("/refunds", StringComparison.Ordinal) => Payment,
            "id" => Order,
            "merchant" => Merchant,
            "customer" => Customer,
            "provider" => GatewaySilo.Provider.Provider,
            "wallet" => "agreepay",
            "attempt" => $"att_{Payment[4..]}_1",
            "number" => "1",
            "keyId" => "key_00000000000000000000000000",
            _ => "made-up",
        };
    }
}
