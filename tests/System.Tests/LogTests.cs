using System.Text.Json;

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
                number = "4111111111111111", expiry_month = 12, expiry_year = 2030, cvv = "739", name = "A Customer",
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

    private static string SourceOf(string line) =>
        JsonDocument.Parse(line).RootElement.GetProperty("Properties").TryGetProperty("SourceContext", out var source)
            ? source.GetString()!
            : "";
}
