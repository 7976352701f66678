using Microsoft.Playwright;
using PaymentCluster.Testing;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>A wallet that the customer links by agreeing on its provider's page, and then pays from with one
/// click.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class SavedWalletTests(CheckoutFixture checkout)
{
    private const string Key = "SANDBOX-CHECKOUT0000000001";
    private const string Customer = "/api/v1/customers/euro-customer";
    private const string Euros = ",\"customer_id\":\"euro-customer\"";

    [Fact]
    public async Task Amazon_Pay_is_linked_on_its_page_paid_from_with_a_click_and_given_up()
    {
        using var shop = await EuroShopAsync();
        await shop.SendJsonAsync(Customer, """{"name":"A Customer"}""", "PUT");
        var page = await checkout.PageAsync();
        foreach (var (button, status)
            in ((string, string)[])[("Back to the shop", "declined"), ("Agree and save", "linked")])
        {
            await page.GotoAsync(await LinkAsync(shop));
            await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
            await page.WaitForURLAsync(address =>
                address.EndsWith($"/demo?wallet=amazonpay&status={status}", StringComparison.Ordinal));
        }

        var (path, url) = await checkout.OrderAsync(Euros, 1_999, "EUR", shop);
        await page.GotoAsync(url);
        await Expect(page.Locator("#saved-0 summary")).ToContainTextAsync("Amazon Pay wallet");
        await CheckoutFixture.PictureAsync(page, "saved-wallet");
        await page.Locator("#saved-0 button").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        var paid = await checkout.ReadAsync(path, shop);
        Assert.Equal(
            ("SUCCESS", "amazonpay"),
            (paid.GetProperty("status").GetString(), paid.GetProperty("provider").GetString()));
        var refund = await shop.SendJsonAsync($"{path}/refunds", """{"amount":999}""");
        Assert.True(refund.IsSuccessStatusCode, await refund.Content.ReadAsStringAsync());

        Assert.True((await shop.DeleteAsync(Customer + "/wallets/amazonpay")).IsSuccessStatusCode);
        var (_, next) = await checkout.OrderAsync(Euros, 1_999, "EUR", shop);
        await page.GotoAsync(next);
        await Expect(page.Locator("#wallet")).ToBeVisibleAsync();
        await Expect(page.Locator(".saved")).ToHaveCountAsync(0);
        // Of the wallets that are there, the one that takes euros.
        await page.Locator("#wallet > summary").ClickAsync();
        await Expect(page.GetByLabel("Which wallet?").Locator("option:not([value=''])"))
            .ToHaveTextAsync(["Amazon Pay"]);
    }

    [Fact]
    public async Task A_customer_who_never_returns_has_linked_the_wallet_all_the_same()
    {
        using var shop = await EuroShopAsync();
        await shop.SendJsonAsync("/api/v1/customers/stays-away", "{}", "PUT");
        var consent = await LinkAsync(shop, "/api/v1/customers/stays-away");
        await checkout.DecideAsync("amazonpay", consent[(consent.LastIndexOf('/') + 1)..], "approve");
        await Eventually.HoldsAsync(
            async () => (await (await shop.GetAsync("/api/v1/customers/stays-away/wallets/amazonpay")).JsonAsync())
                .GetProperty("linked").GetBoolean(),
            "reading the wallet completes its link");
    }

    private static async Task<string> LinkAsync(HttpClient shop, string customer = Customer)
    {
        var back = new Uri(shop.BaseAddress!, "/demo");
        var response = await shop.SendJsonAsync(customer + "/wallets/amazonpay", $$"""{"return_url":"{{back}}"}""");
        var wallet = await response.JsonAsync();
        Assert.False(wallet.GetProperty("linked").GetBoolean());
        return wallet.GetProperty("consent_url").GetString()!;
    }

    // A merchant with an account at Amazon Pay alone.
    private async Task<HttpClient> EuroShopAsync()
    {
        using var administrator = checkout.Running.Administrator();
        await administrator.PutAsync("/api/v1/merchants/euroshop", new { name = "Euro shop" });
        var made = await administrator.PostAsync("/api/v1/merchants/euroshop/keys", new { scope = "secret" });
        using var simulators = checkout.Running.Simulators();
        var account = new
        {
            merchant_id = "A1CHECKOUT",
            store_id = "amzn1.application-oa2-client.checkout",
            region = "eu",
        };
        var keys = await simulators.PutAsync(
            $"/_accounts/amazonpay/{Key}",
            new { account.merchant_id, account.store_id, account.region, make_key = true });
        var shop = checkout.Running.Http(made.GetProperty("key").GetString());
        var connected = await shop.SendJsonAsync(
            "/api/v1/providers/amazonpay/credentials",
            global::System.Text.Json.JsonSerializer.Serialize(new
            {
                public_key_id = Key,
                private_key = keys.GetProperty("private_key").GetString(),
                account.merchant_id,
                account.store_id,
                account.region,
            }),
            "PUT");
        Assert.True(connected.IsSuccessStatusCode, await connected.Content.ReadAsStringAsync());
        return shop;
    }
}
