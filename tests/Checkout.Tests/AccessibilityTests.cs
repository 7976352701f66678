using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>For everybody: names, roles, contrast and keyboard (WCAG 2.2, AA), and what the page loads.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class AccessibilityTests(CheckoutFixture checkout)
{
    // Text against the first opaque ground behind it; large text needs 3, other text 4.5 (1.4.3).
    private const string PoorContrast = """
        () => {
            const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
            const light = ([r, g, b]) => {
                const [x, y, z] = [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
                return .2126 * x + .7152 * y + .0722 * z;
            };
            const ground = element => {
                for (let at = element; at; at = at.parentElement) {
                    const colour = parse(getComputedStyle(at).backgroundColor);
                    if (colour.length === 3 || colour[3] === 1) return colour;
                }
                return [255, 255, 255];
            };
            return [...document.querySelectorAll('body *')]
                .filter(element => element.checkVisibility() && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
                .map(element => {
                    const style = getComputedStyle(element);
                    const [one, two] = [light(parse(style.color)), light(ground(element))].sort((a, b) => b - a);
                    const size = parseFloat(style.fontSize);
                    const isLarge = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
                    return { text: element.textContent.trim().slice(0, 40), ratio: (one + .05) / (two + .05), wanted: isLarge ? 3 : 4.5 };
                })
                .filter(found => found.ratio < found.wanted)
                .map(found => `${found.text}: ${found.ratio.toFixed(2)}`);
        }
        """;

    private const string Nameless = """
        () => [...document.querySelectorAll('input:not([type=hidden]), select, button, a, img, summary')].filter(element => {
            const name = element.getAttribute('aria-label') || element.getAttribute('alt') || element.textContent.trim()
                || [...(element.labels || [])].map(label => label.textContent.trim()).join();
            return !name;
        }).map(element => element.outerHTML)
        """;

    [Theory]
    [InlineData(ColorScheme.Light, "en-IN")]
    [InlineData(ColorScheme.Dark, "hi-IN")]
    public async Task Everything_can_be_read_and_has_a_name(ColorScheme scheme, string locale)
    {
        var (_, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync(options => (options.ColorScheme, options.Locale) = (scheme, locale));
        await page.GotoAsync(url);
        foreach (var method in (string[])["upi", "card", "wallet", "netbanking"])
        {
            await page.EvaluateAsync($"document.getElementById('{method}').open = true");
            Assert.Empty(await page.EvaluateAsync<string[]>(PoorContrast));
        }

        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        Assert.Equal(1, await page.Locator("main").CountAsync());
        Assert.Equal(0, await page.Locator("[tabindex]:not([tabindex='0'])").CountAsync());
        await page.EvaluateAsync("document.getElementById('card').open = true");
        await page.Locator("#card button").ClickAsync();
        await Expect(page.Locator("#f-number")).ToHaveAttributeAsync("aria-invalid", "true");
        Assert.Empty(await page.EvaluateAsync<string[]>(PoorContrast));
        Assert.Contains(
            "f-number-error",
            await page.Locator("#f-number").GetAttributeAsync("aria-describedby"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keyboard_alone_pays_by_card()
    {
        var (_, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        await page.GotoAsync(url);
        await page.Locator("#card > summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        foreach (var text in (string[])["4111111111111111", "1240", "123", "A Customer"])
        {
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.TypeAsync(text);
        }

        Assert.Equal("4111 1111 1111 1111", await page.GetByLabel("Card number").InputValueAsync());
        Assert.Equal("12/40", await page.GetByLabel("Expiry date").InputValueAsync());
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_first_view_is_small_loads_nothing_from_elsewhere_and_does_not_jump()
    {
        var (_, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        var bytes = 0L;
        var origins = new HashSet<string>(StringComparer.Ordinal);
        page.Response += async (_, response) =>
        {
            origins.Add(new Uri(response.Url).GetLeftPart(UriPartial.Authority));
            if (response.Status is >= 300 and < 400)
            {
                return;
            }

            Interlocked.Add(ref bytes, (await response.BodyAsync()).Length);
        };
        await page.AddInitScriptAsync(
            "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => "
            + "window.shift += entry.value))"
            + ".observe({ type: 'layout-shift', buffered: true });");
        var response = await page.GotoAsync(url, new() { WaitUntil = WaitUntilState.NetworkIdle });
        Assert.InRange(Interlocked.Read(ref bytes), 1, 100_000);
        Assert.Single(origins);
        Assert.Equal(0, await page.EvaluateAsync<double>("window.shift"));
        var policy = await response!.HeaderValueAsync("content-security-policy");
        Assert.StartsWith("default-src 'none'; style-src 'self'; script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", await response.HeaderValueAsync("cache-control"));
    }

    [Fact]
    public async Task A_page_whose_connection_breaks_learns_the_outcome_all_the_same()
    {
        var (path, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        var broken = 0;
        await page.RouteAsync(
            "**/status?**",
            route => Interlocked.Increment(ref broken) == 1 ? route.AbortAsync() : route.ContinueAsync());
        await page.GotoAsync(url);
        await page.Locator("#upi").GetByRole(AriaRole.Button, new() { Name = "Show a QR code" }).ClickAsync();
        await Expect(page.GetByAltText("QR code for UPI apps")).ToBeVisibleAsync();
        var payment = await checkout.ReadAsync(path);
        using var simulators = checkout.Running.Simulators();
        await simulators.PostAsync(
            $"/_customer/razorpay/{payment.GetProperty("provider_reference").GetString()}", new { action = "approve" });
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync(
            new() { Timeout = 30_000 });
    }
}
