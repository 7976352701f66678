using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>A client's response; null status: there was none.</summary>
internal sealed record Received(int? Status, JsonElement Json)
{
    public static readonly Received Nothing = new(null, default);

    public bool IsYes => Status is >= 200 and < 300;

    /// <summary>Whether a retry may have another outcome.</summary>
    public bool IsOpen => Status is null or 429 or >= 500;

    public string? Text(string name) => Json.ValueKind == JsonValueKind.Object
        && Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public long Number(string name) => Json.GetProperty(name).GetInt64();
}

/// <summary>A merchant's program. Every request and response is in the journal first.</summary>
internal sealed class Client(string merchant, Uri address, string key, ClientJournal journal) : IDisposable
{
    // Shorter than the system's response time when its store is down: then the client hangs up.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(12);
    private static long s_calls;

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    public string Merchant => merchant;

    public Task<Received> StartAsync(string order, JsonObject body, string idempotencyKey, TimeSpan? timeout = null)
    {
        var sent = body.DeepClone().AsObject();
        sent["order_id"] = order;
        return CallAsync("start", HttpMethod.Post, "/api/v1/payments", order, null, sent, idempotencyKey, timeout);
    }

    public Task<Received> CommandAsync(
        string verb, string order, string payment, JsonObject? body, string? idempotencyKey) => CallAsync(
            verb,
            HttpMethod.Post,
            $"/api/v1/payments/{payment}/{(verb == "refund" ? "refunds" : verb)}",
            order,
            payment,
            body,
            idempotencyKey);

    /// <summary>Reads the payment; with a wait, not before it changed from what is known,
    /// or that many seconds went by.</summary>
    public Task<Received> GetAsync(string order, string payment, int wait = 0, Received? known = null)
    {
        var query = wait == 0
            ? ""
            : known is { IsYes: true } ? $"?wait={wait}&after={known.Number("version")}" : $"?wait={wait}";
        return CallAsync("get", HttpMethod.Get, $"/api/v1/payments/{payment}{query}", order, payment, null, null);
    }

    public void Dispose() => _http.Dispose();

    private async Task<Received> CallAsync(
        string verb,
        HttpMethod method,
        string path,
        string order,
        string? payment,
        JsonObject? body,
        string? idempotencyKey,
        TimeSpan? timeout = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var line = new ClientLine
        {
            Call = Interlocked.Increment(ref s_calls),
            At = now,
            BeganAt = now,
            What = "request",
            Merchant = merchant,
            Verb = verb,
            Order = order,
            Payment = payment,
            Key = idempotencyKey,
            Body = Shown(body),
        };
        if (verb != "get")
        {
            await journal.AddAsync(line);
        }

        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        try
        {
            using var limit = new CancellationTokenSource(timeout ?? RequestTimeout);
            using var response = await _http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            await journal.AddAsync(line with
            {
                At = TimeProvider.System.GetUtcNow(),
                What = "response",
                Status = (int)response.StatusCode,
                Response = text,
            });
            return new Received((int)response.StatusCode, Parse(text));
        }
        catch (Exception exception) when (NetworkFailure.IsSilence(exception))
        {
            await journal.AddAsync(line with
            {
                At = TimeProvider.System.GetUtcNow(),
                What = "silence",
                Why = exception.InnerException?.GetType().Name ?? exception.GetType().Name,
            });
            return Received.Nothing;
        }
    }

    // Two requests that differ in the card alone differ here, too; the card itself stays out.
    private static string? Shown(JsonObject? body)
    {
        if (body?["card"]?["number"] is not { } number)
        {
            return body?.ToJsonString();
        }

        var shown = body.DeepClone().AsObject();
        shown["card"] = $"ending in {number.GetValue<string>()[^4..]}";
        return shown.ToJsonString();
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
