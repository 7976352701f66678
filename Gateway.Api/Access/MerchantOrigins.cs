using System.Collections.Immutable;
using Microsoft.AspNetCore.Cors.Infrastructure;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Caching;
using PaymentCluster.Grains.Abstractions.Checkout;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>The origins that merchants registered, as cross-origin policies, cached for some seconds.</summary>
internal sealed class MerchantOrigins(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    private const int Capacity = 20_000;
    private const string FetchSite = "Sec-Fetch-Site";
    private const string SameOrigin = "same-origin";

    /// <summary>The headers of responses that pages may read.</summary>
    public static readonly string[] ExposedHeaders =
    [
        "ETag", "Location", "Retry-After", RequestNaming.RequestIdHeader, IdempotencyKey.ReplayedHeader,
        RateLimitHeaders.Left, RateLimitHeaders.Policy,
    ];

    // The amount does not matter to the origins.
    private static readonly Money AnyAmount = Money.Of(100, Currency.Inr);

    private readonly SingleFlightCache<string, CorsPolicy> _policies = new(
        async merchant => PolicyOf((await grains.Grain<ICheckoutGrain>(merchant).Offer(AnyAmount))?.Origins ?? []),
        new SingleFlightCacheOptions<CorsPolicy>
        {
            Lifetime = options.KeyLifetime, StaleLifetime = options.StaleKeyLifetime, Capacity = Capacity,
        },
        time);

    /// <summary>What a merchant's own pages may read of responses.</summary>
    public ValueTask<CorsPolicy> PolicyAsync(string merchant) => _policies.GetAsync(merchant);

    /// <summary>Whether a request is not a page's, or is one of our own pages' or of a registered origin's: others may
    /// not send what a page of the merchant's may.</summary>
    public async ValueTask<bool> MaySendAsync(string merchant, HttpRequest request) =>
        request.Headers.Origin is not [{ } origin]
            || IsOwn(request, origin)
            || (await PolicyAsync(merchant)).IsOriginAllowed(origin);

    // No page can set either header.
    private static bool IsOwn(HttpRequest request, string origin) =>
        request.Headers[FetchSite] is [SameOrigin]
            || (Uri.TryCreate(origin, UriKind.Absolute, out var url)
                && url.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private static CorsPolicy PolicyOf(ImmutableArray<string> origins) => new CorsPolicyBuilder([.. origins])
        .WithExposedHeaders(ExposedHeaders)
        .Build();
}
