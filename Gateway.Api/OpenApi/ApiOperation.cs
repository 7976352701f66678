using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>What an endpoint takes and answers: enforced where it can be (its query parameters, its body's shape), and
/// documented from here.</summary>
internal sealed record ApiOperation
{
    /// <summary>The operation's id.</summary>
    public required string Id { get; init; }

    /// <summary>The capability.</summary>
    public required string Tag { get; init; }

    /// <summary>What it does, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The query parameters that it takes; it takes no others.</summary>
    public QueryParameter[] Query { get; init; } = [];

    /// <summary>Whether it takes whatever stands in the query: others build these addresses.</summary>
    public bool TakesAnyQuery { get; init; }

    /// <summary>The body's shape; null if it takes none.</summary>
    public BodyShape? Body { get; init; }

    /// <summary>Whether the body is an object of strings with names of the caller's choice.</summary>
    public bool TakesSecrets { get; init; }

    /// <summary>Whether it takes a body of any media type.</summary>
    public bool TakesBytes { get; init; }

    /// <summary>Whether it honours an idempotency key.</summary>
    public bool TakesIdempotencyKey { get; init; }

    /// <summary>Whether it honours If-Match.</summary>
    public bool TakesIfMatch { get; init; }

    /// <summary>The answers that are no failures.</summary>
    public required OperationResponse[] Responses { get; init; }

    /// <summary>The failures beyond those that every call of its kind can meet.</summary>
    public ErrorCode[] Errors { get; init; } = [];
}

/// <summary>An answer that is no failure.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">When it comes.</param>
/// <param name="Type">What it holds; null for no body or one that is not JSON.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record OperationResponse(
    int Status, string Meaning, Type? Type = null, string ContentType = JsonResponse.ContentType);
