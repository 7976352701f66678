namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>Takes HEAD for GET without a body: the server leaves it out (RFC 9110, section 9.3.2). Endpoints where a
/// GET is more than a read have none.</summary>
internal static class HeadRequests
{
    /// <summary>The endpoint has no HEAD: its GET changes something, or lasts as long as its caller.</summary>
    public static TBuilder WithoutHead<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new NoHead());

    /// <summary>Has HEAD find the endpoints of GET. Call it before routing.</summary>
    public static void UseHeadAsGet(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Request.Method = HttpMethods.Get;
            http.Features.Set(new Head());
        }

        return next(http);
    });

    /// <summary>Refuses HEAD where an endpoint has none. Call it after routing.</summary>
    public static void UseHeadRefusals(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.Features.Get<Head>() is null || http.GetEndpoint()?.Metadata.GetMetadata<NoHead>() is null)
        {
            return next(http);
        }

        http.Response.Headers.Allow = HttpMethods.Get;
        return Problem.WriteAsync(http, ErrorCode.MethodNotAllowed);
    });

    private sealed class Head;

    private sealed class NoHead;
}
