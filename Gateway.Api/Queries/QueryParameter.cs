using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.OpenApi;

namespace PaymentCluster.Gateway.Api.Queries;

/// <summary>A query parameter of a call.</summary>
internal sealed record QueryParameter
{
    public required string Name { get; init; }

    /// <summary>What it means, for the OpenAPI document.</summary>
    public required string Meaning { get; init; }

    /// <summary>The words that it may be; any if empty.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>The bounds of a whole number; null for a text.</summary>
    public (int Min, int Max)? Bounds { get; init; }

    /// <summary>The pattern of a text, as the OpenAPI document writes it; null for none.</summary>
    public string? Pattern { get; init; }

    /// <summary>Whether it is a time.</summary>
    public bool IsTime { get; init; }

    /// <summary>Whether it is true or false.</summary>
    public bool IsFlag { get; init; }
}

/// <summary>
/// Refuses unknown and repeated query parameters. A key in a URL would end in logs and browser histories: it is refused
/// like any other unknown parameter, and its value is written nowhere.
/// </summary>
internal sealed class QueryMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.QueryString.HasValue
            || http.GetEndpoint()?.Metadata.GetMetadata<ApiOperation>() is not { TakesAnyQuery: false } operation)
        {
            return next(http);
        }

        foreach (var (name, values) in http.Request.Query)
        {
            if (!operation.Query.Any(parameter => parameter.Name == name))
            {
                throw Unknown(operation, name);
            }

            if (values.Count != 1)
            {
                throw new ProblemException(ErrorCode.InvalidField, "The query parameter is repeated.", name);
            }
        }

        return next(http);
    }

    private static ProblemException Unknown(ApiOperation operation, string name)
    {
        var known = operation.Query.Length == 0
            ? "This call has none."
            : $"Known: {string.Join(", ", operation.Query.Select(parameter => parameter.Name))}.";
        return IsName(name)
            ? new(ErrorCode.InvalidField, $"Unknown query parameter '{name}'. {known}", name)
            : new(ErrorCode.InvalidField, $"Unknown query parameter. {known}", "query");
    }

    // Only a name is shown, and only if it looks like one.
    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 40
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');
}
