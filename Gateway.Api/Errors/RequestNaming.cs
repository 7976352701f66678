using System.Diagnostics;
using System.Security.Cryptography;
using PaymentCluster.Hosting.Telemetry;

namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>The outermost layer: names the request, in its response and on each of its log lines, and sets the headers
/// that every response has.</summary>
internal sealed class RequestNaming(RequestDelegate next, ILogger<RequestNaming> logger)
{
    public const string RequestIdHeader = "X-Request-Id";
    private const int MaxRequestIdLength = 64;

    private static readonly string ProcessPrefix = "req_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private static long _requests;

    public async Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = RequestId(http);
        SetHeaders(http);
        http.Response.OnStarting(RemoveLegacyHeaders, http);
        Activity.Current?.SetTag("request.id", http.TraceIdentifier);
        TraceContext.Begin(http.TraceIdentifier, Activity.Current);
        using var scope = logger.BeginScope(new RequestScope(http.TraceIdentifier));
        await next(http);
    }

    /// <summary>Sets the headers that every response has. An exception has them cleared.</summary>
    public static void SetHeaders(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers[RequestIdHeader] = http.TraceIdentifier;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
    }

    // The framework adds HTTP/1.0's to errors and streams. What is registered first runs last.
    private static Task RemoveLegacyHeaders(object state)
    {
        var headers = ((HttpContext)state).Response.Headers;
        headers.Remove("Pragma");
        headers.Remove("Expires");
        return Task.CompletedTask;
    }

    private static string RequestId(HttpContext http) =>
        http.Request.Headers[RequestIdHeader] is [{ Length: >= 1 and <= MaxRequestIdLength } given]
        && given.All(IsRequestIdCharacter)
            ? given
            : $"{ProcessPrefix}{Interlocked.Increment(ref _requests):x}";

    private static bool IsRequestIdCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';

    /// <summary>The request's id on each line that is logged under it.</summary>
    private sealed class RequestScope(string requestId) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] => index == 0
            ? new("RequestId", requestId)
            : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => requestId;
    }
}
