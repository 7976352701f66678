using System.Net.Sockets;
using Polly.CircuitBreaker;

namespace PaymentCluster.Connectors.Http;

/// <summary>
/// The one place that says what a failed call means. The line is drawn where bytes with an effect may have left: before
/// it <see cref="ProviderReply.NotSent"/>, after it <see cref="ProviderReply.Unknown"/>.
/// </summary>
internal static class CallFailure
{
    /// <summary>What an exception on the way means; null if it is none of the network's, but a bug.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="content">The call's body; null for a query, which has no effect that could be unknown.</param>
    public static ProviderReply? Of(Exception exception, SendOnceContent? content) => exception switch
    {
        BrokenCircuitException =>
            new ProviderReply.NotSent { Reason = "the circuit is open after failures" },
        ConcurrencyLimitException => new ProviderReply.NotSent { Reason = "the concurrency limit is reached" },
        _ when content is { CameTooLate: true } => new ProviderReply.NotSent { Reason = "the send window is closed" },
        _ when !IsOfNetwork(exception) => null,
        _ when NothingSent(exception, content) =>
            new ProviderReply.NotSent { Reason = BeforeSending(exception), MayPassSoon = true, BlamesProvider = true },
        _ => new ProviderReply.Unknown { Reason = AfterSending(exception), BlamesProvider = true },
    };

    /// <summary>What an HTTP status alone means; null if the body decides.</summary>
    public static ProviderReply? Of(int status, TimeSpan? retryAfter) => status switch
    {
        // A refusal to look at the request (RFC 6585, section 4).
        429 => new ProviderReply.NotSent { Reason = "HTTP 429", MayPassSoon = true, RetryAfter = retryAfter },
        // 503 included: a gateway says it of a request that it has already passed on.
        >= 500 => new ProviderReply.Unknown { Reason = $"HTTP {status}", BlamesProvider = true },
        // No provider's API responds so: 1xx and 3xx come from something in between, and 408 and 425 do not say what
        // was read.
        < 200 or (>= 300 and < 400) or 408 or 425 => new ProviderReply.Unknown { Reason = $"HTTP {status}" },
        _ => null,
    };

    // A connection that the other side resets as soon as it is made is a bare SocketException: the client wraps those
    // of a connection that fails or breaks, and not what it asks of one that it has just made.
    private static bool IsOfNetwork(Exception exception) =>
        exception is HttpRequestException or IOException or SocketException or OperationCanceledException;

    private static bool NothingSent(Exception exception, SendOnceContent? content) => content is null
        ? exception is SocketException or HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError,
        }
        : !content.Started;

    private static string AfterSending(Exception exception) => exception switch
    {
        OperationCanceledException => "timed out after sending",
        HttpRequestException { HttpRequestError: var error } => $"connection lost ({error})",
        _ => "connection lost",
    };

    private static string BeforeSending(Exception exception) => exception switch
    {
        OperationCanceledException => "timed out before sending",
        HttpRequestException { HttpRequestError: var error } => $"not connected ({error})",
        _ => "not connected",
    };
}
