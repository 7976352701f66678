using Microsoft.Playwright;
using PaymentCluster.Testing;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>What the customer saved, on the page.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class SavedTests(CheckoutFixture checkout)
{
    private const string Card =
        """{"number":"4000056655665556","expiry_month":12,"expiry_year":2040,"name":"A Customer","issued_in":"US","consent":{"agreed":true,"text_version":"t1"}}""";

    private static int s_customers;

    [Fact]
    public async Task A_saved_card_is_offered_first_and_paid_with_its_security_code_alone()
    {
        var customer = await CustomerAsync();
        var (path, url) = await checkout.OrderAsync($",\"customer_id\":\"{customer}\"");
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        var saved = page.Locator("#saved-0");
        await Expect(saved.Locator("summary")).ToContainTextAsync("5556");
        await saved.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(saved.Locator(".error")).ToHaveTextAsync("Enter the security code.");
        await saved.GetByLabel("Security code of the card").FillAsync("123");
        await CheckoutFixture.PictureAsync(page, "saved");
        await saved.GetByRole(AriaRole.Button).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        Assert.Equal("5556", (await checkout.ReadAsync(path)).GetProperty("card").GetProperty("last4").GetString());
    }

    [Fact]
    public async Task Another_customers_card_is_neither_shown_nor_taken_and_a_deleted_one_is_gone()
    {
        var customer = await CustomerAsync();
        var (_, url) = await checkout.OrderAsync($",\"customer_id\":\"{customer}-other\"");
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await Expect(page.Locator(".saved")).ToHaveCountAsync(0);

        var cards = $"/api/v1/customers/{customer}/cards";
        var token = (await (await checkout.Shop.GetAsync(cards)).JsonAsync())
            .GetProperty("data")[0].GetProperty("token").GetString();
        Assert.True((await checkout.Shop.DeleteAsync($"{cards}/{token}")).IsSuccessStatusCode);
        var (_, later) = await checkout.OrderAsync($",\"customer_id\":\"{customer}\"");
        await page.GotoAsync(later);
        await Expect(page.Locator(".saved")).ToHaveCountAsync(0);
    }

    // A customer with a card in the vault.
    private async Task<string> CustomerAsync()
    {
        using var administrator = checkout.Running.Administrator();
        await administrator.PutAsync("/api/v1/merchants/shop", new { name = "Shop", card_vault = true });
        var customer = $"customer-{Interlocked.Increment(ref s_customers)}";
        Assert.True((await checkout.Shop.SendJsonAsync(
            $"/api/v1/customers/{customer}", """{"name":"A Customer"}""", "PUT")).IsSuccessStatusCode);
        // That the merchant has a vault is known everywhere within seconds.
        var last = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var saved = await checkout.Shop.SendJsonAsync($"/api/v1/customers/{customer}/cards", Card);
                last = await saved.Content.ReadAsStringAsync();
                return saved.IsSuccessStatusCode;
            },
            () => $"the card is saved: {last}");
        return customer;
    }
}
