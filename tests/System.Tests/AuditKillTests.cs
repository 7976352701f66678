using System.Net;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>A change of a merchant is a document, and its entries in the audit trail are rows. The server dies between
/// any two of these writes; no change goes without its entry, and none stays open.</summary>
public sealed class AuditKillTests
{
    private const string Merchant = "/api/v1/merchants/shop";
    private static readonly string[] Points = ["after_change_intent", "before_change_outcome"];

    [Fact]
    public async Task No_change_goes_without_its_entry_wherever_the_server_dies()
    {
        // First right after the intent of a change that is not to be completed.
        await using var system = await DyingSystem.PrepareAsync(
            start => start switch
            {
                1 => "",
                2 => $"{Points[0]}=crash:1",
                _ => $"{Points[start % Points.Length]}=crash:0.3",
            });
        await system.OpenAsync();
        await system.RestartServerAsync();
        using var administrator = system.Administrator();
        var (saved, created) = (0, new List<string>());
        await Eventually.HoldsAsync(
            async () =>
            {
                var put = await administrator.SendAsync(
                    HttpMethod.Put, Merchant, new { name = $"Shop {saved}", upi_collect_allowed = saved % 2 == 0 });
                saved += put is { Status: HttpStatusCode.OK } ? 1 : 0;
                var key = await administrator.SendAsync(
                    HttpMethod.Post, $"{Merchant}/keys", new { scope = "publishable" });
                if (key is { Status: HttpStatusCode.Created })
                {
                    created.Add(key.Json.GetProperty("id").GetString()!);
                    var next = await administrator.SendAsync(
                        HttpMethod.Post, $"{Merchant}/keys/{created[^1]}/rotation", new { overlap = 0 });
                    if (next is { Status: HttpStatusCode.Created })
                    {
                        created.Add(next.Json.GetProperty("id").GetString()!);
                    }

                    await administrator.SendAsync(HttpMethod.Delete, $"{Merchant}/keys/{created[^1]}");
                }

                return Points.All(point => system.FaultPoints.Contains($"{point} crash"));
            },
            () => $"the server dies at each point. "
                + $"It did at {string.Join(", ", system.FaultPoints)}. The log:\n{system.ServerLog}",
            TimeSpan.FromMinutes(5));
        system.Disarm();

        // The next activation closes what is open, before its own change.
        await Eventually.HoldsAsync(
            async () => await administrator.SendAsync(HttpMethod.Put, Merchant, new { name = "The last" })
                is { Status: HttpStatusCode.OK },
            () => $"the server is back. The log:\n{system.ServerLog}",
            TimeSpan.FromMinutes(2));
        var changes = await ChangesAsync(administrator);
        Assert.DoesNotContain(changes, change => OutcomeOf(change) == "open");
        Assert.Contains(changes, change => OutcomeOf(change) == "interrupted");
        Assert.True(changes.Count(change => IsDone(change, "merchant_saved")) > saved);
        var entered = changes.Where(change => IsDone(change, "key_created") || IsDone(change, "key_rotated"))
            .Select(change => change.GetProperty("subject").GetString()!).ToHashSet();
        Assert.Subset(entered, created.ToHashSet());
        // What no caller was told of is there only with its entry.
        var listed = (await administrator.GetAsync(Merchant)).GetProperty("keys").EnumerateArray().Select(
            key => key.GetProperty("id").GetString()!);
        Assert.Subset(entered, listed.ToHashSet());
        var verification = await administrator.GetAsync($"{Merchant}/audit/verification");
        Assert.True(verification.GetProperty("valid").GetBoolean(), verification.ToString());
    }

    private static string? OutcomeOf(JsonElement change) => change.GetProperty("outcome").GetString();

    private static bool IsDone(JsonElement change, string action) =>
        OutcomeOf(change) == "done" && change.GetProperty("action").GetString() == action;

    private static async Task<List<JsonElement>> ChangesAsync(ApiClient administrator)
    {
        var changes = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await administrator.GetAsync(
                $"{Merchant}/audit?limit=100{(cursor is null ? "" : $"&cursor={cursor}")}");
            changes.AddRange(page.GetProperty("data").EnumerateArray());
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return changes;
    }
}
