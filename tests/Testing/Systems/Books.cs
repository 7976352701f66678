using System.Text.Json;

namespace PaymentCluster.Testing.Systems;

/// <summary>A payment that the API accepted.</summary>
public sealed record Accepted(string Id, string OrderId);

/// <summary>Three journals that must agree: what the API promised, what is stored, and what the provider
/// charged.</summary>
public static class Books
{
    private static readonly string[] Final = ["SUCCESS", "FAILED", "CANCELLED", "EXPIRED"];

    /// <summary>Whether nothing more can happen to the payment without a call.</summary>
    public static bool IsAtItsEnd(JsonElement payment) =>
        Final.Contains(payment.GetProperty("status").GetString()) && payment.GetProperty("settled").GetBoolean();

    /// <summary>The first that is not at its end, with nothing under way; undefined when there is none.</summary>
    public static async Task<JsonElement> OpenPaymentAsync(ApiClient shop, IEnumerable<Accepted> payments)
    {
        foreach (var promise in payments)
        {
            var payment = await shop.GetAsync($"/api/v1/payments/{promise.Id}");
            if (!IsAtItsEnd(payment))
            {
                return payment;
            }
        }

        return default;
    }

    /// <summary>Fails unless every payment that was accepted was charged as often as it says, every refund was paid out
    /// once, and nothing else was.</summary>
    public static async Task AgreeAsync(
        RunningSystem system,
        ApiClient simulators,
        ApiClient shop,
        IReadOnlyCollection<Accepted> accepted,
        IReadOnlyCollection<string> refunded)
    {
        var lines = (await simulators.SendAsync(HttpMethod.Get, "/_journal"))!.Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        var charges = lines.Where(
            line => line.GetProperty("kind").GetString() == "charge" && line.GetProperty("captured").GetBoolean())
            .ToLookup(line => line.GetProperty("reference").GetString()!);
        var stored = await StoredPayments.ReadAsync(system.Database);

        foreach (var promise in accepted)
        {
            var payment = await shop.GetAsync($"/api/v1/payments/{promise.Id}");
            Assert.Equal(promise.OrderId, payment.GetProperty("order_id").GetString());
            var isPaid = payment.GetProperty("status").GetString() == "SUCCESS";
            var ofPayment = charges[payment.GetProperty("attempt").GetString()!].ToList();
            Assert.True(
                ofPayment.Count == (isPaid ? 1 : 0),
                $"{promise.Id} is {payment.GetProperty("status")} and was charged {ofPayment.Count} times: {payment}");
            Assert.All(
                ofPayment,
                charge =>
                    Assert.Equal(payment.GetProperty("amount").GetInt64(), charge.GetProperty("amount").GetInt64()));
        }

        // No charge without its payment: every reference that the provider knows is an attempt of ours.
        Assert.All(charges, charge => Assert.Contains(charge.Key, stored.Attempts));
        Assert.Equal(charges.Sum(charge => charge.Sum(line => line.GetProperty("amount").GetInt64())), stored.Captured);

        var payouts = lines.Where(line => line.GetProperty("kind").GetString() == "refund"
            && line.GetProperty("status").GetString() == "processed")
            .GroupBy(line => line.GetProperty("reference").GetString()!)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        Assert.All(refunded, refund => Assert.Equal(1, payouts.GetValueOrDefault(refund)));
        Assert.Equal(refunded.Count, payouts.Count);

        var balance = await shop.GetAsync("/api/v1/ledger/trial-balance");
        Assert.True(balance.GetProperty("balanced").GetBoolean());
    }
}
