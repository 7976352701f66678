using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Diagnostics;
using Orleans.Serialization;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>Turns exceptions into problem+json. Nothing of an exception but what a <see cref="ProblemException"/> says
/// reaches the caller.</summary>
internal sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var http = httpContext;
        RequestNaming.SetHeaders(http);
        var code = CodeOf(exception);
        if (code == ErrorCode.Unavailable)
        {
            LogUnavailable(exception, http.Request.Method, Route(http));
        }
        else if (code == ErrorCode.InternalError)
        {
            LogFault(exception, http.Request.Method, Route(http));
        }

        try
        {
            await (exception is ProblemException problem
                ? Problem.WriteAsync(http, problem.Code, problem.Message, problem.Errors)
                : Problem.WriteAsync(http, code, DetailOf(exception)));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left and reads nothing.
        }

        return true;
    }

    /// <summary>Writes the problem of a status that was set without a body.</summary>
    public static Task WriteStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problem.WriteAsync(http, ErrorCode.NotFound),
            StatusCodes.Status405MethodNotAllowed => Problem.WriteAsync(http, ErrorCode.MethodNotAllowed),
            StatusCodes.Status413PayloadTooLarge => Problem.WriteAsync(http, ErrorCode.BodyTooLarge),
            StatusCodes.Status415UnsupportedMediaType => Problem.WriteAsync(http, ErrorCode.UnsupportedMediaType),
            < 500 => Problem.WriteAsync(http, ErrorCode.InvalidField, "The request is malformed."),
            StatusCodes.Status503ServiceUnavailable => Problem.WriteAsync(http, ErrorCode.Unavailable),
            _ => Problem.WriteAsync(http, ErrorCode.InternalError),
        };
    }

    /// <summary>The code of an exception.</summary>
    internal static ErrorCode CodeOf(Exception exception) => exception switch
    {
        ProblemException problem => problem.Code,
        JournalOverloadedException => ErrorCode.Overloaded,
        PaymentArchivedException => ErrorCode.PaymentArchived,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ErrorCode.BodyTooLarge,
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => ErrorCode.RequestTimeout,
        BadHttpRequestException => ErrorCode.MalformedJson,
        _ => IsTransient(exception) ? ErrorCode.Unavailable : ErrorCode.InternalError,
    };

    /// <summary>
    /// Whether the same call may succeed later: a silo, the way to it or the store is unavailable. What a silo throws
    /// that this process has no type for arrives as a fallback that keeps the type's name.
    /// </summary>
    internal static bool IsTransient(Exception exception) => exception switch
    {
        TimeoutException or OperationCanceledException or OrleansException or EnumerationAbortedException
            or DbException or SocketException or IOException => true,
        UnavailableExceptionFallbackException { ExceptionType: var type } => IsOfOrleans(type),
        AggregateException { InnerExceptions: [var only] } => IsTransient(only),
        _ => IsOfOrleans(exception.GetType().FullName),
    };

    // Exceptions of its transport (a broken or refused connection) have no common base class.
    private static bool IsOfOrleans(string? type) =>
        type is not null
        && (type.StartsWith("Orleans.Runtime.", StringComparison.Ordinal)
            || type.StartsWith("Orleans.Networking.", StringComparison.Ordinal));

    private static string? DetailOf(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } =>
            "The request body is incomplete or malformed.",
        _ => null,
    };

    // The pattern and not the path: a path may hold what does not belong into a log.
    private static string Route(HttpContext http)
    {
        var endpoint = http.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? http.GetEndpoint();
        return (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
    }

    [LoggerMessage(
        LogEvents.RequestUnavailable, LogLevel.Warning, "{Method} {Route}: a silo or the store is unavailable")]
    private partial void LogUnavailable(Exception exception, string method, string route);

    [LoggerMessage(LogEvents.RequestFailed, LogLevel.Error, "{Method} {Route} failed")]
    private partial void LogFault(Exception exception, string method, string route);
}
