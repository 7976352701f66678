using System.Diagnostics.Metrics;
using System.Net;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class LimitsHttpTests
{
    private const string Payments = "/api/v1/payments";

    [Fact]
    public async Task A_key_that_exceeds_its_rate_gets_a_retry_after()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:RequestsPerSecond", "10"), ("Gateway:RequestBurst", "5"));
        using var client = host.Client();
        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.GetAsync(Payments)));
        Assert.Contains(responses, response => response.StatusCode == HttpStatusCode.OK);
        var refused = responses.First(response => response.StatusCode == HttpStatusCode.TooManyRequests);
        await refused.ProblemAsync(429, "rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using var other = host.Client((await host.OpenShopAsync()).SecretKey);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync(Payments)).StatusCode);
    }

    [Fact]
    public async Task A_publishable_key_that_exceeds_its_rate_leaves_the_secret_keys_theirs()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:RequestsPerSecond", "10"), ("Gateway:RequestBurst", "5"));
        using var page = host.Client(host.Shop.PublishableKey);
        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => page.SendJsonAsync(Payments, "{}")));
        Assert.Contains(responses, response => response.StatusCode == HttpStatusCode.TooManyRequests);
        using var server = host.Client();
        Assert.Equal(
            HttpStatusCode.Accepted, (await server.SendJsonAsync(Payments, PaymentBodies.Upi("o1"))).StatusCode);
    }

    [Fact]
    public async Task Pages_that_wait_leave_places_to_their_merchants_servers()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:EventStreams", "8"));
        using var server = host.Client();
        using var created = await server.SendJsonAsync(
            Payments, """{"order_id":"o1","amount":500,"currency":"INR","confirm":false}""");
        var payment = await created.JsonAsync();
        using var page = host.Client(payment.GetProperty("client_secret").GetString());
        var streams = new List<HttpResponseMessage>();
        for (var stream = 0; stream < 4; stream++)
        {
            streams.Add(await page.GetAsync(
                GatewayHost.PathOf(payment) + "/events", HttpCompletionOption.ResponseHeadersRead));
        }

        // Of eight streams a merchant has four, and its pages two of these.
        Assert.Equal(2, streams.Count(response => response.StatusCode == HttpStatusCode.OK));
        using var own = await server.GetAsync(
            GatewayHost.PathOf(payment) + "/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Past_what_it_can_carry_the_gateway_refuses_before_anything_is_accepted()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:WritesInFlight", "2"), ("Gateway:WritesQueued", "1"));
        var shed = 0;
        using var listener = ListenTo("paymentcluster.gateway.requests.shed", () => Interlocked.Increment(ref shed));
        var held = host.Calls.Hold<IPaymentGrain>();
        using var client = host.Client();
        var writes = Enumerable.Range(0, 10).Select(
            number => client.SendJsonAsync(Payments, PaymentBodies.Upi($"o{number}"))).ToList();
        await Eventually.HoldsAsync(
            () => writes.Count(write => write.IsCompleted) == 7, "seven writes are refused");
        foreach (var write in writes.Where(write => write.IsCompleted))
        {
            var response = await write;
            await response.ProblemAsync(503, "overloaded");
            Assert.NotNull(response.Headers.RetryAfter);
        }

        // Tests beside this one may be counted, too.
        Assert.InRange(Volatile.Read(ref shed), 7, int.MaxValue);
        Assert.Equal(2, host.Calls.Count<IPaymentGrain>());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        held.Dispose();
        Assert.Equal(3, (await Task.WhenAll(writes)).Count(response => response.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(
            HttpStatusCode.Accepted, (await client.SendJsonAsync(Payments, PaymentBodies.Upi("later"))).StatusCode);
    }

    [Fact]
    public async Task Reads_that_wait_have_a_limit_of_their_own()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:WaitingReads", "2"), ("Gateway:MerchantSharePercent", "100"));
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var path = GatewayHost.PathOf(payment);
        var wait = $"{path}?wait=30&after={payment.GetProperty("version")}";
        var waits = Enumerable.Range(0, 5).Select(_ => client.GetAsync(wait)).ToList();
        await Eventually.HoldsAsync(
            () => waits.Count(wait => wait.IsCompleted) == 3, "three reads are refused");
        foreach (var refused in waits.Where(wait => wait.IsCompleted))
        {
            await (await refused).ProblemAsync(503, "overloaded");
        }

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
        await host.Shop.PayAsync(client, payment);
        Assert.Equal(2, (await Task.WhenAll(waits)).Count(response => response.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Event_streams_have_a_limit_of_their_own_and_give_their_place_back()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:EventStreams", "1"), ("Gateway:MerchantSharePercent", "100"));
        using var client = host.Client();
        var path = GatewayHost.PathOf(
            await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"))) + "/events";
        using (var open = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
            await (await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
                .ProblemAsync(503, "overloaded");
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                return again.StatusCode == HttpStatusCode.OK;
            },
            "the place is given back");
    }

    private static MeterListener ListenTo(string instrument, Action counted)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (published, each) =>
            {
                if (published.Name == instrument)
                {
                    each.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags is [{ Value: "overloaded" }])
            {
                counted();
            }
        });
        listener.Start();
        return listener;
    }
}
