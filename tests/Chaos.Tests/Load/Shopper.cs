using System.Text.Json.Nodes;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>One order from its start to its end, from one merchant's side: whatever fails, it repeats its requests with
/// the same key until there is a response, or until the load is over.</summary>
internal sealed class Shopper(Order order, Client client, Customers customers, Draws draws, CancellationToken over)
{
    private const int MaxAttempts = 3;
    private const double ShortestPause = 0.5;
    private const double LongestPause = 8;

    private readonly JsonObject _body = order.Body.DeepClone().AsObject();
    private string _decided = "";
    private int _attempt = 1;
    private bool _isRefunded;
    private bool _isCaptured;

    /// <summary>Whether its order has had a response that a retry would not change.</summary>
    public bool HasResponse { get; private set; }

    public async Task RunAsync()
    {
        if (await StartAsync() is not { } told)
        {
            return;
        }

        HasResponse = true;
        if (told.Text("id") is not { } payment)
        {
            return;
        }

        if (order.Habit == Habit.CancelsEarly)
        {
            await InsistAsync(() => client.CommandAsync("cancel", order.Id, payment, [], Key("cancel")));
        }

        for (var failures = 0; !over.IsCancellationRequested;)
        {
            if (!told.IsYes)
            {
                await PauseAsync(failures++);
            }
            else if (!await GoOnAsync(payment, told))
            {
                break;
            }
            else
            {
                failures = 0;
            }

            told = await client.GetAsync(order.Id, payment, wait: 3, told);
        }

        // A request that is repeated long after its response means the same payment.
        if (order.Habit == Habit.Repeats && !over.IsCancellationRequested)
        {
            await client.StartAsync(order.Id, order.Body, Key("start-1"));
        }
    }

    // Whether anything more is expected of the payment.
    private async Task<bool> GoOnAsync(string payment, Received told)
    {
        switch (told.Text("status"))
        {
            case "PENDING":
                return true;
            case "REQUIRES_ACTION":
                return await DecideAsync(payment, told);
            case "AUTHORIZED":
                if (order.IsManual && !_isCaptured)
                {
                    await CaptureAsync(payment);
                }

                return order.IsManual || !over.IsCancellationRequested;
            case "SUCCESS":
                return await RefundAsync(payment, told.Number("captured_amount"));
            case "FAILED" or "EXPIRED" when _attempt < MaxAttempts && draws.Chance(0.6):
                _attempt++;
                Order.PayWith(_body, draws);
                await InsistAsync(() => client.StartAsync(order.Id, _body, Key($"start-{_attempt}")));
                return true;
            default:
                return false;
        }
    }

    private async Task<Received?> StartAsync()
    {
        var key = Key("start-1");
        var timeout = order.Habit == Habit.HangsUp
            ? draws.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(120))
            : (TimeSpan?)null;
        var first = client.StartAsync(order.Id, _body, key, timeout);
        List<Task> others = [];
        switch (order.Habit)
        {
            case Habit.RepeatsRequest:
                others = [client.StartAsync(order.Id, _body, key), client.StartAsync(order.Id, _body, key)];
                break;
            case Habit.Races:
                others =
                [
                    client.StartAsync(order.Id, _body, $"{key}-b"), client.StartAsync(order.Id, _body, $"{key}-c"),
                ];
                break;
            case Habit.ReusesKey:
                var other = _body.DeepClone().AsObject();
                other["amount"] = _body["amount"]!.GetValue<int>() + 100;
                others = [client.StartAsync($"{order.Id}-other", other, key)];
                break;
            default:
                break;
        }

        var told = await first;
        await Task.WhenAll(others);
        return told.IsOpen ? await InsistAsync(() => client.StartAsync(order.Id, _body, key)) : told;
    }

    private async Task<bool> DecideAsync(string payment, Received told)
    {
        if (order.Customer == CustomerMood.Abandons)
        {
            return false;
        }

        if (told.Text("provider_reference") is not { } reference || _decided == reference)
        {
            return true;
        }

        var provider = told.Text("provider")!;
        if (order.Customer == CustomerMood.PaysAnotherWay && _attempt == 1)
        {
            await PayAnotherWayAsync(payment, told.Text("attempt")!);
            if (draws.Chance(0.4))
            {
                await customers.DecideAsync(provider, reference, approves: true);
            }

            return true;
        }

        var approves = order.Customer != CustomerMood.Declines || _attempt > 1;
        if (await customers.DecideAsync(provider, reference, approves))
        {
            _decided = reference;
            if (draws.Chance(0.2))
            {
                await customers.ReturnAsync(client.Merchant, provider, told.Text("attempt")!);
            }
        }
        else
        {
            await PauseAsync(failures: 0);
        }

        return true;
    }

    // Two concurrent requests, as by a double click; the second one gets a conflict.
    private Task PayAnotherWayAsync(string payment, string attempt)
    {
        _attempt++;
        var way = new JsonObject();
        Order.PayWith(way, draws);
        way["replaces"] = attempt;
        return Task.WhenAll(
            InsistAsync(() =>
                client.CommandAsync("confirm", order.Id, payment, way.DeepClone().AsObject(), Key("way"))),
            InsistAsync(() =>
                client.CommandAsync("confirm", order.Id, payment, way.DeepClone().AsObject(), Key("way-b"))));
    }

    private async Task CaptureAsync(string payment)
    {
        var verb = order.Capture == CaptureMood.Cancels ? "cancel" : "capture";
        var twice = order.Capture == CaptureMood.RepeatsCapture
            ? InsistAsync(() => client.CommandAsync(verb, order.Id, payment, [], Key("capture-b")))
            : Task.FromResult<Received?>(null);
        _isCaptured = await InsistAsync(() => client.CommandAsync(verb, order.Id, payment, [], Key(verb))) is not null;
        await twice;
    }

    private async Task<bool> RefundAsync(string payment, long captured)
    {
        if (_isRefunded)
        {
            return false;
        }

        _isRefunded = true;
        long[] parts = order.Refund switch
        {
            RefundMood.Keeps => [],
            RefundMood.RefundsAll => [captured],
            RefundMood.RefundsParts => [captured / 4, captured / 2],
            RefundMood.RefundsTooMuch => [captured * 2 / 5, captured * 2 / 5, captured * 2 / 5],
        };
        await Task.WhenAll(parts.Select((amount, number) => InsistAsync(() => client.CommandAsync(
            "refund", order.Id, payment, new JsonObject { ["amount"] = amount }, Key($"refund-{number}")))));
        return parts.Length > 0;
    }

    // The same key at both merchants and for each repetition, another for each thing that is wanted.
    private string Key(string what) => $"{order.Id}-{what}";

    // Until there is a response that a retry would not change; null if the load is over before.
    private async Task<Received?> InsistAsync(Func<Task<Received>> call)
    {
        for (var failures = 0; !over.IsCancellationRequested; failures++)
        {
            var told = await call();
            if (!told.IsOpen && told.Text("code") != "outcome_pending")
            {
                return told;
            }

            await PauseAsync(failures);
        }

        return null;
    }

    // As a client's retry policy does it: twice as long after each failure, to some seconds, and never all at once.
    private Task PauseAsync(int failures)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause, ShortestPause * Math.Pow(2, failures)));
        return Task.Delay(draws.Between(pause / 2, pause * 3 / 2), over)
            .ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
