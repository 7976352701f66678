namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>Links to this gateway, as its callers can follow them.</summary>
internal static class Links
{
    /// <summary>The whole address of a path: at the gateway's public address, or where none is set, at the one that the
    /// request came to.</summary>
    public static string To(HttpContext http, string path)
    {
        if (http.RequestServices.GetRequiredService<GatewayOptions>().PublicUrl is { } url)
        {
            return new Uri(url, path).AbsoluteUri;
        }

        var request = http.Request;
        // HTTP/1.0 knows requests without a host.
        return request.Host.HasValue ? $"{request.Scheme}://{request.Host.ToUriComponent()}{path}" : path;
    }
}
