using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.OpenApi;

namespace PaymentCluster.Gateway.Api.Queries;

/// <summary>A query parameter that a call takes.</summary>
internal sealed record QueryParameter
{
    public required string Name { get; init; }

    /// <summary>What it means, for the OpenAPI document.</summary>
    public required string Meaning { get; init; }

    /// <summary>The words that it may be; any if empty.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>The bounds of a whole number; null for a text.</summary>
    public (int Min, int Max)? Bounds { get; init; }

    /// <summary>Whether it is a time.</summary>
    public bool IsTime { get; init; }
}

/// <summary>
/// Refuses query parameters that a call does not take, and such as stand twice. A key in an address would end in logs
/// and histories: it is refused like any other unknown name, and its value is written nowhere.
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
                throw new ProblemException(
                    ErrorCode.InvalidField, "This call has no such query parameter.", Shown(name));
            }

            if (values.Count != 1)
            {
                throw new ProblemException(ErrorCode.InvalidField, "The query parameter stands more than once.", name);
            }
        }

        return next(http);
    }

    // Only a name is shown, and only if it looks like one.
    private static string Shown(string name) =>
        name.Length is >= 1 and <= 40
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-')
            ? name
            : "query";
}
