using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>Conditional reads, long polls and event streams.</summary>
public sealed class WatchHttpTests
{
    private const string Payments = "/api/v1/payments";

    private static readonly string[] History =
        ["payment_created", "attempt_started", "attempt_accepted", "payment_captured"];

    // Below the longest wait: a request that waits in vain fails its test.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task A_payment_has_its_version_as_ETag_and_is_not_sent_again()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var created = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"));
        Assert.Equal(
            (await created.JsonAsync()).GetProperty("version").ToString(), created.Headers.ETag!.Tag.Trim('"'));
        var payment = await GatewayHost.UntilAsync(client, await PathAsync(created), "REQUIRES_ACTION");
        var path = GatewayHost.PathOf(payment);
        var tag = (await client.GetAsync(path)).Headers.ETag!;
        Assert.Equal(payment.GetProperty("version").ToString(), tag.Tag.Trim('"'));
        Assert.False(tag.IsWeak);
        foreach (var known in (string[])[tag.Tag, $"W/{tag.Tag}", $"\"x\", {tag.Tag}", "*"])
        {
            var unchanged = await GetAsync(client, path, known);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            Assert.Equal(tag, unchanged.Headers.ETag);
            Assert.Empty(await unchanged.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, path, "\"0\"")).StatusCode);
        foreach (var malformed in (string[])["1", "\"1", "x y", ""])
        {
            var problem = await (await GetAsync(client, path, malformed)).ProblemAsync(400, "invalid_field");
            Assert.True(problem.BlamesField("If-None-Match"));
        }

        var cancelled = await client.PostAsync(path + "/cancel", null);
        Assert.NotEqual(tag, cancelled.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, path, tag.Tag)).StatusCode);
    }

    [Fact]
    public async Task A_wait_that_names_no_version_ends_when_the_payment_is_not_pending()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        client.Timeout = Timeout;
        var path = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1")));
        var payment = await (await client.GetAsync(path + "?wait=30")).JsonAsync();
        Assert.Equal("REQUIRES_ACTION", payment.GetProperty("status").GetString());
        await host.Shop.PayAsync(client, payment);
        Assert.Equal("SUCCESS", await StatusAsync(await client.GetAsync(path + "?wait=30")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wait_ends_when_the_payment_has_changed_from_the_version_that_the_caller_has(bool byTag)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        client.Timeout = Timeout;
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var (path, version) = (GatewayHost.PathOf(payment), payment.GetProperty("version").GetInt32());
        Task<HttpResponseMessage> WaitAsync() => byTag
            ? GetAsync(client, path + "?wait=30", $"\"{version}\"")
            : client.GetAsync($"{path}?wait=30&after={version}");
        var waiting = WaitAsync();
        await host.WatchedAsync();
        Assert.False(waiting.IsCompleted);
        await host.Shop.PayAsync(client, payment);
        Assert.Equal("SUCCESS", await StatusAsync(await waiting));
        // What has changed already is not waited for.
        Assert.Equal("SUCCESS", await StatusAsync(await WaitAsync()));
    }

    [Fact]
    public async Task A_wait_in_vain_ends_with_what_there_is()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var (path, version) = (GatewayHost.PathOf(payment), payment.GetProperty("version").GetInt32());
        Assert.Equal("REQUIRES_ACTION", await StatusAsync(await client.GetAsync($"{path}?wait=1&after={version}")));
        Assert.Equal(
            HttpStatusCode.NotModified, (await GetAsync(client, path + "?wait=1", $"\"{version}\"")).StatusCode);
    }

    [Theory]
    [InlineData("wait=31", "wait")]
    [InlineData("wait=-1", "wait")]
    [InlineData("wait=soon", "wait")]
    [InlineData("wait=1&wait=2", "wait")]
    [InlineData("after=-1", "after")]
    [InlineData("after=4294967296", "after")]
    [InlineData("after=", "after")]
    [InlineData("limit=1", "limit")]
    public async Task A_malformed_wait_is_refused(string query, string field)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.GetAsync($"{Payments}/pay_01m7wtn50sfz5txb0tmw4px1yr?{query}"))
            .ProblemAsync(400, "invalid_field");
        Assert.True(problem.BlamesField(field));
    }

    [Fact]
    public async Task Events_tell_the_history_then_what_happens_and_end_with_the_payment()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var path = GatewayHost.PathOf(payment);
        Assert.Equal(History, await FollowAsync(host, client, payment));

        var rest = await (await ResumeAsync(client, path, "3")).Content.ReadAsStringAsync();
        var last = Assert.Single(await ItemsAsync(await ResumeAsync(client, path, "3")));
        Assert.Equal("4", last.EventId);
        Assert.Equal("message", last.EventType);
        Assert.EndsWith("\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await ResumeAsync(client, path, "4")).StatusCode);
        await (await ResumeAsync(client, path, "x")).ProblemAsync(400, "invalid_field");
        await (await client.GetAsync($"{Payments}/pay_01m7wtn50sfz5txb0tmw4px1yr/events"))
            .ProblemAsync(404, "payment_not_found");
    }

    [Fact]
    public async Task A_stream_and_a_wait_go_on_where_they_were_when_their_silo_dies()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        client.Timeout = Timeout;
        foreach (var fault
            in (Exception[])[new SiloUnavailableException(), new EnumerationAbortedException(), new TimeoutException()])
        {
            var order = fault.GetType().Name;
            var followed = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi(order));
            using var broken = host.Calls.BreakWatch(fault);
            Assert.Equal(History, await FollowAsync(host, client, followed));
            Assert.True(broken.HasBroken, order);
        }

        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("wait"));
        using var interrupted = host.Calls.BreakWatch(new SiloUnavailableException(), atBegin: true);
        var waiting = client.GetAsync($"{GatewayHost.PathOf(payment)}?wait=30&after={payment.GetProperty("version")}");
        await Eventually.HoldsAsync(() => interrupted.HasBroken, "the payment is watched");
        await host.Shop.PayAsync(client, payment);
        Assert.Equal("SUCCESS", await StatusAsync(await waiting));
    }

    // Pays after the first event.
    private static async Task<List<string>> FollowAsync(GatewayHost host, HttpClient client, JsonElement payment)
    {
        var path = GatewayHost.PathOf(payment);
        using var response = await client.GetAsync(path + "/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var seen = new List<string>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            if (item.EventType == "heartbeat")
            {
                continue;
            }

            var entry = JsonSerializer.Deserialize<JsonElement>(item.Data);
            Assert.Equal(item.EventId, entry.GetProperty("version").ToString());
            seen.Add(entry.GetProperty("type").GetString()!);
            if (seen.Count == 1)
            {
                await host.Shop.PayAsync(client, payment);
            }
        }

        return seen;
    }

    // Without heartbeats, which a stream may have anywhere: a slow machine sees more of them.
    private static async Task<List<SseItem<string>>> ItemsAsync(HttpResponseMessage response)
    {
        var items = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            if (item.EventType != "heartbeat")
            {
                items.Add(item);
            }
        }

        return items;
    }

    private static Task<HttpResponseMessage> ResumeAsync(HttpClient client, string path, string lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path + "/events");
        request.Headers.Add("Last-Event-ID", lastEventId);
        return client.SendAsync(request);
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string ifNoneMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return client.SendAsync(request);
    }

    private static async Task<string> PathAsync(HttpResponseMessage created) =>
        $"{Payments}/{(await created.JsonAsync()).GetProperty("id").GetString()}";

    private static async Task<string?> StatusAsync(HttpResponseMessage response) =>
        (await response.JsonAsync()).GetProperty("status").GetString();
}
