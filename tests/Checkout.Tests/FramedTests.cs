using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>The checkout page over a shop's own, in the demo shop.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class FramedTests(CheckoutFixture checkout)
{
    [Fact]
    public async Task A_shop_that_is_registered_shows_the_page_over_its_own_and_hears_how_it_ended()
    {
        await RegisterAsync(checkout.Running.Http(null).BaseAddress!.GetLeftPart(UriPartial.Authority));
        var page = await OpenShopAsync();
        var frame = page.FrameLocator("iframe[title=Checkout]");
        await frame.Locator("#netbanking > summary").ClickAsync();
        await frame.GetByLabel("Which bank?").SelectOptionAsync("HDFC");
        await frame.Locator("#netbanking button").ClickAsync();
        var bank = await page.RunAndWaitForPopupAsync(() =>
            frame.GetByRole(AriaRole.Link, new() { Name = "Continue to your bank" }).ClickAsync());
        await bank.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(frame.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        await Expect(page.Locator("#outcome")).ToContainTextAsync("Paid: pay_");
        await CheckoutFixture.PictureAsync(page, "framed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Locator("dialog")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_page_that_is_not_registered_shows_nothing()
    {
        await RegisterAsync("https://shop.example");
        var page = await OpenShopAsync();
        await page.Locator("iframe[title=Checkout]").WaitForAsync();
        await Expect(page.FrameLocator("iframe[title=Checkout]").GetByRole(AriaRole.Heading)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_demo_shop_leads_to_the_checkout_page_and_back()
    {
        var page = await checkout.PageAsync();
        await page.GotoAsync(ShopUrl);
        await CheckoutFixture.PictureAsync(page, "shop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go to the checkout page" }).ClickAsync();
        await Expect(page.Locator(".total")).ToContainTextAsync("₹705.10");
        await page.Locator("#upi").GetByRole(AriaRole.Button, new() { Name = "Show a QR code" }).ClickAsync();
        await Expect(page.GetByAltText("QR code for UPI apps")).ToBeVisibleAsync();
    }

    private string ShopUrl => new Uri(checkout.Running.Http(null).BaseAddress!, "/demo").AbsoluteUri;

    private async Task RegisterAsync(string origin)
    {
        using var administrator = checkout.Running.Administrator();
        await administrator.PutAsync(
            "/api/v1/merchants/shop", new { name = "Shop", checkout_origins = new[] { origin } });
    }

    private async Task<IPage> OpenShopAsync()
    {
        var page = await checkout.PageAsync();
        await page.GotoAsync(ShopUrl);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay without leaving this page" }).ClickAsync();
        return page;
    }
}
