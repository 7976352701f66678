using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PaymentCluster.Simulators.Tests.Hosting;

/// <summary>One delivery as it arrived; header names are in lower case.</summary>
internal sealed record Received(byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Signature => Headers["x-razorpay-signature"];

    public string EventId => Headers["x-razorpay-event-id"];

    /// <summary>The event's name, by whichever member the provider has it.</summary>
    public string Event =>
        (Json.TryGetProperty("event", out var name) ? name : Json.GetProperty("event_name")).GetString()!;

    public JsonElement Entity(string name) => Json.GetProperty("payload").GetProperty(name).GetProperty("entity");
}

/// <summary>A merchant's webhook endpoint that responds as a test says.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>The status of the next responses, in turn; 200 when there is none.</summary>
    public ConcurrentQueue<int> Responses { get; } = new();

    public Uri Url => new(new Uri(_app.Urls.First()), "/hooks");

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.MapPost("/hooks", (Delegate)receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>The next deliveries, in the order of their arrival.</summary>
    public async Task<Received[]> NextAsync(int count, string what)
    {
        var all = new List<Received>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            while (all.Count < count)
            {
                all.Add(await _received.Reader.ReadAsync(timeout.Token));
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(
                $"{what}: {all.Count} of {count} deliveries came: {string.Join(", ", all.Select(one => one.Event))}");
        }

        return [.. all];
    }

    public bool IsQuiet => !_received.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var status = Responses.TryDequeue(out var next) ? next : 200;
        _received.Writer.TryWrite(new Received(
            body.ToArray(),
            context.Request.Headers.ToDictionary(
                header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal)));
        return Results.StatusCode(status);
    }
}
