using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Cluster.Tests;

/// <summary>
/// Orders at a fixed rate, each followed by a read of an earlier payment, whether or not earlier calls have a response:
/// what a shop's customers do while a silo is lost. Every call is recorded.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const double Rate = 6;

    // So many seconds without a call that is slow.
    private const int Steady = 5;

    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly ConcurrentQueue<Accepted> _accepted = new();
    private readonly ConcurrentQueue<int> _failed = new();
    private readonly ConcurrentBag<Task> _underWay = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ApiClient _shop;
    private readonly double _ordersPerSecond;
    private readonly Task _pace;

    private SteadyLoad(ApiClient shop, double ordersPerSecond)
    {
        (_shop, _ordersPerSecond) = (shop, ordersPerSecond);
        _pace = PaceAsync();
    }

    /// <summary>The calls that have a response, or got none.</summary>
    public IReadOnlyCollection<Call> Calls => _calls;

    /// <summary>The payments that were accepted.</summary>
    public IReadOnlyCollection<Accepted> Accepted => _accepted;

    /// <summary>How long it has been running.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Starts it.</summary>
    public static SteadyLoad Start(ApiClient shop, double ordersPerSecond = Rate) => new(shop, ordersPerSecond);

    /// <summary>Waits until calls succeed at once: what a process does for the first time is over.</summary>
    public Task IsSteadyAsync()
    {
        var since = Elapsed;
        var counted = (int)(Steady * 2 * _ordersPerSecond);
        return Eventually.HoldsAsync(
            () => _calls.Where(call => call.At > since).TakeLast(counted)
                .Count(call => call.Succeeded && call.Took.TotalSeconds < 1) == counted,
            () => $"calls succeed at once:\n{Table(since)}",
            TimeSpan.FromMinutes(3));
    }

    /// <summary>Waits until so many more calls have been made.</summary>
    public Task HasMadeAsync(int calls, TimeSpan timeout)
    {
        var before = _calls.Count;
        return Eventually.HoldsAsync(() => _calls.Count >= before + calls, $"{calls} calls are made", timeout);
    }

    /// <summary>Starts no more calls, waits for those that are under way, and repeats the orders that failed, as
    /// shops do.</summary>
    public async Task EndAsync()
    {
        await StopAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_failed.TryDequeue(out var order))
                {
                    await OrderAsync(order);
                }

                return _failed.IsEmpty;
            },
            "all orders are accepted",
            TimeSpan.FromMinutes(3));
    }

    /// <summary>How many calls there were, how many failed, and how long they took.</summary>
    public string Summary(TimeSpan since)
    {
        var calls = _calls.Where(call => call.At >= since).OrderBy(call => call.Took).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{calls.Count} calls, {calls.Count(call => !call.Succeeded)} failed, "
                + $"p50 {calls[calls.Count / 2].Took.TotalSeconds:0.000} s, "
                + $"p99 {calls[calls.Count * 99 / 100].Took.TotalSeconds:0.000} s, "
                + $"longest {calls[^1].Took.TotalSeconds:0.000} s");
    }

    /// <summary>What happened in each second, for a reader.</summary>
    public string Table(TimeSpan since) => string.Join(
        '\n',
        _calls.GroupBy(call => (int)Math.Floor((call.At - since).TotalSeconds)).OrderBy(second => second.Key)
            .Select(second => string.Create(
                CultureInfo.InvariantCulture,
                $"{second.Key,4} s: {second.Count(call => call.Succeeded),3} succeeded, "
                    + $"{second.Count(call => !call.Succeeded),3} not, "
                    + $"slowest {second.Max(call => call.Took).TotalSeconds:0.00} s")));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _ending.Dispose();
    }

    private async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _pace;
        await Task.WhenAll(_underWay);
    }

    private async Task PaceAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / _ordersPerSecond));
        try
        {
            for (var order = 0; await timer.WaitForNextTickAsync(_ending.Token); order++)
            {
                _underWay.Add(OrderAsync(order));
                if (_accepted.TryPeek(out _))
                {
                    var accepted = _accepted.ToArray();
                    _underWay.Add(CallAsync(
                        HttpMethod.Get, $"/api/v1/payments/{accepted[order * 7919 % accepted.Length].Id}"));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task OrderAsync(int number)
    {
        var order = $"steady-{number}";
        var response = await CallAsync(
            HttpMethod.Post,
            "/api/v1/payments",
            new { order_id = order, amount = 50_000, currency = "INR", method = "upi" });
        if (response?.Status is HttpStatusCode.Accepted or HttpStatusCode.OK)
        {
            _accepted.Enqueue(new Accepted(response.Json.GetProperty("id").GetString()!, order));
        }
        else
        {
            _failed.Enqueue(number);
        }
    }

    private async Task<ApiResponse?> CallAsync(HttpMethod method, string path, object? body = null)
    {
        var at = Elapsed;
        ApiResponse? response = null;
        try
        {
            response = await _shop.SendAsync(method, path, body);
        }
        catch (OperationCanceledException)
        {
            // The client's own timeout: no response.
        }

        _calls.Enqueue(new Call(at, Elapsed - at, method, response?.Status));
        return response;
    }
}

/// <summary>A call, when it was made, how long it took, and the status of its response.</summary>
internal sealed record Call(TimeSpan At, TimeSpan Took, HttpMethod Method, HttpStatusCode? Status)
{
    /// <summary>Whether the response says what was requested.</summary>
    public bool Succeeded => Status is HttpStatusCode.OK or HttpStatusCode.Accepted;
}
