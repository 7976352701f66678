using Microsoft.Playwright;
using PaymentCluster.Testing;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>UPI on the page: the customer's own app, and a typed UPI ID where the merchant may
/// still take one.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class UpiTests(CheckoutFixture checkout)
{
    [Fact]
    public async Task A_typed_UPI_id_is_verified_as_it_is_entered_and_requested_the_payment()
    {
        using var collector = await checkout.CollectorAsync();
        var (path, url) = await checkout.OrderAsync(shop: collector);
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        var field = page.GetByLabel("UPI ID");
        await field.FillAsync("invalid@bank");
        await Expect(page.Locator("#f-vpa-error")).ToHaveTextAsync(
            "This UPI ID does not exist. Please check it again.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a request to my UPI ID" }).ClickAsync();
        await Expect(field).ToBeFocusedAsync();
        await CheckoutFixture.PictureAsync(page, "upi-id-unknown");
        await field.FillAsync("asha@bank");
        await Expect(page.Locator(".verified")).ToContainTextAsync("Verified: ");
        await Expect(page.Locator("#f-vpa-error")).ToHaveTextAsync("");
        await CheckoutFixture.PictureAsync(page, "upi-id-verified");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a request to my UPI ID" }).ClickAsync();
        await Expect(page.GetByText("Approve the request in your UPI app")).ToBeVisibleAsync();
        await checkout.DecideAsync(path, "approve", collector);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_a_phone_the_customers_own_app_comes_first_and_what_they_switched_off_is_not_there()
    {
        const string Customer = "/api/v1/customers/upi-customer";
        await checkout.Shop.SendJsonAsync(Customer, """{"name":"A Customer"}""", "PUT");
        var put = await checkout.Shop.SendJsonAsync(
            Customer + "/wallet", """{"upi_app":"phonepe","disabled_methods":["netbanking","wallet"]}""", "PUT");
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        var (_, url) = await checkout.OrderAsync(",\"customer_id\":\"upi-customer\"");
        var page = await checkout.PageAsync(options =>
            (options.ViewportSize, options.HasTouch, options.IsMobile) = (
                new() { Width = 390, Height = 800 }, true, true));
        await page.GotoAsync(url);
        await Expect(page.Locator("#card")).ToBeVisibleAsync();
        await Expect(page.Locator("#netbanking, #wallet")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Open my UPI app" }).ClickAsync();
        var first = page.Locator(".apps a").First;
        await Expect(first).ToHaveTextAsync("PhonePe");
        await Expect(first).ToBeVisibleAsync();
        Assert.StartsWith("phonepe://pay?pa=", await first.GetAttributeAsync("href"), StringComparison.Ordinal);
        Assert.StartsWith(
            "upi://pay?pa=", await page.Locator(".apps a").Last.GetAttributeAsync("href"), StringComparison.Ordinal);
        await CheckoutFixture.PictureAsync(page, "phone-apps", whole: false);
    }
}
