using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using PaymentCluster.Testing;
using Xunit.Abstractions;

namespace PaymentCluster.System.Tests;

/// <summary>The primary is lost and its synchronous standby takes its place, under load and in the middle of
/// payments.</summary>
/// <param name="output">Gets how long it took.</param>
public sealed class FailoverTests(ITestOutputHelper output)
{
    private const int Before = 40;
    private const int After = 40;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task What_was_accepted_survives_a_failover_to_the_standby_and_payments_go_on_by_themselves()
    {
        await using var primary = await PrivateServer.StartAsync(null, "wal_level=replica", "hot_standby=on");
        await using var standby = await primary.StartStandbyAsync();
        var database = await SystemDatabase.CreateAsync(primary.ConnectionString);
        database.Hosts = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}";
        await using var system = await RunningSystem.PrepareAsync(database);
        await system.OpenAsync();
        using var simulators = system.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 50 });
        using var shop = system.Shop();
        var accepted = new ConcurrentQueue<Accepted>();
        using var ending = new CancellationTokenSource();
        var load = Task.WhenAll(
            Enumerable.Range(0, 4).Select(shopper => BuyAsync(shop, shopper, accepted, ending.Token)));
        await AreAcceptedAsync(accepted, Before);

        await primary.CrashAsync();
        var lost = Stopwatch.GetTimestamp();
        await standby.PromoteAsync();
        var promoted = Stopwatch.GetElapsedTime(lost);
        await AreAcceptedAsync(accepted, accepted.Count + 1);
        var back = Stopwatch.GetElapsedTime(lost);
        await AreAcceptedAsync(accepted, accepted.Count + After);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Promoted after {promoted.TotalSeconds:0.0} s, the first payment after {back.TotalSeconds:0.0} s."));

        await ending.CancelAsync();
        await load;
        await Eventually.HoldsAsync(
            async () => (await Books.OpenPaymentAsync(shop, accepted)).ValueKind == JsonValueKind.Undefined,
            () => $"all payments are final. The log:\n{system.ServerLog}",
            Timeout);
        await Books.AgreeAsync(system, simulators, shop, accepted, []);

        Task AreAcceptedAsync(ConcurrentQueue<Accepted> payments, int count) => Eventually.HoldsAsync(
            () => payments.Count >= count,
            () => $"{count} payments are accepted; there are {payments.Count}. The log:\n{system.ServerLog}",
            Timeout);
    }

    // One order after the other, each until it is accepted.
    private static async Task BuyAsync(
        ApiClient shop, int shopper, ConcurrentQueue<Accepted> accepted, CancellationToken ending)
    {
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            var order = $"o-{shopper}-{number}";
            ApiResponse? response = null;
            await Eventually.HoldsAsync(
                async () =>
                {
                    response = await shop.SendAsync(
                        HttpMethod.Post,
                        "/api/v1/payments",
                        new { order_id = order, amount = 50_000, currency = "INR", method = "upi" });
                    Assert.True(
                        response?.Status is null or HttpStatusCode.Accepted or HttpStatusCode.OK
                            or HttpStatusCode.ServiceUnavailable,
                        $"{order}: {response}");
                    return response?.Status is HttpStatusCode.Accepted or HttpStatusCode.OK;
                },
                () => $"{order} is accepted; the last response: {response}",
                Timeout);
            accepted.Enqueue(new Accepted(response!.Json.GetProperty("id").GetString()!, order));
        }
    }
}
