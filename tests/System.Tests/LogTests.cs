using System.Net.Http.Json;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task Without_a_terminal_each_line_is_an_object_and_none_holds_a_secret()
    {
        await using var system = await RunningSystem.StartAsync();
        using var shop = system.Shop();
        await shop.PostAsync("/api/v1/payments", new
        {
            order_id = "order_card",
            amount = 100,
            currency = "INR",
            method = "card",
            card = new
            {
                number = "4111111111111111",
                expiry_month = 12,
                expiry_year = 2030,
                cvv = "739",
                name = "A Customer",
            },
        });

        var lines = system.ServerLog.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        // What runs underneath tells nothing of itself for each payment.
        Assert.DoesNotContain(lines, line => SourceOf(line).StartsWith("Polly", StringComparison.Ordinal));
        Assert.DoesNotContain("4111111111111111", system.ServerLog, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret-of-the-shop", system.ServerLog, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test_", system.ServerLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_about_a_providers_call_names_the_payment_and_the_request_that_it_is_made_for()
    {
        await using var system = await RunningSystem.StartAsync();
        using var simulators = system.Simulators();
        await simulators.PutAsync("/_dials/razorpay", new { reset = 1.0 });
        using var shop = system.Http(system.ShopKey);
        using var response = await shop.PostAsJsonAsync(
            "/api/v1/payments", new { order_id = "order_reset", amount = 100, currency = "INR", method = "upi" });
        var payment = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var request = response.Headers.GetValues("X-Request-Id").Single();

        var line = default(JsonElement);
        await Eventually.HoldsAsync(
            () =>
            {
                line = system.ServerLog.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(text => JsonDocument.Parse(text).RootElement)
                    .FirstOrDefault(line => Text(line, "paymentId") == payment && Text(line, "requestId") is not null);
                return line.ValueKind == JsonValueKind.Object;
            },
            "a line about the call is logged");
        Assert.Equal(request, Text(line, "requestId"));
        Assert.Equal("shop", Text(line, "merchant"));
        Assert.Matches("^[0-9a-f]{32}$", Text(line, "traceId"));
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string SourceOf(string line) =>
        JsonDocument.Parse(line).RootElement.TryGetProperty("source", out var source)
            ? source.GetString()!
            : "";
}
