using System.Collections.Concurrent;
using System.Net;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;
using Xunit.Sdk;

namespace PaymentCluster.Cluster.Tests;

/// <summary>Many payments at once, from a shop that repeats an order until the response says that its payment is
/// there.</summary>
internal sealed class Burst
{
    private const int Orders = 160;
    private const int Shoppers = 16;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    private readonly ConcurrentBag<Accepted> _accepted = [];
    private readonly Task _all;
    private readonly RunningCluster _cluster;
    private readonly ApiClient _shop;

    private Burst(RunningCluster cluster, ApiClient shop)
    {
        _cluster = cluster;
        _shop = shop;
        _all = Parallel.ForEachAsync(
            Enumerable.Range(0, Orders),
            new ParallelOptions { MaxDegreeOfParallelism = Shoppers },
            async (order, _) => await TakeAsync(order));
    }

    public static Burst Start(RunningCluster cluster, ApiClient shop) => new(cluster, shop);

    /// <summary>Waits until it is in its middle: some payments are accepted, some under way, most still to
    /// come.</summary>
    public Task IsInItsMiddleAsync() => Eventually.HoldsAsync(
        () => _accepted.Count >= Orders / 4 || _all.IsFaulted, "a quarter of the payments is accepted", Timeout);

    /// <summary>Waits until every order has its payment and every payment is at its end.</summary>
    public async Task<IReadOnlyCollection<Accepted>> EndsAsync()
    {
        await _all;
        foreach (var payment in _accepted)
        {
            ApiResponse? last = null;
            await Eventually.HoldsAsync(
                // A look may fail, too, while the cluster makes up its mind.
                async () => (last = await _shop.SendAsync(
                    HttpMethod.Get, $"/api/v1/payments/{payment.Id}"))?.Status == HttpStatusCode.OK
                    && Books.IsAtItsEnd(last.Json),
                () => $"{payment} comes to its end; it stands at {last}. The log:\n{_cluster.ServerLog}",
                Timeout);
        }

        return _accepted;
    }

    private async Task TakeAsync(int number)
    {
        var order = $"order-{number}";
        var body = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["order_id"] = order, ["amount"] = 50_000, ["currency"] = "INR",
        };
        var method = Methods.At(number);
        foreach (var property in method.GetType().GetProperties())
        {
            body[property.Name] = property.GetValue(method)!;
        }

        ApiResponse? response = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                response = await _shop.SendAsync(HttpMethod.Post, "/api/v1/payments", body);
                // While the cluster makes up its mind a call may fail, but only as one that may be made again.
                return response?.Status switch
                {
                    HttpStatusCode.Accepted or HttpStatusCode.OK => true,
                    HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => false,
                    _ => throw new XunitException($"{order} got {response}. The log:\n{_cluster.ServerLog}"),
                };
            },
            () => $"{order} is accepted; the last response: {response}. The log:\n{_cluster.ServerLog}",
            Timeout);
        _accepted.Add(new Accepted(response!.Json.GetProperty("id").GetString()!, order));
    }
}
