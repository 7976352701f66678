using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.Webhooks;

/// <summary>
/// Delivers events at least once: a few at a time per receiver, and again with growing waits when no 2xx came in time.
/// What is undelivered is its provider's to remember; the sender holds no state of its own.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly DueQueue<Delivery> _waiting;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly WebhookOptions _options;

    public WebhookSender(TimeProvider time, IOptions<WebhookOptions> options)
    {
        _stop = _stopping.Token;
        _time = time;
        _options = options.Value;
        _waiting = new DueQueue<Delivery>(time, Start);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = 64,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Takes an event that is to be delivered now, or as the dials have it.</summary>
    public void Send(WebhookMessage message)
    {
        var dials = message.Dials;
        if (dials.Fires(DialRate.WebhookDrop))
        {
            message.Completed();
            return;
        }

        var delivery = new Delivery(message, Attempt: 1, Tampered: dials.Fires(DialRate.WebhookTampered), Copy: false);
        var wait = TimeSpan.Zero;
        if (dials.Fires(DialRate.WebhookLate))
        {
            wait += dials.Settings.WebhookLate;
        }

        if (dials.Fires(DialRate.WebhookReorder))
        {
            wait += _options.ReorderDelay;
        }

        if (wait == TimeSpan.Zero)
        {
            Start(delivery);
        }
        else
        {
            _waiting.Add(delivery, _time.GetUtcNow() + wait);
        }

        if (dials.Fires(DialRate.WebhookDuplicate))
        {
            _waiting.Add(delivery with { Copy = true, Tampered = false }, _time.GetUtcNow() + wait);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _waiting.Dispose();
        _http.Dispose();
        _stopping.Dispose();
    }

    private void Start(Delivery delivery)
    {
        var lane = _lanes.GetOrAdd(delivery.Message.Receiver, static _ => new Lane());
        lock (lane)
        {
            lane.Ready.Enqueue(delivery);
            if (lane.Workers >= _options.Parallel || _stop.IsCancellationRequested)
            {
                return;
            }

            lane.Workers++;
        }

        _ = Task.Run(() => WorkAsync(lane), _stop);
    }

    private async Task WorkAsync(Lane lane)
    {
        while (true)
        {
            Delivery? delivery;
            lock (lane)
            {
                if (_stop.IsCancellationRequested || !lane.Ready.TryDequeue(out delivery))
                {
                    lane.Workers--;
                    return;
                }
            }

            await DeliverAsync(delivery, _stop);
        }
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken stopping)
    {
        var message = delivery.Message;
        var url = message.Url;
        var delivered = url is not null && await PostAsync(url, delivery, stopping);
        if (delivery.Copy || stopping.IsCancellationRequested)
        {
            return;
        }

        if (delivered || url is null)
        {
            message.Completed();
            return;
        }

        var now = _time.GetUtcNow();
        if (now - message.CreatedAt >= _options.GiveUpAfter)
        {
            message.GivenUp();
            return;
        }

        var doublings = Math.Min(delivery.Attempt - 1, 30);
        var wait = TimeSpan.FromTicks(Math.Min(
            _options.RetryBase.Ticks << Math.Min(doublings, 20), _options.GiveUpAfter.Ticks));
        _waiting.Add(delivery with { Attempt = delivery.Attempt + 1, Tampered = false }, now + wait);
    }

    private async Task<bool> PostAsync(Uri url, Delivery delivery, CancellationToken stopping)
    {
        var content = delivery.Message.Render();
        var body = delivery.Tampered ? Tamper(content) : content.Body;
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(content.ContentType);
        foreach (var (name, value) in content.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var timeout = new CancellationTokenSource(_options.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode;
        }
        // A connection that ends as soon as it is made is a bare SocketException; what is disposed, a stopping host's.
        catch (Exception exception) when (exception is HttpRequestException or SocketException
            or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    // One digit of the amount changes after signing, which is what a forger would do.
    private static byte[] Tamper(WebhookContent content)
    {
        var copy = content.Body.ToArray();
        string[] marks = content.AmountMark is { } mark ? [mark] : ["\"amount\":", "&amount="];
        var digit = marks.Select(text => After(copy, text)).FirstOrDefault(at => at >= 0, copy.Length / 2);
        copy[digit] = copy[digit] == (byte)'9' ? (byte)'8' : (byte)'9';
        return copy;
    }

    private static int After(byte[] body, string text)
    {
        var at = body.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text));
        return at < 0 ? -1 : at + text.Length;
    }

    private sealed record Delivery(WebhookMessage Message, int Attempt, bool Tampered, bool Copy);

    private sealed class Lane
    {
        public Queue<Delivery> Ready { get; } = new();

        public int Workers { get; set; }
    }
}

/// <summary>Registers the delivery of webhooks.</summary>
internal static class WebhooksRegistration
{
    public static void AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<WebhookOptions>(configuration.GetSection(WebhookOptions.Section));
        services.AddSingleton<WebhookSender>();
    }
}
