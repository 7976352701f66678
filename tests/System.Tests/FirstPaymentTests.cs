using System.Net;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

public sealed class FirstPaymentTests
{
    [Fact]
    public async Task A_upi_payment_succeeds_on_a_fresh_system_and_is_charged_once()
    {
        await using var system = await RunningSystem.StartAsync();
        using var shop = system.Shop();

        var started = await shop.PostAsync(
            "/api/v1/payments", new { order_id = "order_123", amount = 50000, currency = "INR", method = "upi" });
        Assert.Equal("PENDING", started.GetProperty("status").GetString());
        Assert.Equal("Payment initiated successfully", started.GetProperty("message").GetString());
        var path = $"/api/v1/payments/{started.GetProperty("id").GetString()}";

        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () => (last = await shop.GetAsync(path)).GetProperty("status").GetString() == "SUCCESS",
            () => $"the payment succeeds; it stands at {last}. The server's log:\n{system.ServerLog}");

        using var simulators = system.Simulators();
        var journal = await simulators.SendAsync(HttpMethod.Get, "/_journal");
        var charges = journal!.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("kind").GetString() == "charge")
            .ToList();
        Assert.Equal(50000, Assert.Single(charges).GetProperty("amount").GetInt64());
        await DashboardShowsAsync(system, () => shop.GetAsync(path));
    }

    private static async Task DashboardShowsAsync(RunningSystem system, Func<Task> call)
    {
        using var customer = system.Http(key: null);
        Assert.Equal(HttpStatusCode.NotFound, (await customer.GetAsync("/dashboard")).StatusCode);

        using var operators = system.Operator();
        Assert.Contains("<html", await operators.GetStringAsync("/dashboard/"), StringComparison.Ordinal);
        JsonElement counters = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                // Calls are counted while the dashboard is open.
                await call();
                counters = JsonSerializer.Deserialize<JsonElement>(
                    await operators.GetStringAsync("/dashboard/DashboardCounters"));
                return counters.GetProperty("hosts").GetArrayLength() == 1
                    && counters.GetProperty("simpleGrainStats").EnumerateArray().Any(IsPaymentsWithCalls);
            },
            () => $"the dashboard shows the silo, and calls of payments; it shows {counters}");
        operators.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await operators.GetAsync("/dashboard")).StatusCode);
    }

    private static bool IsPaymentsWithCalls(JsonElement grain) =>
        grain.GetProperty("grainType").GetString()!.EndsWith(".PaymentGrain", StringComparison.Ordinal)
        && grain.GetProperty("activationCount").GetInt32() > 0
        && grain.GetProperty("totalCalls").GetInt64() > 0;
}
