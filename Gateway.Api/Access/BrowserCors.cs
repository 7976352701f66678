using System.Collections.Immutable;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Cors.Infrastructure;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Checkout;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>
/// Cross-origin calls of merchants' own pages, to the endpoints that take publishable keys and client secrets. A
/// preflight carries no key, so any origin may send; the response can be read only by the origins that the key's
/// merchant has registered.
/// </summary>
internal sealed class BrowserCors(IGrainFactory grains) : ICorsPolicyProvider
{
    /// <summary>The policy's name.</summary>
    public const string Policy = "Browsers";

    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

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

    // The amount does not matter to the origins.
    private static readonly Money AnyAmount = Money.Of(100, Currency.Inr);

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
        if (result.Principal is not { } principal || Caller.Of(principal) is not { } caller)
        {
            return null;
        }

        var offer = await grains.Grain<ICheckoutGrain>(caller.Merchant).Offer(AnyAmount);
        ImmutableArray<string> origins = offer?.Origins ?? [];
        return new CorsPolicyBuilder([.. origins])
            .WithExposedHeaders(
                "ETag", "Location", "Retry-After", RequestNaming.RequestIdHeader, IdempotencyKey.ReplayedHeader)
            .Build();
    }
}
