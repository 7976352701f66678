using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Load.Tests;

/// <summary>More than the gateway takes, from more sides than it has places: what is accepted is done, what is refused
/// was not begun, and work goes on all the while.</summary>
public sealed class OverloadTests
{
    private const string Payments = "/api/v1/payments";
    private const int Places = 8;
    private const int Senders = 3 * Places;
    private const int OrdersOfEach = 12;

    private int _refused;

    [Fact]
    public async Task At_three_times_the_capacity_what_is_accepted_completes_and_the_rest_gets_a_retry_after()
    {
        await using var system = await RunningSystem.PrepareAsync();
        system.Settings["Gateway__WritesInFlight"] = $"{Places / 2}";
        system.Settings["Gateway__WritesQueued"] = $"{Places / 2}";
        await system.OpenAsync();
        using var http = system.Http(system.ShopKey);

        // A sender that is refused retries the same order, and continues when it is accepted: that all of them come to
        // their end is the goodput.
        await Parallel.ForAsync(
            0,
            Senders,
            new ParallelOptions { MaxDegreeOfParallelism = Senders },
            async (sender, _) =>
            {
                for (var order = 0; order < OrdersOfEach; order++)
                {
                    await AcceptedAsync(http, $"order_{sender}_{order}");
                }
            });
        Assert.True(_refused > 0, "Nothing was refused, so that there was no overload.");

        // It is over: what is left of it, such as the providers' webhooks, passes, and then orders are accepted
        // at the first try again.
        var after = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                _refused = 0;
                await AcceptedAsync(http, $"order_after_{after++}");
                return _refused == 0;
            },
            "an order is accepted at the first try");

        await Eventually.HoldsAsync(
            async () => await CountAsync(http, "status=SUCCESS") == (Senders * OrdersOfEach) + after,
            $"{(Senders * OrdersOfEach) + after} payments succeeded",
            TimeSpan.FromMinutes(2));
        Assert.Equal((Senders * OrdersOfEach) + after, await CountAsync(http, ""));
    }

    private async Task AcceptedAsync(HttpClient http, string order)
    {
        while (true)
        {
            using var response = await http.PostAsJsonAsync(
                Payments, new { order_id = order, amount = 50_000, currency = "INR", method = "upi" });
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                return;
            }

            var body = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("overloaded", body.GetProperty("code").GetString());
            Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero, "It had no Retry-After.");
            // Nothing was begun: the order does not exist yet, and the repetition creates it.
            Interlocked.Increment(ref _refused);
            await Task.Delay(5);
        }
    }

    private static async Task<int> CountAsync(HttpClient http, string filter)
    {
        var (count, cursor) = (0, "");
        do
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"{Payments}?limit=100&{filter}{cursor}");
            count += page.GetProperty("data").GetArrayLength();
            var next = page.TryGetProperty("next_cursor", out var text) ? text.GetString() : null;
            cursor = next is null ? "" : $"&cursor={Uri.EscapeDataString(next)}";
        }
        while (cursor.Length > 0);
        return count;
    }
}
