using System.Diagnostics;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>Starts orders at the times that were intended, however the system fares; what is slow does not slow the
/// load.</summary>
internal sealed class OpenLoop(ChaosOptions options, IReadOnlyDictionary<string, Client> clients, Customers customers)
{
    private readonly List<Task> _shoppers = [];

    /// <summary>Orders started.</summary>
    public int Orders { get; private set; }

    /// <summary>Runs for as long as the load lasts, and a little longer for those who are in the middle of a
    /// call.</summary>
    public async Task RunAsync()
    {
        using var over = new CancellationTokenSource();
        var (arrivals, start, at) = (Draws.Of(options.Seed, "arrivals"), Stopwatch.GetTimestamp(), TimeSpan.Zero);
        while ((at += arrivals.Wait(TimeSpan.FromSeconds(1 / options.Rate))) < options.Load)
        {
            if (at - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
                await Task.Delay(early);
            var order = Order.Draw(options.Seed, Orders, options.MayAbandon);
            foreach (var merchant in order.Merchants)
            {
                var draws = Draws.Of(options.Seed, $"shopper {Orders} {merchant.Name}");
                var shopper = new Shopper(order, clients[merchant.Name], customers, draws, over.Token);
                _shoppers.Add(Task.Run(shopper.RunAsync));
            }

            Orders++;
        }

        await over.CancelAsync();
        await Task.WhenAll(_shoppers);
    }
}
