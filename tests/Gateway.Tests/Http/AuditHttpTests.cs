using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>Who changed what, from the request to <c>GET /audit</c>.</summary>
public sealed class AuditHttpTests
{
    private const string Path = "/api/v1/audit";

    [Fact]
    public async Task Every_change_names_who_what_when_and_from_where()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        using var admin = host.Client(GatewayHost.AdminKey);
        var created = await (await admin.SendJsonAsync(
            $"/api/v1/merchants/{host.Shop.Id}/keys", """{"scope":"secret"}""")).JsonAsync();
        var keyId = created.GetProperty("id").GetString();
        await client.SendJsonAsync("/api/v1/routing", """{"rules":[]}""", "PUT");
        await client.SendJsonAsync("/api/v1/order-tokens/rotation", "{}");
        await client.SendJsonAsync("/api/v1/customers/c1", """{"name":"Asha"}""", "PUT");
        await client.DeleteAsync("/api/v1/customers/c1");
        await admin.DeleteAsync($"/api/v1/merchants/{host.Shop.Id}/keys/{keyId}");

        var changes = await ChangesAsync(client);
        Assert.Equal(
            ["key_revoked", "customer_erased", "order_token_key_rotated", "routing_saved", "key_created"],
            changes.Take(5).Select(change => change.GetProperty("action").GetString()));
        Assert.All(changes.Take(5), change => Assert.Equal(
            ("127.0.0.1", "done"),
            (change.GetProperty("address").GetString(), change.GetProperty("outcome").GetString())));
        Assert.Equal("admin", changes[0].GetProperty("actor").GetString());
        Assert.StartsWith("key_", changes[1].GetProperty("actor").GetString(), StringComparison.Ordinal);
        Assert.Equal("c1", changes[1].GetProperty("subject").GetString());
        Assert.Equal(keyId, changes[4].GetProperty("subject").GetString());

        var ofMerchant = await ChangesAsync(admin, $"/api/v1/merchants/{host.Shop.Id}/audit?actor=admin");
        Assert.Equal(
            ["key_revoked", "key_created"], ofMerchant.Select(change => change.GetProperty("action").GetString()));
        Assert.Empty(await ChangesAsync(host.Client((await host.OpenShopAsync()).SecretKey), $"{Path}?subject=c1"));
    }

    [Fact]
    public async Task What_a_key_does_to_a_payment_is_listed_with_the_key_that_did_it()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var authorized = GatewayHost.PathOf(await GatewayHost.AuthorizedAsync(client, "o1"));
        await client.SendJsonAsync(authorized + "/capture", "{}");
        await GatewayHost.UntilAsync(client, authorized, "SUCCESS");
        await client.SendJsonAsync(authorized + "/refunds", """{"amount":100}""");
        var cancelled = GatewayHost.PathOf(await GatewayHost.AuthorizedAsync(client, "o2"));
        await client.PostAsync(cancelled + "/cancel", null);

        var changes = await ChangesAsync(client, $"{Path}?limit=3");
        Assert.Equal(
            ["payment_cancelled", "refund_requested", "capture_requested"],
            changes.Select(change => change.GetProperty("action").GetString()));
        Assert.Equal("refund 1 of 100 minor units", changes[1].GetProperty("detail").GetString());
        Assert.All(changes, change => Assert.StartsWith(
            "key_", change.GetProperty("actor").GetString(), StringComparison.Ordinal));
        var payment = authorized[(authorized.LastIndexOf('/') + 1)..];
        Assert.Equal(2, (await ChangesAsync(client, $"{Path}?subject={payment}")).Length);
    }

    [Fact]
    public async Task A_trail_is_read_in_pages_and_verifies()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var first = await (await client.GetAsync($"{Path}?limit=2")).JsonAsync();
        Assert.Equal(2, first.GetProperty("data").GetArrayLength());
        var second = await (await client.GetAsync(
            $"{Path}?limit=2&cursor={first.GetProperty("next_cursor").GetString()}")).JsonAsync();
        Assert.NotEqual(
            first.GetProperty("data")[0].GetProperty("id").GetString(),
            second.GetProperty("data")[0].GetProperty("id").GetString());

        var verification = await (await client.GetAsync($"{Path}/verification")).JsonAsync();
        Assert.True(verification.GetProperty("valid").GetBoolean());
        // The shop, two keys and its credentials: an intent and an outcome each.
        Assert.Equal(8, verification.GetProperty("entries").GetInt64());
        Assert.Matches("^[0-9a-f]{64}$", verification.GetProperty("head").GetString());

        await (await client.GetAsync($"{Path}?cursor=x")).ProblemAsync(400, "cursor_invalid");
        await (await client.GetAsync($"{Path}?action=x")).ProblemAsync(400, "invalid_field");
        using var admin = host.Client(GatewayHost.AdminKey);
        await (await admin.GetAsync("/api/v1/merchants/X/audit")).ProblemAsync(404, "merchant_not_found");
        using var page = host.Client(host.Shop.PublishableKey);
        await (await page.GetAsync(Path)).ProblemAsync(403, "permission_denied");
    }

    [Fact]
    public async Task A_rotation_of_the_vault_is_the_installations()
    {
        await using var host = await GatewayHost.StartAsync();
        using var admin = host.Client(GatewayHost.AdminKey);
        await admin.SendJsonAsync("/api/v1/vault/rotation", """{"new_keys":false}""");
        var change = (await ChangesAsync(admin, "/api/v1/vault/audit"))[0];
        Assert.Equal(
            ("vault_rotated", "admin", "done"),
            (
                change.GetProperty("action").GetString(),
                change.GetProperty("actor").GetString(),
                change.GetProperty("outcome").GetString()));
        var verification = await (await admin.GetAsync("/api/v1/vault/audit/verification")).JsonAsync();
        Assert.True(verification.GetProperty("valid").GetBoolean());
    }

    private static async Task<JsonElement[]> ChangesAsync(HttpClient client, string path = Path)
    {
        var response = await client.GetAsync(path);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return [.. (await response.JsonAsync()).GetProperty("data").EnumerateArray()];
    }
}
