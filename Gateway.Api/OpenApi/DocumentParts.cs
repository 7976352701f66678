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
                + "is problem+json with a stable code: see /docs/errors. Unknown fields in a body are refused. Responses "
                + "may get new members, and the fields marked x-extensible-enum new words: ignore members that you do "
                + "not know, and take an unknown word for one that you have nothing special to do about.",
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [MerchantKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A merchant's API key: secret (sk_…) for all calls of its servers, publishable (pk_…) "
                    + "for a page that creates the payment of an order token; or a payment's client secret (cs_…), "
                    + "for its payer's browser.",
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
