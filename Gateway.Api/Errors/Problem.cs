using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>A failure, as RFC 9457 problem details.</summary>
public sealed record ProblemResponse
{
    /// <summary>Where the code is explained.</summary>
    public required string Type { get; init; }

    /// <summary>What the code means, the same for each occurrence.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is the matter with this request.</summary>
    public required string Detail { get; init; }

    /// <summary>The stable code.</summary>
    public required string Code { get; init; }

    /// <summary>The request's W3C trace id: finds this occurrence in logs and traces.</summary>
    [JsonPropertyName("traceId")]
    public required string TraceId { get; init; }

    /// <summary>The request's id, as in the header X-Request-Id.</summary>
    [JsonPropertyName("requestId")]
    public required string RequestId { get; init; }

    /// <summary>What is wrong with the fields of the input; left out if no field is to blame.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldErrorResponse>? Errors { get; init; }
}

/// <summary>One thing that is wrong with a field of the input.</summary>
public sealed record FieldErrorResponse
{
    /// <summary>The member of the body (<c>card.expiry_year</c>), the query parameter or the header.</summary>
    public required string Field { get; init; }

    /// <summary>The stable code.</summary>
    public required string Code { get; init; }

    /// <summary>What is the matter with it, for people.</summary>
    public required string Detail { get; init; }
}

/// <summary>Writes failures.</summary>
internal static class Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>The default of Retry-After.</summary>
    private const string RetryAfterSeconds = "1";

    public static Task WriteAsync(HttpContext http, Refusal refusal)
    {
        SetRetryAfter(http, refusal);
        return WriteAsync(
            http,
            refusal.Code,
            refusal.Detail,
            refusal.Field is { } field ? [new FieldError(refusal.Code, field, refusal.Detail)] : []);
    }

    /// <summary>Says when a refused request can succeed, where that is known.</summary>
    public static void SetRetryAfter(HttpContext http, Refusal refusal)
    {
        if (refusal.RetryAfter is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
    }

    public static Task WriteAsync(
        HttpContext http, ErrorCode code, string? detail = null, IReadOnlyList<FieldError>? errors = null)
    {
        var entry = code.Entry();
        if (entry.HttpStatus is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            LoadMetrics.Shed(entry.Name);
            if (!http.Response.Headers.ContainsKey("Retry-After"))
            {
                http.Response.Headers.RetryAfter = RetryAfterSeconds;
            }
        }

        if (entry.HttpStatus == StatusCodes.Status415UnsupportedMediaType
            && http.Request.Headers.ContentEncoding.Count > 0)
        {
            // RFC 9110, section 12.5.3: what a client can send instead.
            http.Response.Headers.AcceptEncoding = "identity";
        }

        if (entry.HttpStatus == StatusCodes.Status401Unauthorized && http.Response.Headers.WWWAuthenticate.Count == 0)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        var response = new ProblemResponse
        {
            Type = Links.To(http, $"/docs/errors#{entry.Name}"),
            Title = entry.Meaning,
            Status = entry.HttpStatus,
            Detail = detail ?? entry.Meaning,
            Code = entry.Name,
            TraceId = TraceIdOf(http),
            RequestId = http.TraceIdentifier,
            Errors = errors is { Count: > 0 } ? [.. errors.Select(Mapped)] : null,
        };
        return JsonResponse.WriteAsync(
            http, entry.HttpStatus, response, GatewayJson.Default.ProblemResponse, ContentType);
    }

    private static FieldErrorResponse Mapped(FieldError error) => new()
    {
        Field = error.Field,
        Code = error.Code.Entry().Name,
        Detail = error.Detail,
    };

    private static string TraceIdOf(HttpContext http)
    {
        var activity = http.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;
        return activity?.TraceId.ToHexString() ?? "";
    }
}
