using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>The API's description at <c>/openapi/v1.json</c>, and the pages to read and try it under
/// <c>/docs</c>.</summary>
internal static class OpenApiRegistration
{
    public const string DocumentName = "v1";
    private const string DocumentPath = "/openapi/v1.json";

    // The page's own script and style, from this server and nowhere else; the tool draws icons as data and sets styles
    // inline.
    private const string DocsPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void AddApiDescription(this IServiceCollection services)
    {
        // The document's schemas are made with these options; responses are written by GatewayJson itself.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, GatewayJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.ActionDescriptor.EndpointMetadata.Any(
                item => item is ApiOperation);
            options.AddDocumentTransformer(DocumentParts.Describe);
            options.AddOperationTransformer(OperationParts.Describe);
            options.AddSchemaTransformer(SchemaParts.Describe);
        });
    }

    public static void UseDocsPage(this WebApplication app)
    {
        // On a branch of its own: no request of the API passes the page's middleware.
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase),
            docs =>
            {
                docs.Use((http, next) =>
                {
                    http.Response.Headers.ContentSecurityPolicy = DocsPolicy;
                    return next(http);
                });
                docs.UseSwaggerUI(page =>
                {
                    page.RoutePrefix = "docs";
                    page.DocumentTitle = "PaymentCluster API";
                    page.SwaggerEndpoint(DocumentPath, "PaymentCluster v1");
                    page.EnableTryItOutByDefault();
                });
            });
    }

    public static void MapApiDescription(this IEndpointRouteBuilder routes)
    {
        var document = new Lazy<Task<byte[]>>(() => WriteAsync(routes.ServiceProvider));
        routes.MapGet(DocumentPath, async http =>
        {
            var bytes = await document.Value;
            http.Response.ContentType = JsonResponse.ContentType;
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }).AllowAnonymous();

        var errors = Encoding.UTF8.GetBytes(ErrorsPage.Html());
        routes.MapGet("/docs/errors", async http =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            http.Response.ContentLength = errors.Length;
            await http.Response.Body.WriteAsync(errors, http.RequestAborted);
        }).AllowAnonymous();
    }

    /// <summary>The document as JSON. It is the same for everybody, and made once.</summary>
    public static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var provider = scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName);
        var document = await provider.GetOpenApiDocumentAsync();
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }
}
