using Microsoft.Playwright;
using PaymentCluster.Testing;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>A customer who has a step to take, and would rather pay another way.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class OtherWayTests(CheckoutFixture checkout)
{
    [Fact]
    public async Task Who_has_no_phone_at_hand_pays_by_bank_instead_and_the_code_that_is_paid_all_the_same_is_refunded()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await ShowCodeAsync(url);
        var code = (await checkout.ReadAsync(path)).GetProperty("provider_reference").GetString()!;
        await page.GetByRole(AriaRole.Link, new() { Name = "Pay another way" }).ClickAsync();
        await CheckoutFixture.PictureAsync(page, "another-way");
        await PayByBankAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        Assert.EndsWith(
            "_2", (await checkout.ReadAsync(path)).GetProperty("attempt").GetString(), StringComparison.Ordinal);

        await checkout.DecideAsync("razorpay", code, "approve");
        await Eventually.HoldsAsync(
            async () => (await checkout.ReadAsync(path)).GetProperty("refunds").GetArrayLength() == 1,
            "the second payment is refunded");
    }

    [Fact]
    public async Task Who_is_refunded_finds_the_code_and_a_page_that_was_left_open_starts_nothing()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await ShowCodeAsync(url);
        await page.GetByRole(AriaRole.Link, new() { Name = "Pay another way" }).ClickAsync();
        // Without script, which would notice.
        var stale = await checkout.PageAsync(options => options.JavaScriptEnabled = false);
        await stale.GotoAsync(url);
        await stale.GotoAsync(page.Url);
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the payment in progress" }).ClickAsync();
        await Expect(page.GetByAltText("QR code for UPI apps")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Pay another way" }).ClickAsync();
        await PayByBankAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).WaitForAsync();
        await PayByBankAsync(stale);
        await stale.GetByRole(AriaRole.Button, new() { Name = "Approve" }).WaitForAsync();
        Assert.EndsWith(
            "_2", (await checkout.ReadAsync(path)).GetProperty("attempt").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_ways_closes_by_itself_when_the_code_is_paid()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await ShowCodeAsync(url);
        await page.GetByRole(AriaRole.Link, new() { Name = "Pay another way" }).ClickAsync();
        await Expect(page.Locator("#card")).ToBeVisibleAsync();
        await checkout.DecideAsync(path, "approve");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
    }

    private async Task<IPage> ShowCodeAsync(string url)
    {
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await page.Locator("#upi").GetByRole(AriaRole.Button, new() { Name = "Show a QR code" }).ClickAsync();
        await Expect(page.GetByAltText("QR code for UPI apps")).ToBeVisibleAsync();
        return page;
    }

    private static async Task PayByBankAsync(IPage page)
    {
        await page.Locator("#netbanking > summary").ClickAsync();
        await page.GetByLabel("Which bank?").SelectOptionAsync("HDFC");
        await page.Locator("#netbanking button").ClickAsync();
    }
}
