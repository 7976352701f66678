using System.Collections.Concurrent;
using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Http;

/// <summary>Merchants share a provider's concurrency limit: a greedy one does not delay the others. The server responds
/// only when the test says so.</summary>
public sealed class FairShareTests : IAsyncLifetime
{
    private const int Greedy = 1_000;

    private readonly SemaphoreSlim _responses = new(0);
    private readonly ConcurrentQueue<string> _arrived = new();
    private readonly CapturedLogs _logs = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = async (request, context) =>
        {
            _arrived.Enqueue(request.Text);
            if (request.Text.StartsWith("greedy", StringComparison.Ordinal))
            {
                await _responses.WaitAsync(context.RequestAborted);
            }

            await Responses.JsonAsync(context, 200, "{}");
        };
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _responses.Dispose();
    }

    [Fact]
    public async Task A_thousand_calls_of_one_merchant_leave_connections_to_another()
    {
        using var http = Create(concurrency: 16);
        var greedy = SendMany(http, Greedy);
        await HoldsAsync(14);
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<ProviderReply.Responded>(await http.SendAsync(Call("modest", "charge", $"modest {i}")));
        }

        Assert.Equal(14, ArrivedOf("greedy"));
        _responses.Release(Greedy);
        Assert.All(await Task.WhenAll(greedy), reply => Assert.IsType<ProviderReply.Responded>(reply));
    }

    [Fact]
    public async Task Where_all_connections_are_taken_the_next_free_one_is_another_merchants()
    {
        using var http = Create(concurrency: 2);
        var greedy = SendMany(http, Greedy);
        await HoldsAsync(2);
        var modest = http.SendAsync(Call("modest", "charge", "modest"));
        Assert.Equal(2, _arrived.Count);
        _responses.Release();
        Assert.IsType<ProviderReply.Responded>(await modest);
        Assert.Equal("modest", _arrived.ElementAt(2));
        _responses.Release(Greedy);
        await Task.WhenAll(greedy);
    }

    [Fact]
    public async Task Payment_operations_go_before_status_queries()
    {
        using var http = Create(concurrency: 1);
        var first = http.SendAsync(Call("shop", "charge", "greedy first"));
        await HoldsAsync(1);
        Task[] waiting =
        [
            first,
            http.SendAsync(Call("shop", "query.order", "query 1")),
            http.SendAsync(Call("other", "query.order", "query 2")),
            http.SendAsync(Call("shop", "charge.payment", "charge 1")),
            http.SendAsync(Call("third", "refund", "refund 2")),
        ];
        _responses.Release();
        await Task.WhenAll(waiting);
        Assert.Equal(["greedy first", "charge 1", "refund 2", "query 1", "query 2"], _arrived);
    }

    [Fact]
    public async Task Past_its_share_of_the_queue_a_merchants_call_is_not_sent_and_anothers_waits()
    {
        using var http = Create(concurrency: 1, queued: 16);
        var first = http.SendAsync(Call("greedy", "charge", "greedy first"));
        await HoldsAsync(1);
        var waiting = SendMany(http, 14);
        var refused = Assert.IsType<ProviderReply.NotSent>(
            await http.SendAsync(Call("greedy", "charge", "greedy 15")));
        Assert.Equal(("the concurrency limit is reached", false), (refused.Reason, refused.BlamesProvider));
        var modest = http.SendAsync(Call("modest", "charge", "modest"));
        _responses.Release(15);
        Assert.IsType<ProviderReply.Responded>(await modest);
        Assert.All(await Task.WhenAll(waiting), reply => Assert.IsType<ProviderReply.Responded>(reply));
        Assert.IsType<ProviderReply.Responded>(await first);
    }

    private static Task<ProviderReply>[] SendMany(ProviderHttp http, int count) =>
        [.. Enumerable.Range(0, count).Select(i => http.SendAsync(Call("greedy", "charge", $"greedy {i}")))];

    private static ProviderCall Call(string merchant, string operation, string body) => new()
    {
        Operation = operation,
        Reference = "att_1",
        Merchant = merchant,
        Method = HttpMethod.Post,
        Path = "v1/thing",
        Body = Encoding.UTF8.GetBytes(body),
        Window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(5)),
    };

    private int ArrivedOf(string merchant) =>
        _arrived.Count(body => body.StartsWith(merchant, StringComparison.Ordinal));

    private Task HoldsAsync(int calls) => Eventually.HoldsAsync(
        () => ArrivedOf("greedy") == calls, $"{calls} of the greedy merchant's calls arrive");

    private ProviderHttp Create(int concurrency, int queued = 2 * Greedy) => new(
        "test",
        new TestOptions
        {
            BaseUrl = _server.Url,
            MaxConcurrency = concurrency,
            MaxQueued = queued,
            QueueTimeout = TimeSpan.FromMinutes(1),
            Timeout = TimeSpan.FromMinutes(1),
            Retries = 0,
        },
        TimeProvider.System,
        _logs);

    private sealed class TestOptions : ProviderHttpOptions;
}
