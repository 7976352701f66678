using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task A_server_that_is_told_to_stop_ends_cleanly_and_what_it_had_begun_is_finished_later()
    {
        await using var system = await RunningSystem.StartAsync();
        using var simulators = system.Simulators();
        using var shop = system.Shop();
        await simulators.PutAsync("/_dials/razorpay", new { latency_ms = 1500 });
        var started = await shop.PostAsync(
            "/api/v1/payments", new { order_id = "order_stop", amount = 700, currency = "INR", method = "upi" });

        Assert.Equal(0, await system.StopServerAsync());

        await simulators.PutAsync("/_dials/razorpay", new { latency_ms = 0 });
        await system.StartServerAsync();
        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () =>
                (last = await shop.GetAsync($"/api/v1/payments/{started.GetProperty("id").GetString()}"))
                    .GetProperty("status").GetString() == "SUCCESS",
            () => $"the payment succeeds; it stands at {last}. The server's log:\n{system.ServerLog}",
            TimeSpan.FromSeconds(60));
        var journal = await simulators.SendAsync(HttpMethod.Get, "/_journal");
        Assert.Single(journal!.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
