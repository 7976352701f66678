using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Http;

public sealed class ProviderHttpTests : IAsyncLifetime
{
    private readonly ShiftedTime _time = new();
    private readonly CapturedLogs _logs = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_base_address_may_have_a_path()
    {
        using var http = Create(options => options.BaseUrl = new Uri(_server.Url, "/razorpay"));
        await http.SendAsync(Query());
        Assert.Equal("/razorpay/v1/thing", Assert.Single(_server.Requests).Path);
    }

    [Fact]
    public async Task The_window_is_looked_at_when_the_turn_has_come()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _server.Script = async (_, context) =>
        {
            arrived.SetResult();
            await release.Task;
            await Responses.JsonAsync(context, 200, "{}");
        };
        using var http = Create(options => options.MaxConcurrency = 1);
        var first = http.SendAsync(Effect("first"));
        await arrived.Task;
        var second = http.SendAsync(Effect("second"));
        _time.Advance(TimeSpan.FromMinutes(2));
        release.SetResult();
        Assert.IsType<ProviderReply.Responded>(await first);
        Assert.Equal("the send window is closed", Assert.IsType<ProviderReply.NotSent>(await second).Reason);
        Assert.Equal("first", Assert.Single(_server.Requests).Text);
    }

    [Fact]
    public async Task What_finds_no_turn_is_not_sent()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _server.Script = async (_, context) =>
        {
            arrived.TrySetResult();
            await release.Task;
            await Responses.JsonAsync(context, 200, "{}");
        };
        using var http = Create(options =>
        {
            options.MaxConcurrency = 1;
            options.MaxQueued = 1;
            options.QueueTimeout = TimeSpan.FromMilliseconds(200);
        });
        var first = http.SendAsync(Effect("first"));
        await arrived.Task;
        var waiting = http.SendAsync(Effect("waiting"));
        Assert.IsType<ProviderReply.NotSent>(await http.SendAsync(Effect("turned away")));
        Assert.IsType<ProviderReply.NotSent>(await waiting);
        release.SetResult();
        Assert.IsType<ProviderReply.Responded>(await first);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Connections_that_never_open_are_tried_again_and_then_not_sent()
    {
        var attempts = 0;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = AcceptAsync();
        using var http = Create(options =>
        {
            // TLS against a server that hangs up before it says a word: no byte of a request can have left.
            options.BaseUrl = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
            options.Retries = 2;
        });
        Assert.IsType<ProviderReply.NotSent>(await http.SendAsync(Effect("body")));
        Assert.Equal(3, Volatile.Read(ref attempts));
        listener.Stop();
        await accepting;

        async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await listener.AcceptSocketAsync();
                    Interlocked.Increment(ref attempts);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The listener was stopped.
            }
        }
    }

    [Fact]
    public async Task A_body_is_never_repeated_when_a_kept_connection_breaks()
    {
        // The first request gets a response and its connection is kept; the server takes the second one from it and
        // hangs up without a word.
        _server.Script = (request, context) =>
            request.Text == "first" ? Responses.JsonAsync(context, 200, "{}") : Responses.ResetAsync(context);
        using var http = Create();
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<ProviderReply.Responded>(await http.SendAsync(Effect("first")));
            Assert.IsType<ProviderReply.Unknown>(await http.SendAsync(Effect($"second {i}")));
        }

        var seconds = _server.Requests.Where(request => request.Text != "first")
            .Select(request => request.Text)
            .ToArray();
        Assert.Equal(seconds.Distinct(), seconds);
        Assert.Equal(20, seconds.Length);
    }

    [Fact]
    public async Task A_server_that_closes_kept_connections_never_gets_a_body_twice()
    {
        using var server = new ClosingServer();
        using var http = Create(options => options.BaseUrl = server.Url);
        for (var i = 0; i < 30; i++)
        {
            // It may be found closed in time (and go over a new one), or not (and be unknown); it must not be sent
            // twice.
            await http.SendAsync(Effect($"<body {i}>"));
        }

        await Eventually.HoldsAsync(() => Task.FromResult(!server.Bodies.IsEmpty), "a body arrives");
        Assert.Equal(server.Bodies.Distinct().Count(), server.Bodies.Count);
    }

    [Fact]
    public async Task A_body_refuses_to_be_written_twice()
    {
        using var content = new SendOnceContent(
            [1, 2, 3], "application/json", SendWindow.Open(_time, TimeSpan.FromMinutes(1)));
        using var wire = new MemoryStream();
        Assert.False(content.Started);
        await content.CopyToAsync(wire);
        Assert.True(content.Started);
        // HttpContent may wrap what was thrown.
        await Assert.ThrowsAnyAsync<Exception>(() => content.CopyToAsync(wire));
        Assert.Equal(3, wire.Length);
    }

    // What the client throws when the other side resets a connection as soon as it is made.
    [Fact]
    public async Task A_connection_that_ends_as_soon_as_it_is_made_carried_nothing()
    {
        var reset = new SocketException((int)SocketError.NotConnected);
        Assert.IsType<ProviderReply.NotSent>(CallFailure.Of(reset, content: null));
        using var content = new SendOnceContent(
            [1, 2, 3], "application/json", SendWindow.Open(_time, TimeSpan.FromMinutes(1)));
        Assert.IsType<ProviderReply.NotSent>(CallFailure.Of(reset, content));
        await content.CopyToAsync(Stream.Null);
        Assert.IsType<ProviderReply.Unknown>(CallFailure.Of(reset, content));
    }

    [Fact]
    public async Task An_effect_without_a_window_is_a_mistake()
    {
        using var http = Create();
        await Assert.ThrowsAsync<ArgumentException>(() => http.SendAsync(new ProviderCall
        {
            Operation = "charge",
            Reference = "att",
            Merchant = "shop",
            Method = HttpMethod.Post,
            Path = "v1/thing",
            Body = [1],
        }));
    }

    [Fact]
    public async Task A_body_is_overwritten_once_it_was_sent()
    {
        using var http = Create();
        var call = Effect("4111111111111111");
        await http.SendAsync(call);
        Assert.Equal("4111111111111111", Assert.Single(_server.Requests).Text);
        Assert.All(call.Body!, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Nothing_of_ours_follows_the_request()
    {
        using var http = Create();
        _server.Script = (_, context) =>
        {
            context.Response.Cookies.Append("a", "b");
            return Responses.JsonAsync(context, 200, "{}");
        };
        using var span = new System.Diagnostics.Activity("test").Start();
        await http.SendAsync(Effect("x"));
        await http.SendAsync(Effect("y"));
        Assert.All(_server.Requests, request =>
        {
            string[] expected = ["Accept", "Content-Length", "Content-Type", "Host", "User-Agent"];
            Assert.Equal(expected, request.Headers.Keys.Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public async Task Each_call_is_measured_by_provider_operation_and_outcome()
    {
        var seen = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ConnectorTelemetry.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            seen.Enqueue(string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        listener.Start();
        using var http = Create(provider: "measured");
        await http.SendAsync(Query());
        _server.Script = (_, context) => Responses.JsonAsync(context, 500, "{}");
        await http.SendAsync(Effect("x"));
        await _server.DisposeAsync();
        await http.SendAsync(Effect("y"));
        var ours = seen.Where(tags => tags.Contains("measured", StringComparison.Ordinal));
        Assert.Equal(
            [
                "provider=measured operation=query outcome=2xx",
                "provider=measured operation=charge outcome=unknown",
                "provider=measured operation=charge outcome=not_sent",
            ],
            ours);
        Assert.Contains(_logs.Lines, line => line.Contains("att_1", StringComparison.Ordinal));
    }

    private static ProviderCall Query() => new()
    {
        Operation = "query",
        Reference = "att_1",
        Merchant = "shop",
        Method = HttpMethod.Get,
        Path = "v1/thing",
    };

    private ProviderCall Effect(string body) => new()
    {
        Operation = "charge",
        Reference = "att_1",
        Merchant = "shop",
        Method = HttpMethod.Post,
        Path = "v1/thing",
        Body = Encoding.UTF8.GetBytes(body),
        Window = SendWindow.Open(_time, TimeSpan.FromMinutes(1)),
    };

    private ProviderHttp Create(Action<ProviderHttpOptions>? configure = null, string provider = "test")
    {
        var options = new TestOptions
        {
            BaseUrl = _server.Url,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            BreakerMinimumCalls = 1_000,
        };
        configure?.Invoke(options);
        return new ProviderHttp(provider, options, _time, _logs);
    }

    private sealed class TestOptions : ProviderHttpOptions;

    /// <summary>Responds to one request per connection as if it would keep it, and closes it at once.</summary>
    private sealed class ClosingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public ClosingServer()
        {
            _listener.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _ = ServeAsync();
        }

        public Uri Url { get; }

        public ConcurrentQueue<string> Bodies { get; } = new();

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync();
                    var buffer = new byte[4_096];
                    var text = new StringBuilder();
                    while (!text.ToString().Contains('>', StringComparison.Ordinal))
                    {
                        var read = await socket.ReceiveAsync(buffer);
                        if (read == 0)
                        {
                            break;
                        }

                        text.Append(Encoding.ASCII.GetString(buffer, 0, read));
                    }

                    if (text.ToString().Split("\r\n\r\n") is [_, var body])
                    {
                        Bodies.Enqueue(body);
                    }

                    await socket.SendAsync(
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}"u8.ToArray());
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The listener was disposed of.
            }
        }
    }
}
