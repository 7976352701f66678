using System.Text.Json;
using Microsoft.Playwright;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Checkout.Tests;

/// <summary>The whole system, and the system's own Chromium in front of it.</summary>
public sealed class CheckoutFixture : IAsyncLifetime
{
    private static int s_orders;

    private RunningSystem? _system;
    private IPlaywright? _playwright;
    private HttpClient? _shop;

    public RunningSystem Running => _system!;

    public IBrowser Browser { get; private set; } = null!;

    public HttpClient Shop => _shop!;

    /// <summary>Creates an order, and returns the page where its customer pays.</summary>
    public async Task<(string Path, string Url)> OrderAsync(
        string more = "", long amount = 125_000, string currency = "INR", HttpClient? shop = null)
    {
        var order = $"order_{Interlocked.Increment(ref s_orders)}";
        var response = await (shop ?? Shop).SendJsonAsync(
            "/api/v1/payments",
            $"{{\"order_id\":\"{order}\",\"amount\":{amount},\"currency\":\"{currency}\",\"confirm\":false{more}}}");
        var payment = await response.JsonAsync();
        return (response.Headers.Location!.OriginalString, payment.GetProperty("checkout_url").GetString()!);
    }

    /// <summary>Another merchant, which may send collect requests to UPI IDs, with an account at Juspay.</summary>
    public async Task<HttpClient> CollectorAsync()
    {
        const string Id = "collector";
        using var administrator = Running.Administrator();
        await administrator.PutAsync($"/api/v1/merchants/{Id}", new { name = "Collector", upi_collect_allowed = true });
        var made = await administrator.PostAsync($"/api/v1/merchants/{Id}/keys", new { scope = "secret" });
        using var simulators = Running.Simulators();
        var account = new
        {
            api_key = "the-key-of-the-collector",
            webhook_username = "collector",
            webhook_password = "its-password",
        };
        await simulators.PutAsync("/_accounts/juspay/collector", account);
        var collector = Running.Http(made.GetProperty("key").GetString());
        var connected = await collector.SendJsonAsync(
            "/api/v1/providers/juspay/credentials",
            $$"""
            {"merchant_id":"collector","api_key":"{{account.api_key}}","webhook_username":"collector","webhook_password":"its-password"}
            """,
            "PUT");
        Assert.True(connected.IsSuccessStatusCode, await connected.Content.ReadAsStringAsync());
        return collector;
    }

    /// <summary>A page of a new customer's. Nothing else of the browser is shared.</summary>
    public async Task<IPage> PageAsync(Action<BrowserNewContextOptions>? configure = null)
    {
        var options = new BrowserNewContextOptions
        {
            Locale = "en-IN", ViewportSize = new() { Width = 1000, Height = 900 },
        };
        configure?.Invoke(options);
        var context = await Browser.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    /// <summary>The payment, as the shop reads it.</summary>
    public async Task<JsonElement> ReadAsync(string path, HttpClient? shop = null) =>
        await (await (shop ?? Shop).GetAsync(path)).JsonAsync();

    /// <summary>The simulated customer decides about what the provider knows by its reference.</summary>
    public async Task DecideAsync(string path, string action, HttpClient? shop = null)
    {
        var payment = await ReadAsync(path, shop);
        await DecideAsync(
            payment.GetProperty("provider").GetString()!,
            payment.GetProperty("provider_reference").GetString()!,
            action);
    }

    /// <inheritdoc cref="DecideAsync(string, string, HttpClient)"/>
    public async Task DecideAsync(string provider, string reference, string action)
    {
        using var simulators = Running.Simulators();
        await simulators.PostAsync($"/_customer/{provider}/{reference}", new { action });
    }

    /// <summary>Whether the simulated customer decides automatically at the provider.</summary>
    public async Task SetAutomaticCustomerAsync(bool automatic)
    {
        using var simulators = Running.Simulators();
        await simulators.PutAsync("/_customer", new { automatic });
    }

    /// <summary>Keeps a picture of the page beside the test results.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">The picture's name.</param>
    /// <param name="whole">Whether what is scrolled out is in it; for that Chromium stops being a phone with a touch
    /// screen while it takes the picture.</param>
    public static async Task PictureAsync(IPage page, string name, bool whole = true)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "screenshots");
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = whole });
    }

    public async Task InitializeAsync()
    {
        _system = await RunningSystem.StartAsync();
        _shop = Running.Http(Running.ShopKey);
        await SetAutomaticCustomerAsync(automatic: false);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("PAYMENTCLUSTER_CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
                // Pages that the tests make up have no address; the system is on this machine.
                "--disable-features=LocalNetworkAccessChecks",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        _shop?.Dispose();
        if (Browser is not null)
        {
            await Browser.CloseAsync();
        }

        _playwright?.Dispose();
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class CheckoutCollection : ICollectionFixture<CheckoutFixture>
{
    public const string Name = "checkout";
}
