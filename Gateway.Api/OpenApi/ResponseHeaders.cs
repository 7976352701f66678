using System.Globalization;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Limits;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>The headers of responses, as the document describes them.</summary>
internal static class ResponseHeaders
{
    /// <summary>Where the created resource is.</summary>
    public const string Location = "Location";

    /// <summary>The resource's version.</summary>
    public const string ETag = "ETag";

    private const string RequestId = RequestNaming.RequestIdHeader;

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        [Location] = "The URL of the payment or refund, or where the browser goes next.",
        [ETag] = "The version of what was returned.",
        [RequestId] = "The id of this request in our logs: the one that was sent, or a new one.",
        [IdempotencyKey.ReplayedHeader] = "true, if an earlier request with the same key already had this effect.",
        [RateLimitHeaders.Left] = "How many requests of the key are left (r), and when all are back (t, seconds).",
        [RateLimitHeaders.Policy] = "How many requests the key may make (q) in how many seconds (w).",
        ["WWW-Authenticate"] = "Bearer.",
        ["Retry-After"] = "After how many seconds to retry.",
        ["Accept-Encoding"] = "identity, if the body was sent with a Content-Encoding.",
    };

    /// <summary>Describes the headers of every response of an operation.</summary>
    /// <param name="operation">The operation in the document.</param>
    /// <param name="api">What it is.</param>
    /// <param name="hasKey">Whether its callers have a key.</param>
    public static void Describe(OpenApiOperation operation, ApiOperation api, bool hasKey)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response is OpenApiResponse described)
            {
                described.Headers = Of(int.Parse(status, CultureInfo.InvariantCulture), api, hasKey).ToDictionary(
                    name => name, name => (IOpenApiHeader)Header(name), StringComparer.Ordinal);
            }
        }
    }

    private static IEnumerable<string> Of(int status, ApiOperation api, bool hasKey) =>
    [
        RequestId,
        .. api.Responses.Where(response => response.Status == status).SelectMany(response => response.Headers),
        .. status < StatusCodes.Status300MultipleChoices && api.TakesIdempotencyKey
            ? [IdempotencyKey.ReplayedHeader]
            : Array.Empty<string>(),
        .. hasKey && status != StatusCodes.Status401Unauthorized
            ? [RateLimitHeaders.Left, RateLimitHeaders.Policy]
            : Array.Empty<string>(),
        .. status switch
        {
            StatusCodes.Status401Unauthorized => ["WWW-Authenticate"],
            StatusCodes.Status415UnsupportedMediaType => ["Accept-Encoding"],
            StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => ["Retry-After"],
            _ => Array.Empty<string>(),
        },
    ];

    private static OpenApiHeader Header(string name) => new()
    {
        Description = Meanings[name],
        Schema = new OpenApiSchema
        {
            Type = name == "Retry-After" ? JsonSchemaType.Integer : JsonSchemaType.String,
        },
    };
}
