using System.Diagnostics;
using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>Starts orders at the times that were intended, however the system fares; what is slow does not slow the
/// load.</summary>
internal sealed class OpenLoop(ChaosOptions options, IReadOnlyDictionary<string, Client> clients, Customers customers)
    : IDisposable
{
    private readonly List<Shopper> _shoppers = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _over = new();

    /// <summary>Orders started.</summary>
    public int Orders { get; private set; }

    /// <summary>Starts orders for as long as the load lasts. Who waits for a response then goes on insisting, until the
    /// load is ended.</summary>
    public async Task RunAsync()
    {
        var (arrivals, start, at) = (Draws.Of(options.Seed, "arrivals"), Stopwatch.GetTimestamp(), TimeSpan.Zero);
        while ((at += arrivals.Wait(TimeSpan.FromSeconds(1 / options.Rate))) < options.Load)
        {
            if (at - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
            {
                await Task.Delay(early);
            }

            var order = Order.Draw(options.Seed, Orders, options.MayAbandon);
            foreach (var merchant in order.Merchants)
            {
                var draws = Draws.Of(options.Seed, $"shopper {Orders} {merchant.Name}");
                var shopper = new Shopper(order, clients[merchant.Name], customers, draws, _over.Token);
                _shoppers.Add(shopper);
                _running.Add(Task.Run(shopper.RunAsync));
            }

            Orders++;
        }
    }

    /// <summary>Returns when every order has had a response: the system is whole again, and a client that retries has
    /// to get one. Without it a run on a slow machine would have few payments, and prove little.</summary>
    /// <exception cref="TimeoutException">Some get none.</exception>
    public Task AllRespondedAsync() => Eventually.HoldsAsync(
        () => Task.FromResult(_shoppers.TrueForAll(shopper => shopper.HasResponse)),
        () => $"every order has a response; without one are {_shoppers.Count(shopper => !shopper.HasResponse)} of "
            + $"{_shoppers.Count}",
        TimeSpan.FromSeconds(60));

    /// <summary>Ends the load, and waits for those who are in the middle of a call.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_running);
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();
}
