using PaymentCluster.Simulators.Razorpay;
using PaymentCluster.Simulators.Tests.Hosting;
using PaymentCluster.Testing;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class WebhookTests
{
    [Fact]
    public async Task A_payment_tells_of_its_authorisation_its_capture_and_its_paid_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.RegisterAsync(receiver.Url);
        var order = await simulator.OrderAsync();
        var payment = await simulator.PayAsync(order);

        var events = (await receiver.NextAsync(3, "the events of a payment"))
            .ToDictionary(one => one.Event, StringComparer.Ordinal);

        Assert.Equal(
            ["order.paid", "payment.authorized", "payment.captured"], events.Keys.Order(StringComparer.Ordinal));
        Assert.All(events.Values, one =>
        {
            Assert.Equal(RazorpaySignature.OfWebhook(Simulator.WebhookSecret, one.Body), one.Signature);
            Assert.Equal("event", one.Json.GetProperty("entity").GetString());
            Assert.StartsWith("acc_", one.Json.GetProperty("account_id").GetString()!, StringComparison.Ordinal);
            Assert.Equal(payment.Id, one.Entity("payment").GetProperty("id").GetString());
            Assert.True(one.Json.GetProperty("created_at").GetInt64() > 0);
        });
        Assert.Equal(3, events.Values.Select(one => one.EventId).Distinct().Count());
        Assert.Equal("authorized", events["payment.authorized"].Entity("payment").GetProperty("status").GetString());
        Assert.Equal("captured", events["payment.captured"].Entity("payment").GetProperty("status").GetString());
        Assert.Equal("paid", events["order.paid"].Entity("order").GetProperty("status").GetString());
        Assert.Equal(["payment", "order"],
            events["order.paid"].Json.GetProperty("contains").EnumerateArray().Select(name => name.GetString()!));
    }

    [Fact]
    public async Task A_failed_payment_and_a_refund_are_reported()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());
        await simulator.RegisterAsync(receiver.Url);
        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));
        var failed = (await receiver.NextAsync(1, "the failure"))[0];
        var refund = await simulator.RefundAsync(payment.Id, """{"amount":5000}""");
        var created = (await receiver.NextAsync(1, "the refund"))[0];
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));
        var processed = (await receiver.NextAsync(1, "the refund's end"))[0];

        Assert.Equal("payment.failed", failed.Event);
        Assert.Equal("payment_declined", failed.Entity("payment").GetProperty("error_reason").GetString());
        Assert.Equal(("refund.created", "refund.processed"), (created.Event, processed.Event));
        Assert.Equal(refund.Id, processed.Entity("refund").GetProperty("id").GetString());
        Assert.Equal("processed", processed.Entity("refund").GetProperty("status").GetString());
        Assert.Equal("partial", processed.Entity("payment").GetProperty("refund_status").GetString());
    }

    [Fact]
    public async Task An_undelivered_event_is_sent_again_the_same_and_ever_more_slowly()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.RegisterAsync(receiver.Url);
        foreach (var status in (int[])[500, 404, 302])
        {
            receiver.Responses.Enqueue(status);
        }

        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));
        var start = simulator.Clock.GetUtcNow();
        var arrivals = new List<TimeSpan>();
        var deliveries = new List<Received>();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            deliveries.AddRange(
                await WhileTimePassesAsync(simulator, receiver.NextAsync(1, $"delivery {attempt + 1}")));
            arrivals.Add(simulator.Clock.GetUtcNow() - start);
        }

        Assert.Single(deliveries.Select(one => one.EventId).Distinct());
        Assert.Single(deliveries.Select(one => one.Signature).Distinct());
        // Waits of 1, 2 and 4 seconds at least; the clock may have run on a little before each was noticed.
        Assert.True(arrivals[1] >= TimeSpan.FromSeconds(1), $"first retry after {arrivals[1]}");
        Assert.True(
            arrivals[2] - arrivals[1] >= TimeSpan.FromSeconds(1.5), $"second retry after {arrivals[2] - arrivals[1]}");
        Assert.True(arrivals[3] >= TimeSpan.FromSeconds(7), $"third retry after {arrivals[3]}");
    }

    [Fact]
    public async Task After_a_day_of_failures_the_webhook_is_disabled_until_the_account_is_put_again()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.RegisterAsync(new Uri("http://127.0.0.1:1/nobody"));
        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));
        async Task<bool> DisabledAsync()
        {
            simulator.Clock.Advance(TimeSpan.FromHours(1));
            return (await simulator.GetAsync("/_accounts/razorpay")).Text
                .Contains("\"webhook_disabled\":true", StringComparison.Ordinal);
        }

        await Eventually.HoldsAsync(DisabledAsync, "the webhook is disabled");
        await simulator.RestartAsync();
        Assert.True(await DisabledAsync());
        await using var receiver = await WebhookReceiver.StartAsync();
        await simulator.RegisterAsync(receiver.Url);
        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));

        Assert.Equal("payment.failed", (await receiver.NextAsync(1, "an event after the webhook is back"))[0].Event);
    }

    [Fact]
    public async Task An_undelivered_event_survives_a_restart_with_its_old_secret()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.RegisterAsync(new Uri("http://127.0.0.1:1/nobody"));
        var payment = await simulator.PayAsync(await simulator.OrderAsync());
        await simulator.RegisterAsync(receiver.Url, webhookSecret: "a new one");

        await simulator.RestartAsync();

        var events = await WhileTimePassesAsync(simulator, receiver.NextAsync(3, "the events of before the restart"));
        Assert.All(events, one =>
        {
            Assert.Equal(RazorpaySignature.OfWebhook(Simulator.WebhookSecret, one.Body), one.Signature);
            Assert.Equal(payment.Id, one.Entity("payment").GetProperty("id").GetString());
        });
        Assert.Equal("authorized",
            events.Single(one => one.Event == "payment.authorized")
                .Entity("payment")
                .GetProperty("status")
                .GetString());
    }

    [Fact]
    public async Task A_delivered_event_is_not_sent_again_after_a_restart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.RegisterAsync(receiver.Url);
        await simulator.PayAsync(await simulator.OrderAsync());
        await receiver.NextAsync(3, "the events of a payment");
        // The next request's events come after the marks of the first three in the journal, as responses are in order.
        await Eventually.HoldsAsync(
            async () =>
            {
                await simulator.StopAsync();
                var journal = await File.ReadAllTextAsync(Path.Combine(simulator.Directory, "razorpay.ndjson"));
                await simulator.RestartAsync();
                return journal.Split("\"settled\"").Length == 4;
            }, "three deliveries are on record");
        while (!receiver.IsQuiet)
        {
            await receiver.NextAsync(1, "a delivery that was repeated by a restart before it was on record");
        }

        await simulator.RestartAsync();
        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));

        Assert.Equal("payment.failed", (await receiver.NextAsync(1, "the next event"))[0].Event);
    }

    [Fact]
    public async Task An_account_without_a_webhook_gets_nothing()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.PayAsync(await simulator.OrderAsync());
        await simulator.RegisterAsync(receiver.Url);
        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));

        Assert.Equal("payment.failed", (await receiver.NextAsync(1, "the first event after the webhook"))[0].Event);
        Assert.True(receiver.IsQuiet);
    }

    private static async Task<T> WhileTimePassesAsync<T>(Simulator simulator, Task<T> what)
    {
        while (!what.IsCompleted)
        {
            simulator.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(what, Task.Delay(5));
        }

        return await what;
    }
}
