using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>A webhook on its way to the gateway, and the response to it.</summary>
internal sealed record Delivery
{
    public required DateTimeOffset At { get; init; }

    public required string Merchant { get; init; }

    public required string Provider { get; init; }

    public required string EventId { get; init; }

    /// <summary>Whether it was changed or made up on the way.</summary>
    public required bool IsForged { get; init; }

    /// <summary>The gateway's status; null if there was no response.</summary>
    public required int? Status { get; init; }

    public required string Body { get; init; }
}

/// <summary>The network that webhooks take: it keeps a list, repeats some at once, repeats some later, and tries
/// forgeries.</summary>
internal sealed class WebhookRelay : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _gateway;
    private readonly Draws _draws;
    private readonly ConcurrentQueue<Delivery> _deliveries = new();
    private readonly ConcurrentBag<Task> _extras = [];
    private readonly CancellationTokenSource _end = new();

    private WebhookRelay(WebApplication app, Uri gateway, Draws draws)
    {
        (_app, _draws) = (app, draws);
        _gateway = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(4) };
    }

    /// <summary>Whether it adds deliveries of its own.</summary>
    public bool IsUnruly { get; set; } = true;

    public IReadOnlyCollection<Delivery> Deliveries => _deliveries;

    public static async Task<WebhookRelay> StartAsync(int port, Uri gateway, Draws draws)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var relay = new WebhookRelay(builder.Build(), gateway, draws);
        relay._app.MapPost("/webhooks/{merchant}/{provider}", (Delegate)relay.RelayAsync);
        await relay._app.StartAsync();
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_extras);
        await _app.DisposeAsync();
        _gateway.Dispose();
        _end.Dispose();
    }

    private async Task<IResult> RelayAsync(HttpContext context, string merchant, string provider)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var header = Provider.All.Single(each => each.Name == provider).EventIdHeader;
        var webhook = new Webhook(merchant, provider, body.ToArray(), header,
            context.Request.Headers.Where(each => each.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(each => each.Key, each => each.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        if (IsUnruly)
        {
            if (_draws.Chance(0.1))
            {
                Later(webhook, TimeSpan.Zero, copies: 5);
            }

            if (_draws.Chance(0.1))
            {
                Later(webhook, _draws.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8)), copies: 1);
            }

            if (_draws.Chance(0.1))
            {
                Later(Forge(webhook), _draws.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), copies: 1);
            }
        }

        return await DeliverAsync(webhook) is { } status ? Results.StatusCode(status) : Results.StatusCode(502);
    }

    private void Later(Webhook webhook, TimeSpan after, int copies) => _extras.Add(Task.Run(async () =>
    {
        await Task.Delay(after, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_end.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(0, copies).Select(_ => DeliverAsync(webhook)));
        }
    }));

    // A body that its signature does not cover, the true body without a signature, or another merchant's webhook.
    private Webhook Forge(Webhook webhook)
    {
        var id = $"forged-{webhook.EventId}-{_draws.Below(1_000_000)}";
        var headers = new Dictionary<string, string>(webhook.Headers, StringComparer.OrdinalIgnoreCase)
        {
            [webhook.EventIdHeader] = id,
        };
        var forged = webhook with { Headers = headers, IsForged = true };
        switch (_draws.Below(3))
        {
            case 0:
                return forged with { Body = [.. webhook.Body, (byte)' '] };
            case 1:
                var signature = headers.Keys.Single(name =>
                    name.EndsWith("Signature", StringComparison.OrdinalIgnoreCase));
                headers[signature] = new string('0', headers[signature].Length);
                return forged;
            default:
                return forged with { Merchant = Merchant.All.First(other => other.Name != webhook.Merchant).Name };
        }
    }

    private async Task<int?> DeliverAsync(Webhook webhook)
    {
        int? status = null;
        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, $"/webhooks/{webhook.Merchant}/{webhook.Provider}");
            request.Content = new ByteArrayContent(webhook.Body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in webhook.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await _gateway.SendAsync(request);
            status = (int)response.StatusCode;
        }
        catch (Exception exception) when (NetworkFailure.IsSilence(exception))
        {
            // The gateway is unavailable, or slow: the provider will send it again.
        }

        _deliveries.Enqueue(new Delivery
        {
            At = TimeProvider.System.GetUtcNow(),
            Merchant = webhook.Merchant,
            Provider = webhook.Provider,
            EventId = webhook.EventId,
            IsForged = webhook.IsForged,
            Status = status,
            Body = global::System.Text.Encoding.UTF8.GetString(webhook.Body),
        });
        return status;
    }

    private sealed record Webhook(
        string Merchant,
        string Provider,
        byte[] Body,
        string EventIdHeader,
        IReadOnlyDictionary<string, string> Headers)
    {
        public bool IsForged { get; init; }

        public string EventId => Headers.GetValueOrDefault(EventIdHeader, "");
    }
}
