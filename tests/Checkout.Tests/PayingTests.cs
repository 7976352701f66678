using Microsoft.Playwright;
using PaymentCluster.Testing;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>A customer pays in a browser, by each method, and everything that people do on the way.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class PayingTests(CheckoutFixture checkout)
{
    private const string Basket =
        ",\"basket\":{\"items\":[{\"name\":\"Paracetamol 500 mg\",\"quantity\":2,\"unit_amount\":50000},"
        + "{\"name\":\"Thermometer\",\"quantity\":1,\"unit_amount\":40000}],\"discount\":20000,\"shipping\":5000,"
        + "\"savings\":20000}";

    [Fact]
    public async Task A_card_is_paid_with_its_approval_at_the_bank()
    {
        var (path, url) = await checkout.OrderAsync(Basket + ",\"return_url\":\"https://shop.example/thanks\"");
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Shop");
        await Expect(page.Locator(".amount")).ToHaveTextAsync("₹1,250.00");
        await Expect(page.Locator(".savings")).ToHaveTextAsync("You save ₹200.00");
        await CheckoutFixture.PictureAsync(page, "choose");
        await PayByCardAsync(page, "4111111111111111");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        await CheckoutFixture.PictureAsync(page, "paid");
        Assert.Equal("SUCCESS", (await checkout.ReadAsync(path)).GetProperty("status").GetString());
        var back = await page.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" }).GetAttributeAsync("href");
        Assert.StartsWith("https://shop.example/thanks?payment_id=pay_", back, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_card_is_said_so_and_another_way_may_be_tried()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await PayByCardAsync(page, "4111111111111111");
        await page.GetByRole(AriaRole.Button, new() { Name = "Decline" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The payment did not go through.");
        await CheckoutFixture.PictureAsync(page, "refused");

        await page.Locator("#netbanking > summary").ClickAsync();
        await page.GetByLabel("Which bank?").SelectOptionAsync("HDFC");
        await page.Locator("#netbanking button").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        Assert.EndsWith(
            "_2", (await checkout.ReadAsync(path)).GetProperty("attempt").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wallet", "Which wallet?", "mobikwik")]
    [InlineData("netbanking", "Which bank?", "HDFC")]
    public async Task What_is_refused_on_the_page_of_a_bank_or_wallet_may_be_tried_again_there(
        string method, string label, string choice)
    {
        var (path, url) = await checkout.OrderAsync(",\"return_url\":\"https://shop.example/thanks\"");
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        foreach (var action in (string[])["Decline", "Approve"])
        {
            await page.Locator($"#{method} > summary").ClickAsync();
            await page.GetByLabel(label).SelectOptionAsync(choice);
            await page.Locator($"#{method} button").ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
            if (action == "Decline")
            {
                await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The payment did not go through.");
                // A customer who gives up returns with the payment's status.
                var back = await page.GetByRole(AriaRole.Link, new() { Name = "Back to the shop" })
                    .GetAttributeAsync("href");
                Assert.EndsWith("&status=FAILED", back, StringComparison.Ordinal);
            }
        }

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        Assert.Equal(method, (await checkout.ReadAsync(path)).GetProperty("method").GetString());
    }

    [Fact]
    public async Task A_QR_code_that_the_customer_refuses_in_the_app_is_said_so_by_itself()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await page.Locator("#upi").GetByRole(AriaRole.Button, new() { Name = "Show a QR code" }).ClickAsync();
        await Expect(page.GetByAltText("QR code for UPI apps")).ToBeVisibleAsync();
        await checkout.DecideAsync(path, "decline");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The payment did not go through.");
        await Expect(page.Locator("#card > summary")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_QR_code_is_shown_with_the_time_left_and_the_page_learns_by_itself_that_it_was_paid()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await page.Locator("#upi").GetByRole(AriaRole.Button, new() { Name = "Show a QR code" }).ClickAsync();
        await Expect(page.GetByAltText("QR code for UPI apps")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Timer)).ToHaveTextAsync(
            new global::System.Text.RegularExpressions.Regex("1[0-9]:[0-9]{2}"));
        await CheckoutFixture.PictureAsync(page, "qr");
        await checkout.DecideAsync(path, "approve");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_wrong_with_a_card_is_said_at_its_field_before_anything_is_sent()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await page.Locator("#card > summary").ClickAsync();
        await page.GetByLabel("Card number").FillAsync("4111111111111112");
        await page.Locator("#card button").ClickAsync();
        await Expect(page.Locator("#f-number-error")).ToHaveTextAsync(
            "Check the card number: a digit is wrong or missing.");
        await Expect(page.GetByLabel("Card number")).ToBeFocusedAsync();
        await page.GetByLabel("Card number").FillAsync("4111111111111111");
        await Expect(page.Locator("#f-number-error")).ToHaveTextAsync("");
        await Expect(page.Locator(".network")).ToHaveTextAsync("visa");
        Assert.Equal("PENDING", (await checkout.ReadAsync(path)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Without_script_a_card_is_paid_all_the_same()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync(options => options.JavaScriptEnabled = false);
        await page.GotoAsync(url);
        await page.Locator("#card > summary").ClickAsync();
        await page.GetByLabel("Card number").FillAsync("4111 1111 1111 1112");
        await page.Locator("#card button").ClickAsync();
        await Expect(page.Locator("#f-number-error")).ToHaveTextAsync(
            "Check the card number: a digit is wrong or missing.");
        Assert.Equal("", await page.GetByLabel("Card number").InputValueAsync());
        await FillCardAsync(page, "4111 1111 1111 1111");
        await page.Locator("#card button").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Eventually.HoldsAsync(
            async () => (await checkout.ReadAsync(path)).GetProperty("status").GetString() == "SUCCESS",
            "the payment succeeds");
        await page.GotoAsync(url);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Double_clicks_reloads_and_the_back_button_pay_nothing_twice()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await page.Locator("#card > summary").ClickAsync();
        await FillCardAsync(page, "4111111111111111");
        await page.Locator("#card button").DblClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).WaitForAsync();
        await page.GotoAsync(url);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Continue to your bank" })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await page.GoBackAsync();
        await page.GotoAsync(url);
        await page.GetByRole(AriaRole.Link, new() { Name = "Continue to your bank" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        await page.ReloadAsync();
        Assert.EndsWith(
            "_1", (await checkout.ReadAsync(path)).GetProperty("attempt").GetString(), StringComparison.Ordinal);
        using var simulators = checkout.Running.Simulators();
        var journal = (await simulators.SendAsync(HttpMethod.Get, "/_journal"))!.Text;
        var attempt = (await checkout.ReadAsync(path)).GetProperty("attempt").GetString()!;
        Assert.Single(journal.Split('\n'), line =>
            line.Contains(attempt, StringComparison.Ordinal) && line.Contains("captured", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_of_a_paid_order_offers_nothing_to_pay_and_a_stale_form_pays_nothing()
    {
        var (path, url) = await checkout.OrderAsync();
        var first = await checkout.PageAsync();
        await first.GotoAsync(url);
        var second = await checkout.PageAsync();
        await second.GotoAsync(url);
        await PayByCardAsync(first, "4111111111111111");
        await first.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(first.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();

        await second.Locator("#netbanking > summary").ClickAsync();
        await second.GetByLabel("Which bank?").SelectOptionAsync("HDFC");
        await second.Locator("#netbanking button").ClickAsync();
        await Expect(second.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        Assert.EndsWith(
            "_1", (await checkout.ReadAsync(path)).GetProperty("attempt").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_phone_in_Hindi_everything_fits()
    {
        var (_, url) = await checkout.OrderAsync(Basket);
        var page = await checkout.PageAsync(options =>
        {
            options.Locale = "hi-IN";
            options.ViewportSize = new() { Width = 320, Height = 640 };
            options.ColorScheme = ColorScheme.Dark;
        });
        await page.GotoAsync(url);
        Assert.Equal("hi", await page.Locator("html").GetAttributeAsync("lang"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "आप कैसे भुगतान करना चाहेंगे?" }))
            .ToBeVisibleAsync();
        await page.Locator("#card > summary").ClickAsync();
        await CheckoutFixture.PictureAsync(page, "phone-hindi-dark");
        Assert.Equal(320, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How would you like to pay?" }))
            .ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_link_that_opens_nothing_says_so_and_no_more()
    {
        var (_, url) = await checkout.OrderAsync();
        var (_, other) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        var swapped = url[..url.IndexOf('?', StringComparison.Ordinal)]
            + other[other.IndexOf('?', StringComparison.Ordinal)..];
        foreach (var wrong in (string[])[url[..^4] + "AAAA", url.Split('?')[0], swapped])
        {
            Assert.Equal(404, (await page.GotoAsync(wrong))!.Status);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This payment link does not work" }))
                .ToBeVisibleAsync();
        }
    }

    private static async Task FillCardAsync(IPage page, string number)
    {
        await page.GetByLabel("Card number").FillAsync(number);
        await page.GetByLabel("Expiry date").FillAsync("12/40");
        await page.GetByLabel("Security code").FillAsync("123");
        await page.GetByLabel("Name on card").FillAsync("A Customer");
    }

    private static async Task PayByCardAsync(IPage page, string number)
    {
        await page.Locator("#card > summary").ClickAsync();
        await FillCardAsync(page, number);
        await page.Locator("#card button").ClickAsync();
    }
}
