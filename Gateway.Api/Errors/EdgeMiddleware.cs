using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Hosting.Telemetry;

namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>
/// The outermost layer: names the request, puts the headers on that every answer has, and turns whatever went wrong
/// further in into problem+json. Nothing of an exception reaches the caller.
/// </summary>
internal sealed partial class EdgeMiddleware(RequestDelegate next, ILogger<EdgeMiddleware> logger)
{
    public const string RequestIdHeader = "X-Request-Id";
    private const int MaxRequestIdLength = 64;

    // nginx's word for a caller that left; nobody reads it but the log.
    private const int ClientClosedRequest = 499;

    private static readonly string ProcessPrefix = "req_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private static long _requests;

    public async Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = RequestId(http);
        var headers = http.Response.Headers;
        headers[RequestIdHeader] = http.TraceIdentifier;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        Activity.Current?.SetTag("request.id", http.TraceIdentifier).SetRequestId(http.TraceIdentifier);
        using var scope = logger.BeginScope(new RequestScope(http.TraceIdentifier));
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
            {
                await WriteStatusAsync(http);
            }
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            await WriteExceptionAsync(http, exception);
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The caller left in the middle of an answer.
        }
        catch (Exception exception)
        {
            // Half an answer is out; all that is left is to break it off so that nobody takes it for a whole one.
            LogFault(exception, http.Request.Method, Route(http));
            http.Abort();
        }
    }

    /// <summary>The code of an exception; null for a caller that left.</summary>
    internal static ErrorCode? CodeOf(Exception exception, bool aborted) => exception switch
    {
        ProblemException problem => problem.Code,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ErrorCode.BodyTooLarge,
        BadHttpRequestException => ErrorCode.MalformedJson,
        _ when aborted && exception is OperationCanceledException or IOException => null,
        TimeoutException or OrleansException or DbException or OperationCanceledException => ErrorCode.Unavailable,
        System.Net.Sockets.SocketException or IOException => ErrorCode.Unavailable,
        _ => ErrorCode.InternalError,
    };

    private static Task WriteStatusAsync(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problem.WriteAsync(http, ErrorCode.NotFound),
        StatusCodes.Status405MethodNotAllowed => Problem.WriteAsync(http, ErrorCode.MethodNotAllowed),
        StatusCodes.Status413PayloadTooLarge => Problem.WriteAsync(http, ErrorCode.BodyTooLarge),
        StatusCodes.Status415UnsupportedMediaType => Problem.WriteAsync(http, ErrorCode.UnsupportedMediaType),
        < 500 => Problem.WriteAsync(http, ErrorCode.InvalidField, "The request is malformed."),
        StatusCodes.Status503ServiceUnavailable => Problem.WriteAsync(http, ErrorCode.Unavailable),
        _ => Problem.WriteAsync(http, ErrorCode.InternalError),
    };

    private async Task WriteExceptionAsync(HttpContext http, Exception exception)
    {
        var code = CodeOf(exception, http.RequestAborted.IsCancellationRequested);
        // What a handler had begun to say, a length or a status, is not said any more.
        http.Response.ContentLength = null;
        http.Response.Headers.Remove("Location");
        switch (code)
        {
            case null:
                http.Response.StatusCode = ClientClosedRequest;
                return;
            case ErrorCode.Unavailable:
                LogUnavailable(exception, http.Request.Method, Route(http));
                break;
            case ErrorCode.InternalError:
                LogFault(exception, http.Request.Method, Route(http));
                break;
            default:
                break;
        }

        try
        {
            await (exception is ProblemException problem
                ? Problem.WriteAsync(http, problem.Code, problem.Message, problem.Errors)
                : Problem.WriteAsync(http, code.Value, DetailOf(exception)));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read it.
        }
    }

    private static string? DetailOf(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            "The request body did not arrive in time.",
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } =>
            "The request body is incomplete or malformed.",
        _ => null,
    };

    private static string RequestId(HttpContext http) =>
        http.Request.Headers[RequestIdHeader] is [{ Length: >= 1 and <= MaxRequestIdLength } given]
        && given.All(IsRequestIdCharacter)
            ? given
            : $"{ProcessPrefix}{Interlocked.Increment(ref _requests):x}";

    private static bool IsRequestIdCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';

    // The pattern and not the path: a path may hold what does not belong into a log.
    private static string Route(HttpContext http) =>
        (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    [LoggerMessage(LogEvents.RequestUnavailable, LogLevel.Warning, "{Method} {Route}: something that it needs is out of reach")]
    private partial void LogUnavailable(Exception exception, string method, string route);

    [LoggerMessage(LogEvents.RequestFailed, LogLevel.Error, "{Method} {Route} failed")]
    private partial void LogFault(Exception exception, string method, string route);

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
