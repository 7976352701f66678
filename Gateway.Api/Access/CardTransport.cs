using System.Net;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.OpenApi;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>What may bring a card's number comes over TLS, or from this machine (PCI DSS 4.2.1). In clear text it is
/// refused and never led on to https, so that who integrates notices it.</summary>
internal static class CardTransport
{
    /// <summary>Refuses calls with cards in clear text. Call it after routing.</summary>
    public static void UseCardTransport(this IApplicationBuilder app, GatewayOptions options) =>
        app.Use((http, next) =>
            http.GetEndpoint()?.Metadata.GetMetadata<ApiOperation>() is { TakesCards: true }
                && IsRefused(http, options)
                ? Problem.WriteAsync(http, ErrorCode.HttpsRequired)
                : next(http));

    /// <summary>Whether a request is one that may bring no card. Without an address it never left the
    /// machine.</summary>
    public static bool IsRefused(HttpContext http, GatewayOptions options) =>
        !options.AllowPlainHttp
        && !http.Request.IsHttps
        && http.Connection.RemoteIpAddress is { } address
        && !IPAddress.IsLoopback(address);
}
