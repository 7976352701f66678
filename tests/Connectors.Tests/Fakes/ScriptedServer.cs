using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentCluster.Connectors.Tests.Fakes;

/// <summary>One request as a provider saw it.</summary>
public sealed record Received(
    string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A real HTTP server on loopback that responds as the test says.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _requests = new();

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>The responses to the next requests.</summary>
    public Func<Received, HttpContext, Task> Script { get; set; } = (_, context) =>
        Responses.JsonAsync(context, 200, "{}");

    public Uri Url { get; private set; } = null!;

    /// <summary>All requests that arrived whole, in order.</summary>
    public IReadOnlyList<Received> Requests => [.. _requests];

    public static async Task<ScriptedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var server = new ScriptedServer(builder.Build());
        server._app.Run(server.ServeAsync);
        await server._app.StartAsync();
        server.Url = new Uri(server._app.Urls.Single());
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var received = new Received(
            context.Request.Method,
            context.Request.Path,
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        _requests.Enqueue(received);
        await Script(received, context);
    }
}

/// <summary>What servers do to their callers.</summary>
public static class Responses
{
    public static async Task JsonAsync(HttpContext context, int status, string json)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
        }

        await context.Response.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>Takes the request and says nothing until the caller gives up.</summary>
    public static async Task HangUpAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>Takes the request and drops the connection.</summary>
    public static Task ResetAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Sends the first half of a response.</summary>
    public static async Task TruncatedAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.WriteAsync(json[..(json.Length / 2)]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
