using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Cors.Infrastructure;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>
/// Cross-origin calls of merchants' own pages, to the endpoints that take publishable keys and client secrets. A
/// preflight carries no key, so any origin may send; the response can be read only by the origins that the key's
/// merchant has registered, and the request itself is refused to others (<see cref="MerchantOrigins"/>).
/// </summary>
internal sealed class BrowserCors(MerchantOrigins origins) : ICorsPolicyProvider
{
    /// <summary>The policy's name.</summary>
    public const string Policy = "Browsers";

    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    // Who has no valid key learns nothing that others may not read, and a page learns that its key has expired.
    private static readonly CorsPolicy WithoutKey =
        new CorsPolicyBuilder().AllowAnyOrigin().WithExposedHeaders(MerchantOrigins.ExposedHeaders).Build();

    private static readonly CorsPolicy Preflight = new CorsPolicyBuilder()
        .SetIsOriginAllowed(_ => true)
        .WithMethods(HttpMethods.Get, HttpMethods.Post)
        .WithHeaders(
            "Authorization",
            "Content-Type",
            IdempotencyKey.Header,
            "If-None-Match",
            "Last-Event-ID",
            RequestNaming.RequestIdHeader)
        .SetPreflightMaxAge(PreflightAge)
        .Build();

    public async Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        // ASP.NET calls this for endpoints that name no policy as well, without a name.
        if (policyName != Policy)
        {
            return null;
        }

        if (HttpMethods.IsOptions(context.Request.Method))
        {
            return Preflight;
        }

        var result = await context.AuthenticateAsync(MerchantAuthentication.SchemeName);
        return result.Principal is { } principal && Caller.Of(principal) is { } caller
            ? await origins.PolicyAsync(caller.Merchant)
            : WithoutKey;
    }
}
