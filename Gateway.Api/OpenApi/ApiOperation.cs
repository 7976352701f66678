using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>What an endpoint accepts and returns: enforced where possible (its query parameters, its body's shape), and
/// documented from here.</summary>
internal sealed record ApiOperation
{
    /// <summary>The operation's id.</summary>
    public required string Id { get; init; }

    /// <summary>The capability.</summary>
    public required string Tag { get; init; }

    /// <summary>What it does, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The query parameters that it accepts; it accepts no others.</summary>
    public QueryParameter[] Query { get; init; } = [];

    /// <summary>Whether it accepts any query parameters: others build these URLs.</summary>
    public bool TakesAnyQuery { get; init; }

    /// <summary>The body's shape; null if it takes none.</summary>
    public BodyShape? Body { get; init; }

    /// <summary>The shape of the body that a page sends with a publishable key instead; null if it is the same, or if
    /// pages may not call.</summary>
    public BodyShape? PageBody { get; init; }

    /// <summary>Whether the body is an object of strings with names of the caller's choice.</summary>
    public bool TakesSecrets { get; init; }

    /// <summary>Whether its body may have a card's number.</summary>
    public bool TakesCards { get; init; }

    /// <summary>Whether it takes a body of any media type.</summary>
    public bool TakesBytes { get; init; }

    /// <summary>Whether it honours an idempotency key.</summary>
    public bool TakesIdempotencyKey { get; init; }

    /// <summary>Whether it honours If-Match.</summary>
    public bool TakesIfMatch { get; init; }

    /// <summary>The responses without an error.</summary>
    public required OperationResponse[] Responses { get; init; }

    /// <summary>The errors beyond those that every call of its kind can return.</summary>
    public ErrorCode[] Errors { get; init; } = [];
}

/// <summary>A response without an error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">When it is sent.</param>
/// <param name="Type">The body's type; null for no body or one that is not JSON.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record OperationResponse(
    int Status, string Meaning, Type? Type = null, string ContentType = JsonResponse.ContentType)
{
    /// <summary>The body's type for a page; null if it is the same.</summary>
    public Type? PageType { get; init; }

    /// <summary>The headers that it has beyond those of every response.</summary>
    public string[] Headers { get; init; } = [];
}
