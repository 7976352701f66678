using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Idempotency;

/// <summary>The <c>Idempotency-Key</c> header: a client's name for a write, so that repeating it has no second
/// effect.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>Marks the response to a request that took effect earlier.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>The longest key.</summary>
    public const int MaxLength = 255;

    /// <summary>The client's name for this request; null if it gave none.</summary>
    /// <param name="http">The request.</param>
    /// <param name="body">Its body; null if it takes none.</param>
    /// <exception cref="ProblemException">The header is malformed.</exception>
    public static RequestKey? Of(HttpContext http, Body? body = null) => Read(http) is { } key
        ? new RequestKey
        {
            Key = key,
            Fingerprint = Fingerprint.Of(http.Request.Method, http.Request.Path.Value ?? "", body),
        }
        : null;

    /// <summary>A page's name for this request; null if it gave none. It is a name within what the page is of alone:
    /// who has a page of a shop can guess the names that its servers and its other pages use.</summary>
    /// <param name="http">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="scope">The id of the order or payment.</param>
    /// <exception cref="ProblemException">The header is malformed.</exception>
    public static RequestKey? OfPage(HttpContext http, Body body, string scope) =>
        // No header can have the space.
        Of(http, body) is { } request ? request with { Key = $"page {scope} {request.Key}" } : null;

    /// <summary>The administrator's name for this request; null if none was given. It meets no name of the merchant's,
    /// whose servers could use it up.</summary>
    /// <param name="http">The request.</param>
    /// <param name="body">Its body; null if it takes none.</param>
    /// <exception cref="ProblemException">The header is malformed.</exception>
    public static RequestKey? OfAdministrator(HttpContext http, Body? body = null) =>
        Of(http, body) is { } request ? request with { Key = $"administrator {request.Key}" } : null;

    /// <summary>The header; null if there is none.</summary>
    /// <exception cref="ProblemException">It is malformed.</exception>
    public static string? Read(HttpContext http)
    {
        var values = http.Request.Headers[Header];
        return values switch
        {
            { Count: 0 } => null,
            [{ Length: >= 1 and <= MaxLength } key] when !key.AsSpan().ContainsAnyExceptInRange('!', '~') => key,
            _ => throw new ProblemException(
                ErrorCode.IdempotencyKeyInvalid,
                $"{Header} must be one header of 1 to {MaxLength} printable ASCII characters without spaces."),
        };
    }

    public static void MarkReplay(HttpContext http, bool replayed)
    {
        if (replayed)
        {
            http.Response.Headers[ReplayedHeader] = "true";
        }
    }
}
