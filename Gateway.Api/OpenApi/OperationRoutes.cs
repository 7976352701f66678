namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>Maps endpoints together with what they accept and return.</summary>
internal static class OperationRoutes
{
    public static IEndpointConventionBuilder MapGet(
        this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler, ApiOperation operation) =>
        routes.Map([HttpMethods.Get], pattern, handler, operation);

    public static IEndpointConventionBuilder MapPost(
        this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler, ApiOperation operation) =>
        routes.Map([HttpMethods.Post], pattern, handler, operation);

    public static IEndpointConventionBuilder MapPut(
        this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler, ApiOperation operation) =>
        routes.Map([HttpMethods.Put], pattern, handler, operation);

    public static IEndpointConventionBuilder MapDelete(
        this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler, ApiOperation operation) =>
        routes.Map([HttpMethods.Delete], pattern, handler, operation);

    /// <summary>Describes an endpoint. The API explorer needs the handler's method, which a plain request delegate does
    /// not have.</summary>
    public static IEndpointConventionBuilder Describe(
        this IEndpointConventionBuilder endpoint, ApiOperation operation, Delegate handler)
    {
        endpoint.WithMetadata(operation, handler.Method)
            .WithName(operation.Id)
            .WithTags(operation.Tag)
            .WithSummary(operation.Summary);
        foreach (var response in operation.Responses)
        {
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(
                response.Status, response.Type ?? typeof(void), response.Type is null ? [] : [response.ContentType]));
        }

        return endpoint;
    }

    private static IEndpointConventionBuilder Map(
        this IEndpointRouteBuilder routes,
        string[] methods,
        string pattern,
        RequestDelegate handler,
        ApiOperation operation) =>
        routes.MapMethods(pattern, methods, handler).Describe(operation, handler);
}
