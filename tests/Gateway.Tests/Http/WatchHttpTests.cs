using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>Conditional reads, long polls and event streams.</summary>
public sealed class WatchHttpTests
{
    private const string Payments = "/api/v1/payments";

    // Below the longest wait: a request that waits in vain fails its test.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task A_payment_has_its_version_as_ETag_and_is_not_sent_again()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var created = await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1"));
        var path = await PathAsync(created);
        var tag = created.Headers.ETag!;
        Assert.Equal((await created.JsonAsync()).GetProperty("version").ToString(), tag.Tag.Trim('"'));
        Assert.False(tag.IsWeak);
        Assert.Equal(tag, (await client.GetAsync(path)).Headers.ETag);
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
            Assert.True(problem.GetProperty("errors").TryGetProperty("If-None-Match", out _));
        }

        var captured = await client.PostAsync(path + "/capture", null);
        Assert.NotEqual(tag, captured.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, path, tag.Tag)).StatusCode);
    }

    [Fact]
    public async Task A_wait_that_names_no_version_ends_when_the_payment_is_not_pending()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        client.Timeout = Timeout;
        var path = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1")));
        Assert.Equal("REQUIRES_ACTION", await StatusAsync(await client.GetAsync(path + "?wait=30")));
        await client.PostAsync(path + "/capture", null);
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
        var path = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1")));
        var waiting = byTag ? GetAsync(client, path + "?wait=30", "\"1\"") : client.GetAsync(path + "?wait=30&after=1");
        await host.WatchedAsync();
        Assert.False(waiting.IsCompleted);
        await client.PostAsync(path + "/capture", null);
        Assert.Equal("SUCCESS", await StatusAsync(await waiting));
        // What has changed already is not waited for.
        Assert.Equal("SUCCESS", await StatusAsync(await client.GetAsync(path + "?wait=30&after=1")));
        Assert.Equal("SUCCESS", await StatusAsync(await GetAsync(client, path + "?wait=30", "\"1\"")));
    }

    [Fact]
    public async Task A_wait_in_vain_ends_with_what_there_is()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var path = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1")));
        Assert.Equal("REQUIRES_ACTION", await StatusAsync(await client.GetAsync(path + "?wait=1&after=1")));
        Assert.Equal(HttpStatusCode.NotModified, (await GetAsync(client, path + "?wait=1", "\"1\"")).StatusCode);
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
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Events_tell_the_history_then_what_happens_and_end_with_the_payment()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var path = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi("o1")));
        Assert.Equal(["payment_accepted", "payment_captured"], await FollowAsync(client, path));

        var rest = await (await ResumeAsync(client, path, "1")).Content.ReadAsStringAsync();
        var last = Assert.Single(await ItemsAsync(await ResumeAsync(client, path, "1")));
        Assert.Equal("2", last.EventId);
        Assert.Equal("message", last.EventType);
        Assert.EndsWith("\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await ResumeAsync(client, path, "2")).StatusCode);
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
            var path = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi(fault.GetType().Name)));
            host.Payments.WatchFault = fault;
            Assert.Equal(["payment_accepted", "payment_captured"], await FollowAsync(client, path));
            Assert.Null(host.Payments.WatchFault);
        }

        var other = await PathAsync(await client.SendJsonAsync(Payments, PaymentBodies.Upi("wait")));
        host.Payments.WatchFault = new SiloUnavailableException();
        var waiting = client.GetAsync(other + "?wait=30&after=1");
        await Eventually.HoldsAsync(() => host.Payments.WatchFault is null, "the payment is watched");
        await client.PostAsync(other + "/capture", null);
        Assert.Equal("SUCCESS", await StatusAsync(await waiting));
    }

    // Captures after the first event.
    private static async Task<List<string>> FollowAsync(HttpClient client, string path)
    {
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
                await client.PostAsync(path + "/capture", null);
            }
        }

        return seen;
    }

    private static async Task<List<SseItem<string>>> ItemsAsync(HttpResponseMessage response)
    {
        var items = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            items.Add(item);
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
