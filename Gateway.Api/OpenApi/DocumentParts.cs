using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>What the document says once.</summary>
internal static class DocumentParts
{
    public const string MerchantKey = "merchantKey";
    public const string AdminKey = "adminKey";

    public static Task Describe(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "PaymentCluster",
            Version = "1",
            Description = "Take payments by card, UPI, wallet or netbanking through any configured provider. Amounts "
                + "are whole numbers in the minor unit of their currency; times are RFC 3339 in UTC. An error response "
                + "is problem+json with a stable code: see /docs/errors. Unknown fields in a body are refused.",
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [MerchantKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A merchant's API key: secret (sk_…) for all calls, publishable (pk_…) for calls from "
                    + "browsers.",
            },
            [AdminKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The administrator's key.",
            },
        };
        return Task.CompletedTask;
    }
}
