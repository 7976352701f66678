using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PaymentCluster.System.Tests;

/// <summary>Takes whatever is sent over OTLP, and keeps it: protobuf has text as it is.</summary>
internal sealed class Collector : IAsyncDisposable
{
    /// <summary>Where spans go.</summary>
    public const string Traces = "/v1/traces";

    /// <summary>Where measurements go.</summary>
    public const string Metrics = "/v1/metrics";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Body)> _received = new();

    private Collector(WebApplication app) => _app = app;

    /// <summary>Its address.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>All that came, byte by byte.</summary>
    public string Everything => string.Join('\n', _received.Select(request => request.Body));

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector._app.MapPost("/v1/{signal}", (Delegate)collector.ReceiveAsync);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Has a system's server send all of its traces and metrics here from its next start on.</summary>
    public void Watch(RunningSystem system)
    {
        system.Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address;
        system.Settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        system.Settings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        system.Settings["OTEL_BSP_SCHEDULE_DELAY"] = "500";
    }

    /// <summary>Whether a text came.</summary>
    public bool Has(string path, string text) =>
        _received.Any(request => request.Path == path && request.Body.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        return Results.Ok();
    }
}
