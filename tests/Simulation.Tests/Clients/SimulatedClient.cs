using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Clients;

/// <summary>A merchant's server with the gateway before it: starts a payment, and then does with it what comes to its
/// mind. A request without a response is sent again under the same key until there is one; a request without a key is
/// sent once. A new kind of request gets a line in <see cref="RunAsync"/>.</summary>
internal sealed class SimulatedClient(World world, string name, SimulatedOrder order)
{
    private const int MaxHops = 4;
    private const int MaxRequests = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30), TimeSpan.FromHours(6),
    ];

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(20);

    private PaymentView? _seen;

    // Every request names the order's customer.
    private string Customer => $"customer of {order.Id}";

    public Life Life { get; } = World.Forever(name);

    /// <summary>Whether it got all its responses.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What it does.</summary>
    public async Task RunAsync()
    {
        await StartAsync(isFirst: true);
        var requests = world.Choices.Below(MaxRequests + 1);
        for (var count = 0; count < requests; count++)
        {
            await world.Wait(Life, world.Choices.UpTo(world.Choices.Pick<TimeSpan>(Waits)));
            switch (world.Choices.Below(17))
            {
                case < 2:
                    await ReadAsync();
                    break;
                case < 4:
                    await ConfirmAsync();
                    break;
                case < 5:
                    await StartAsync(isFirst: false);
                    break;
                case < 7:
                    await CaptureAsync();
                    break;
                case < 8:
                    await CancelAsync();
                    break;
                case < 11:
                    await RefundAsync();
                    break;
                case < 12:
                    await ReturnAsync();
                    break;
                case < 14:
                    await TwiceAtOnceAsync();
                    break;
                case < 16:
                    await WatchAsync();
                    break;
                default:
                    await ResolveAsync();
                    break;
            }
        }

        IsDone = true;
    }

    // As the gateway does: an order leads to its payment in one step, an idempotency key of another order in two.
    private async Task StartAsync(bool isFirst)
    {
        var request = NewRequest("start");
        while (true)
        {
            var command = order.Start(Customer, request, isFirst);
            var target = world.Clients.NextPayment();
            world.Tell(name, $"starts {order.Id}");
            var reply = await SendAsync(target, payment => StartAsync(payment, command));
            for (var hop = 0; hop < MaxHops && reply is { Came: true, Value.Elsewhere: { } elsewhere }; hop++)
            {
                reply = await SendAsync(elsewhere, payment => StartAsync(payment, command with { IsNew = false }));
            }

            if (reply is { Came: true, Value.Payment: { } payment })
            {
                Sees(payment, request);
                return;
            }

            // An order id is a key, too: the payment can be requested again in any case.
            if (!await MayTryAgainAsync(reply.Value?.Refusal))
            {
                return;
            }
        }
    }

    // Reads run between the steps of a command.
    private async Task ReadAsync()
    {
        if (_seen is not { } payment)
        {
            return;
        }

        if (await SendAsync(payment.Id, process => process.GetAsync(), interleaves: true)
            is { Came: true, Value: { } view })
        {
            Sees(view, request: null);
        }

        if (await SendAsync(payment.Id, process => process.TimelineAsync(0), interleaves: true)
            is { Came: true, Value: { } timeline })
        {
            world.Checker.Received(payment.Id, timeline, after: 0);
        }
    }

    private async Task WatchAsync()
    {
        if (_seen is not { } payment)
        {
            return;
        }

        var reply = await SendAsync(payment.Id, process => FirstAsync(process, payment.Version), interleaves: true);
        if (reply is { Came: true, Value: { } entry })
        {
            world.Checker.Received(payment.Id, [entry], payment.Version);
        }
    }

    private async Task<TimelineEntry?> FirstAsync(PaymentProcess process, int version)
    {
        using var timeout = new CancellationTokenSource();
        var isOver = false;
        world.After(LongestWatch, World.Forever("gateway"), () =>
        {
            if (!isOver)
            {
                timeout.Cancel();
            }
        });
        try
        {
            await foreach (var entry in process.WatchAsync(version, CancellationToken.None, timeout.Token))
            {
                return entry;
            }

            return null;
        }
        finally
        {
            isOver = true;
        }
    }

    private async Task ReturnAsync()
    {
        if (_seen is { Attempt: { } attempt, Provider: { } provider } payment)
        {
            world.Tell(name, $"the customer returns");
            var nonce = Shop.Tokens.ReturnNonce(PaymentKey.Of(Shop.Id, payment.Id), attempt.Number);
            await SendAsync(payment.Id, process => process.CustomerReturnedAsync(attempt.Number, provider, nonce));
        }
    }

    private Task ConfirmAsync()
    {
        // A customer who does not take the step that they were given, but another way.
        var replaces = _seen is { Status: PaymentStatus.RequiresAction, Attempt.Number: var waiting }
            && world.Choices.Happens(500)
            ? waiting
            : (int?)null;
        var request = NewRequest($"confirm {replaces}");
        var command = order.Confirm(request) with { Replaces = replaces };
        return SendAsync("confirms", request, process => ConfirmAsync(process, command));
    }

    private Task CaptureAsync()
    {
        var amount = world.Choices.Pick<long?>(null, 30_000);
        var request = NewRequest($"capture {amount}");
        var command = new CapturePayment { AmountMinor = amount, Request = request };
        return SendAsync("captures", request, process => process.CaptureAsync(command));
    }

    private Task CancelAsync()
    {
        var request = NewRequest("cancel");
        return SendAsync("cancels", request, process => process.CancelAsync(new CancelPayment { Request = request }));
    }

    private async Task RefundAsync()
    {
        var amount = world.Choices.Pick<long?>(null, 20_000, 1);
        var request = NewRequest($"refund {amount}");
        await UntilReceivedAsync(request, async payment =>
        {
            world.Tell(name, $"refunds {amount}");
            var command = new RefundPayment { AmountMinor = amount, Request = request };
            var reply = await SendAsync(payment, process => process.RefundAsync(command));
            if (reply is { Came: true, Value.Value: { } refund })
            {
                Sees(refund, request);
                return (true, null);
            }

            return (reply.Came, reply.Value?.Refusal);
        });
    }

    // An operator looks into the providers' books, and says what they say where it is final.
    private Task ResolveAsync()
    {
        if (_seen?.Attempt is not { } attempt || world.Checker.BooksOf(attempt) is not { } paid)
        {
            return Task.CompletedTask;
        }

        var request = NewRequest($"resolve {paid}");
        var command = new ResolvePayment
        {
            Paid = paid, By = "operator", Note = "The provider's books.", Request = request,
        };
        return SendAsync(
            $"resolves as {(paid ? "paid" : "unpaid")}", request, process => process.ResolveAsync(command));
    }

    // A double click, or a client's own retry that overtakes the first request.
    private Task TwiceAtOnceAsync()
    {
        var amount = world.Choices.Pick<long?>(null, 10_000);
        var request = new RequestKey { Key = world.Clients.NextKey(), Fingerprint = Fingerprint($"refund {amount}") };
        var command = new RefundPayment { AmountMinor = amount, Request = request };
        if (_seen is not { } payment)
        {
            return Task.CompletedTask;
        }

        world.Tell(name, $"refunds {amount} in two concurrent copies");
        return Task.WhenAll(OnceAsync(), OnceAsync());

        async Task OnceAsync()
        {
            if (await SendAsync(payment.Id, process => process.RefundAsync(command))
                is { Came: true, Value.Value: { } refund })
            {
                Sees(refund, request);
            }
        }
    }

    private Task SendAsync(string what, RequestKey? request, Func<PaymentProcess, Task<Reply<PaymentView>>> call) =>
        UntilReceivedAsync(request, async payment =>
        {
            world.Tell(name, $"{what}");
            if (world.Choices.Happens(200))
            {
                // At any moment of what is about to happen.
                world.After(world.Choices.UpTo(LongestWatch), Life, () => world.Begin(Life, ReadAsync));
            }

            var reply = await SendAsync(payment, call);
            if (reply is { Came: true, Value.Value: { } view })
            {
                Sees(view, request);
                return (true, null);
            }

            return (reply.Came, reply.Value?.Refusal);
        });

    private async Task UntilReceivedAsync(
        RequestKey? request, Func<PaymentId, Task<(bool Came, Refusal? Refusal)>> send)
    {
        if (_seen is not { } payment)
        {
            return;
        }

        while (true)
        {
            var (came, refusal) = await send(payment.Id);
            if (came && refusal is null)
            {
                return;
            }

            if (request is null || !await MayTryAgainAsync(refusal))
            {
                return;
            }
        }
    }

    private async Task<bool> MayTryAgainAsync(Refusal? refusal)
    {
        if (refusal is null or { Code: ErrorCode.Unavailable or ErrorCode.Overloaded })
        {
            await world.Wait(Life, Pause);
            return true;
        }

        world.Tell(name, $"is refused: {refusal.Code}");
        return false;
    }

    private Task<StartReply> StartAsync(PaymentProcess process, StartPayment command)
    {
        world.Checker.NamesInstrument(Customer);
        return process.StartAsync(command);
    }

    private Task<Reply<PaymentView>> ConfirmAsync(PaymentProcess process, ConfirmPayment command)
    {
        world.Checker.NamesInstrument(Customer);
        return process.ConfirmAsync(command);
    }

    private Task<CallResult<T>> SendAsync<T>(
        PaymentId payment, Func<PaymentProcess, Task<T>> call, bool interleaves = false) =>
        world.Cluster.CallAsync(Life, PaymentKey.Of(Shop.Id, payment), call, interleaves);

    private RequestKey? NewRequest(string content) => world.Choices.Happens(300)
        ? null
        : new RequestKey { Key = world.Clients.NextKey(), Fingerprint = Fingerprint(content) };

    private static string Fingerprint(string content) => content.PadRight(64, '.');

    private void Sees(PaymentView view, RequestKey? request)
    {
        world.Tell(name, $"gets: {view.Status}, version {view.Version}");
        world.Checker.Received(view, order.Id, request?.Key);
        _seen = view;
    }

    private void Sees(RefundView view, RequestKey? request)
    {
        world.Tell(name, $"gets: refund {view.Id.Number}, {view.Status}");
        world.Checker.Received(view, request?.Key);
    }
}
