
namespace PaymentCluster.Gateway.Api.Management;

/// <summary>
/// A second listener for what operators use (<c>Gateway:ManagementUrl</c>). Its endpoints do not exist on the public
/// port, and the API's do not exist on this one. The listener's own port decides, not the Host header, which a caller
/// chooses.
/// </summary>
public static class ManagementPort
{
    private const string HttpPorts = "http_ports";
    private const string DefaultUrl = "http://localhost:5000";

    /// <summary>The endpoint exists on the management port only.</summary>
    public static TBuilder OnManagementPort<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ManagementOnly());

    /// <summary>The endpoint exists on both ports.</summary>
    internal static TBuilder OnEveryPort<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new EveryPort());

    /// <summary>Has the server listen at the management URL as well, if one is configured.</summary>
    internal static void AddManagementPort(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (PortOf(configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.ManagementUrl)}"]) is null)
        {
            return;
        }

        // A URL that is added in code replaces all that are configured.
        var configured = configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls ? urls
            : configuration[HttpPorts] is { Length: > 0 } ports
                ? string.Join(';', ports.Split(';').Select(port => $"http://*:{port}"))
                : DefaultUrl;
        configuration[WebHostDefaults.ServerUrlsKey] =
            $"{configured};{configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.ManagementUrl)}"]}";
    }

    /// <summary>Hides endpoints on other ports than their own: a request to one gets the same 404 as an unknown
    /// URL.</summary>
    internal static void UseManagementPort(this IApplicationBuilder app, GatewayOptions options)
    {
        var management = PortOf(options.ManagementUrl);
        app.Use((http, next) =>
        {
            var isManagement = http.Connection.LocalPort == management;
            if (http.GetEndpoint() is RouteEndpoint { Metadata: var metadata }
                && metadata.GetMetadata<EveryPort>() is null
                && (metadata.GetMetadata<ManagementOnly>() is not null) != isManagement)
            {
                http.SetEndpoint(null);
            }

            return next(http);
        });
    }

    /// <summary>The port of a management URL; null if it is none.</summary>
    internal static int? PortOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttp
            && uri is { AbsolutePath: "/", Query: "" }
            ? uri.Port
            : null;

    private sealed class ManagementOnly;

    private sealed class EveryPort;
}
