using System.Net;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Tests.Hosting;
using PaymentCluster.Testing;

namespace PaymentCluster.Simulators.Tests.Shared;

public sealed class DialTests
{
    private const string NewOrder = """{"amount":12345,"currency":"INR","receipt":"dialled"}""";

    [Theory]
    [InlineData("""{"resett":1}""", "there is no dial resett")]
    [InlineData("""{"reset":1.5}""", "reset must be a rate between 0 and 1")]
    [InlineData("""{"reset":"often"}""", "reset must be a rate between 0 and 1")]
    [InlineData("""{"latency_ms":-1}""", "latency_ms must be a number of milliseconds")]
    [InlineData("""{"seed":"x"}""", "seed must be an integer")]
    [InlineData("""{"operations":["orders"]}""", "operations are order, payment, capture, refund and query")]
    [InlineData("[]", "the dials are one JSON object")]
    public async Task A_dial_that_is_not_there_or_makes_no_sense_is_refused_and_changes_nothing(
        string dials, string error)
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"seed":42}""");

        var reply = await simulator.PutAsync("/_dials/razorpay", dials);

        Assert.Equal((HttpStatusCode.BadRequest, error), (reply.Status, reply["error"]));
        Assert.Equal("42", (await simulator.GetAsync("/_dials/razorpay"))["seed"]);
    }

    [Fact]
    public async Task Dials_of_an_unknown_provider_are_not_there()
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await simulator.GetAsync("/_dials/stripe")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.PutAsync("/_dials/stripe", "{}")).Status);
    }

    [Fact]
    public async Task Dials_survive_a_restart()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"seed":7,"decline":0.25,"operations":["payment"]}""");
        var before = (await simulator.GetAsync("/_dials/razorpay")).Text;

        await simulator.RestartAsync();

        Assert.Equal(before, (await simulator.GetAsync("/_dials/razorpay")).Text);
    }

    [Fact]
    public async Task The_same_seed_brings_the_same_faults()
    {
        await using var simulator = await Simulator.StartAsync();
        async Task<string> RunAsync(int seed)
        {
            await simulator.DialAsync($$"""{"seed":{{seed}},"server_error":0.5}""");
            var outcomes = new char[40];
            for (var i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] = (await simulator.PostAsync("/v1/orders", NewOrder)).Status == HttpStatusCode.OK
                    ? '.'
                    : 'x';
            }

            return new string(outcomes);
        }

        var first = await RunAsync(1);

        Assert.Equal(first, await RunAsync(1));
        Assert.NotEqual(first, await RunAsync(2));
        Assert.Contains('x', first);
        Assert.Contains('.', first);
    }

    [Fact]
    public void A_rate_is_met_in_the_long_run()
    {
        var board = new DialBoard("razorpay");
        board.Set(DialSettings.Parse(
            System.Text.Json.JsonDocument.Parse("""{"seed":3,"decline":0.1,"reset":0.9}""").RootElement, out _)!);

        var declines = Enumerable.Range(0, 10_000).Count(_ => board.Fires(DialRate.Decline));
        var resets = Enumerable.Range(0, 10_000).Count(_ => board.Fires(DialRate.Reset));

        Assert.InRange(declines, 850, 1150);
        Assert.InRange(resets, 8850, 9150);
    }

    [Theory]
    [InlineData("server_error", HttpStatusCode.InternalServerError, false)]
    [InlineData("server_error_after", HttpStatusCode.InternalServerError, true)]
    [InlineData("rate_limited", HttpStatusCode.TooManyRequests, false)]
    [InlineData("garbage", HttpStatusCode.OK, true)]
    public async Task A_wrong_response_says_nothing_of_what_was_done(string dial, HttpStatusCode status, bool processed)
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync($$"""{"{{dial}}":1}""");

        var reply = await simulator.PostAsync("/v1/orders", NewOrder);

        Assert.Equal(status, reply.Status);
        Assert.DoesNotContain("order_", reply.Text, StringComparison.Ordinal);
        Assert.Equal(dial == "rate_limited", reply.Headers.RetryAfter is not null);
        Assert.Equal(processed ? 1 : 0, await CountAsync(simulator));
    }

    [Theory]
    [InlineData("reset", false)]
    [InlineData("reset_after", true)]
    [InlineData("truncated", true)]
    public async Task A_broken_connection_says_nothing_of_what_was_done(string dial, bool processed)
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync($$"""{"{{dial}}":1}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => simulator.PostAsync("/v1/orders", NewOrder));

        Assert.Equal(processed ? 1 : 0, await CountAsync(simulator));
    }

    [Fact]
    public async Task A_held_call_can_be_processed_before_the_hold()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"charge_then_timeout":1,"hold_ms":60000}""");

        var call = simulator.PostAsync("/v1/orders", NewOrder);
        await Eventually.HoldsAsync(async () => await CountAsync(simulator) == 1, "the order is there");
        Assert.False(call.IsCompleted);

        await EndAsync(simulator, call);
        Assert.Equal(1, await CountAsync(simulator));
    }

    [Fact]
    public async Task A_held_call_can_be_processed_when_its_caller_has_gone()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"timeout_then_charge":1,"hold_ms":1000,"late_ms":40000}""");

        await EndAsync(simulator, simulator.PostAsync("/v1/orders", NewOrder), TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, await CountAsync(simulator));
        simulator.Clock.Advance(TimeSpan.FromSeconds(40));

        await Eventually.HoldsAsync(async () => await CountAsync(simulator) == 1, "the order is there");
    }

    [Fact]
    public async Task Queries_are_spared_unless_they_are_named()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"server_error":1}""");
        Assert.Equal(HttpStatusCode.OK, (await simulator.GetAsync("/v1/orders")).Status);

        await simulator.DialAsync("""{"server_error":1,"operations":["query"]}""");

        Assert.Equal(HttpStatusCode.InternalServerError, (await simulator.GetAsync("/v1/orders")).Status);
        Assert.Equal(HttpStatusCode.OK, (await simulator.PostAsync("/v1/orders", NewOrder)).Status);
    }

    [Fact]
    public async Task A_declining_bank_fails_what_the_customer_approved()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"decline":1}""");

        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        Assert.Equal(("failed", "bank"), (payment["status"], payment["error_source"]));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task A_mismatched_amount_is_what_the_books_say()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.DialAsync("""{"amount_mismatch":1}""");

        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        Assert.Equal(("captured", "12445"), (payment["status"], payment["amount"]));
        Assert.Equal(12445, Assert.Single(await simulator.JournalAsync()).GetProperty("amount").GetInt64());
    }

    [Fact]
    public async Task A_tampered_event_is_followed_by_the_right_one_when_it_is_refused()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await FailingPaymentAsync(receiver, """{"webhook_tampered":1}""", response: 401);
        var forged = (await receiver.NextAsync(1, "the forged event"))[0];
        var next = receiver.NextAsync(1, "the right event");
        while (!next.IsCompleted)
        {
            simulator.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(next, Task.Delay(5));
        }

        var right = (await next)[0];
        Assert.NotEqual(SignatureOf(forged), forged.Signature);
        Assert.Equal(SignatureOf(right), right.Signature);
        Assert.Equal(forged.EventId, right.EventId);
    }

    [Fact]
    public async Task A_duplicated_event_comes_twice_with_one_id()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await FailingPaymentAsync(receiver, """{"webhook_duplicate":1}""");

        var both = receiver.NextAsync(2, "the event and its double");
        while (!both.IsCompleted)
        {
            simulator.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(both, Task.Delay(5));
        }

        Assert.Single((await both).Select(one => (one.EventId, one.Signature)).Distinct());
    }

    [Fact]
    public async Task A_late_event_comes_when_its_time_is_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await FailingPaymentAsync(
            receiver, """{"webhook_late":1,"webhook_late_ms":9000}""");
        var start = simulator.Clock.GetUtcNow();

        var late = receiver.NextAsync(1, "the late event");
        while (!late.IsCompleted)
        {
            simulator.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(late, Task.Delay(5));
        }

        Assert.True(simulator.Clock.GetUtcNow() - start >= TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task A_reordered_event_falls_behind_those_after_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await FailingPaymentAsync(receiver, """{"webhook_reorder":1}""");
        await simulator.DialAsync("{}");
        await simulator.PayAsync(await simulator.OrderAsync());

        var prompt = await receiver.NextAsync(3, "the later payment's events");
        Assert.DoesNotContain(prompt, one => one.Event == "payment.failed");
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("payment.failed", (await receiver.NextAsync(1, "the event held back"))[0].Event);
    }

    [Fact]
    public async Task A_dropped_event_never_comes()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await FailingPaymentAsync(receiver, """{"webhook_drop":1}""");
        await simulator.DialAsync("{}");
        await simulator.RestartAsync();

        await simulator.PayAsync(await simulator.OrderAsync());

        Assert.DoesNotContain(
            await receiver.NextAsync(3, "the next payment's events"), one => one.Event == "payment.failed");
    }

    private static string SignatureOf(Received one) =>
        PaymentCluster.Simulators.Razorpay.RazorpaySignature.OfWebhook(Simulator.WebhookSecret, one.Body);

    private static async Task<Simulator> FailingPaymentAsync(
        WebhookReceiver receiver, string dials, int? response = null)
    {
        var simulator = await Simulator.StartAsync();
        await simulator.RegisterAsync(receiver.Url);
        if (response is { } status)
        {
            receiver.Responses.Enqueue(status);
        }

        await simulator.DialAsync(dials);
        await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));
        return simulator;
    }

    private static async Task<int> CountAsync(Simulator simulator) =>
        (await simulator.GetAsync("/v1/orders?receipt=dialled")).Json.GetProperty("count").GetInt32();

    private static async Task EndAsync(Simulator simulator, Task<Reply> call, TimeSpan? step = null)
    {
        while (!call.IsCompleted)
        {
            simulator.Clock.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.WhenAny(call, Task.Delay(5));
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
    }
}
