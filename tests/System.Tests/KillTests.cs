using System.Net;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>The server dies with payments in every stage and restarts. Three journals are joined: what the API
/// promised, what is stored, and what the provider charged.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task Payments_in_every_stage_are_finished_after_a_kill_and_charged_once()
    {
        await using var system = await RunningSystem.PrepareAsync();
        // Everything that waits for clocks and frozen machines is shortened, so that recovery is over within the test.
        system.Settings["Payments__SendWindow"] = "00:00:02";
        system.Settings["Payments__ClockError"] = "00:00:00.500";
        system.Settings["Payments__SweepInterval"] = "00:00:00.200";
        system.Settings["Payments__Lease"] = "00:00:02";
        system.Settings["Connectors__Razorpay__VisibilityWindow"] = "00:00:01";
        system.Settings["Connectors__Razorpay__Timeout"] = "00:00:02";
        await system.OpenAsync();

        using var simulators = system.Simulators();
        using var shop = system.Shop();
        var accepted = new List<Accepted>();

        // A server that has just started may take longer for its first payment than the short send window lasts. One
        // that needs nothing secret is sent again; a card's would fail.
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        var first = await TakeAsync(shop, "first", 1, _ => Methods.At(0));
        await Eventually.HoldsAsync(
            () => AllAsync(shop, first, "SUCCESS"), () => "the very first payment succeeds", TimeSpan.FromSeconds(90));
        accepted.AddRange(first);

        // Over before the kill, with a refund.
        var paid = await TakeAsync(shop, "paid", 10, Methods.All);
        await Eventually.HoldsAsync(() => AllAsync(shop, paid, "SUCCESS"), () => "the first payments succeed");
        var refunded = await RefundAsync(shop, paid.Take(5));
        accepted.AddRange(paid);

        // Waiting for the customer; authorised and waiting for the merchant.
        await simulators.PutAsync("/_customer", new { automatic = false });
        var waiting = await TakeAsync(shop, "waiting", 10, Methods.All);
        await Eventually.HoldsAsync(
            () => AllAsync(shop, waiting, "REQUIRES_ACTION"), () => "every payment reaches its customer");
        accepted.AddRange(waiting);
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        var held = await TakeAsync(shop, "held", 5, Methods.All, capture: "manual");
        await Eventually.HoldsAsync(() => AllAsync(shop, held, "AUTHORIZED"), () => "every payment is authorised");
        accepted.AddRange(held);

        // On the wire: calls that are slow, that are processed without a response, that get a response but are
        // processed later, and webhooks that are lost, doubled, late or changed on their way.
        await simulators.PutAsync("/_dials/razorpay", new
        {
            seed = 7,
            latency_ms = 300,
            charge_then_timeout = 0.2,
            reset = 0.2,
            reset_after = 0.2,
            timeout_then_charge = 0.1,
            hold_ms = 3000,
            late_ms = 500,
            webhook_drop = 0.9,
            webhook_duplicate = 0.2,
            webhook_reorder = 0.2,
            webhook_tampered = 0.1,
        });
        var wire = await TakeAsync(shop, "wire", 40, Methods.All);
        await Eventually.HoldsAsync(() => AnyAsync(shop, wire, "outcome_unknown"), () => "an outcome is unknown");
        accepted.AddRange(wire);
        foreach (var payment in held)
        {
            await shop.PostAsync($"/api/v1/payments/{payment.Id}/capture");
        }

        refunded.AddRange(await RefundAsync(shop, paid.Skip(5)));

        // Accepted in the very moment of the kill.
        var burst = Enumerable.Range(0, 60).Select(i => TryTakeAsync(shop, $"burst-{i}", Methods.At(i))).ToList();
        await Eventually.HoldsAsync(() => burst.Count(each => each.IsCompleted) >= 10, "some of the burst is done");
        await system.KillServerAsync();
        accepted.AddRange((await Task.WhenAll(burst)).OfType<Accepted>());

        await simulators.PutAsync("/_dials/razorpay", new { seed = 7 });
        await system.StartServerAsync();
        foreach (var payment in waiting)
        {
            await ApproveAsync(simulators, shop, payment);
        }

        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () => (last = await Books.OpenPaymentAsync(shop, accepted)).ValueKind == JsonValueKind.Undefined,
            () => $"every payment comes to its end; one stands at {last}. The server's log:\n{system.ServerLog}",
            TimeSpan.FromSeconds(90));

        await Books.AgreeAsync(system, simulators, shop, accepted, refunded);
    }

    private static async Task<List<Accepted>> TakeAsync(
        ApiClient shop, string name, int count, Func<int, object> method, string capture = "automatic")
    {
        var taken = await Task.WhenAll(
            Enumerable.Range(0, count).Select(i => TryTakeAsync(shop, $"{name}-{i}", method(i), capture)));
        return [.. taken.Select(payment =>
            payment ?? throw new InvalidOperationException($"A payment of {name} was not accepted."))];
    }

    private static async Task<Accepted?> TryTakeAsync(
        ApiClient shop, string order, object method, string capture = "automatic")
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["order_id"] = order, ["amount"] = 50_000, ["currency"] = "INR", ["capture"] = capture,
        };
        foreach (var property in method.GetType().GetProperties())
        {
            body[property.Name] = property.GetValue(method)!;
        }

        var response = await shop.SendAsync(HttpMethod.Post, "/api/v1/payments", body);
        return response?.Status == HttpStatusCode.Accepted
            ? new Accepted(response.Json.GetProperty("id").GetString()!, order)
            : null;
    }

    private static async Task<List<string>> RefundAsync(ApiClient shop, IEnumerable<Accepted> payments)
    {
        var refunds = await Task.WhenAll(payments.Select(payment =>
            shop.PostAsync($"/api/v1/payments/{payment.Id}/refunds", new { amount = 10_000 })));
        return [.. refunds.Select(refund => refund.GetProperty("id").GetString()!)];
    }

    private static async Task<bool> AllAsync(ApiClient shop, List<Accepted> payments, string status)
    {
        foreach (var payment in payments)
        {
            if ((await shop.GetAsync($"/api/v1/payments/{payment.Id}")).GetProperty("status").GetString() != status)
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> AnyAsync(ApiClient shop, List<Accepted> payments, string happened)
    {
        foreach (var payment in payments)
        {
            var timeline = await shop.GetAsync($"/api/v1/payments/{payment.Id}/timeline");
            if (timeline.GetProperty("data").EnumerateArray().Any(entry =>
                entry.GetProperty("type").GetString() == happened))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task ApproveAsync(ApiClient simulators, ApiClient shop, Accepted payment)
    {
        var view = await shop.GetAsync($"/api/v1/payments/{payment.Id}");
        var reference = view.GetProperty("provider_reference").GetString();
        await simulators.SendAsync(HttpMethod.Post, $"/_customer/razorpay/{reference}", new { action = "approve" });
    }
}
