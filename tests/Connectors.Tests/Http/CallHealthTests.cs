using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Http;

public sealed class CallHealthTests : IAsyncLifetime
{
    private readonly ShiftedTime _time = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_breaker_shows_when_the_provider_is_left_alone_and_when_one_call_finds_out()
    {
        using var http = new ProviderHttp(
            "test",
            new TestOptions
            {
                BaseUrl = _server.Url, Retries = 0, BreakerMinimumCalls = 2, BreakerBreak = TimeSpan.FromMinutes(1),
            },
            _time,
            new CapturedLogs());
        Assert.Equal(BreakerState.Closed, http.Health.Breaker);
        _server.Script = (_, context) => Responses.JsonAsync(context, 500, "{}");
        await http.SendAsync(Query());
        await http.SendAsync(Query());
        Assert.Equal(BreakerState.Open, http.Health.Breaker);
        await http.SendAsync(Query());

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(BreakerState.Trying, http.Health.Breaker);
        await http.SendAsync(Query());
        Assert.Equal(BreakerState.Open, http.Health.Breaker);

        _server.Script = (_, context) => Responses.JsonAsync(context, 200, "{}");
        _time.Advance(TimeSpan.FromMinutes(1));
        await http.SendAsync(Query());
        Assert.Equal(BreakerState.Closed, http.Health.Breaker);
        Assert.Equal(4, http.Health.Latency().Calls);
    }

    [Fact]
    public void Percentiles_are_of_the_last_minutes_and_rounded_up_by_at_most_a_fifth()
    {
        var watch = new CallStatistics(TimeSpan.FromSeconds(10), _time);
        Assert.Equal(default, watch.Latency());
        for (var millisecond = 1; millisecond <= 1_000; millisecond++)
        {
            watch.Record(TimeSpan.FromMilliseconds(millisecond));
        }

        var figures = watch.Latency();
        Assert.Equal(1_000, figures.Calls);
        AssertAbout(500, figures.P50);
        AssertAbout(950, figures.P95);
        AssertAbout(990, figures.P99);

        _time.Advance(TimeSpan.FromMinutes(5));
        watch.Record(TimeSpan.FromHours(1));
        Assert.Equal(1_001, watch.Latency().Calls);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, watch.Latency().Calls);
        Assert.InRange(watch.Latency().P50!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(0, watch.Latency().Calls);
    }

    private static void AssertAbout(int milliseconds, TimeSpan? actual) =>
        Assert.InRange(actual!.Value.TotalMilliseconds, milliseconds, milliseconds * 1.2);

    private static ProviderCall Query() => new()
    {
        Operation = "query",
        Reference = "att_1",
        Merchant = "shop",
        Method = HttpMethod.Get,
        Path = "v1/thing",
    };

    private sealed class TestOptions : ProviderHttpOptions;
}
