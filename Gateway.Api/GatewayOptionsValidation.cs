using System.Net;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Management;

namespace PaymentCluster.Gateway.Api;

/// <summary>Refuses settings that the gateway cannot work with, before it starts.</summary>
internal sealed class GatewayOptionsValidation : IValidateOptions<GatewayOptions>
{
    private const int HashLength = 64;

    // A revoked key must stop working within 5 seconds.
    private static readonly TimeSpan MaxKeyLifetime = TimeSpan.FromSeconds(3);

    // Longer than it takes to replace a lost silo, and no longer.
    private static readonly TimeSpan MaxStaleKeyLifetime = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var faults = FaultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> FaultsOf(GatewayOptions options)
    {
        if (options.AdminKeyHash is { } hash && (hash.Length != HashLength || !hash.All(char.IsAsciiHexDigitLower)))
        {
            yield return Fault("AdminKeyHash", "must be the lower-case hex SHA-256 of the administrator's key");
        }

        if (options.PublicUrl is { } address && !IsAddress(address))
        {
            yield return Fault("PublicUrl", "must be an address such as https://pay.shop.example, without a path");
        }

        foreach (var (setting, value, least) in LimitsOf(options))
        {
            if (value < least)
            {
                yield return Fault(setting, $"must be at least {least}");
            }
        }

        if (options.MerchantSharePercent is < 1 or > 100)
        {
            yield return Fault("MerchantSharePercent", "must be from 1 to 100");
        }

        if (options.PageSharePercent is < 1 or > 100)
        {
            yield return Fault("PageSharePercent", "must be from 1 to 100");
        }

        if (options.KeyLifetime < TimeSpan.Zero || options.KeyLifetime > MaxKeyLifetime)
        {
            yield return Fault(
                "KeyLifetime", "must be at most 3 seconds, so that a revoked key stops working within 5");
        }

        if (options.StaleKeyLifetime < TimeSpan.Zero || options.StaleKeyLifetime > MaxStaleKeyLifetime)
        {
            yield return Fault("StaleKeyLifetime", "must be from 0 to 5 minutes");
        }

        if (options.KnownProxies.Any(proxy => !IPAddress.TryParse(proxy, out var _)))
        {
            yield return Fault("KnownProxies", "must be IP addresses");
        }

        // A network of all addresses would let every caller name its own.
        if (options.KnownNetworks.Any(
            network => !IPNetwork.TryParse(network, out var known) || known.PrefixLength == 0))
        {
            yield return Fault("KnownNetworks", "must be networks such as 10.20.0.0/16, and not all addresses");
        }

        if (options.ManagementUrl is { } url && ManagementPort.PortOf(url) is null)
        {
            yield return Fault("ManagementUrl", "must be an address such as http://127.0.0.1:8081");
        }
    }

    private static bool IsAddress(Uri url) =>
        url is { IsAbsoluteUri: true, PathAndQuery: "/", Fragment: "", UserInfo: "" }
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);

    private static IEnumerable<(string Setting, int Value, int Least)> LimitsOf(GatewayOptions options) =>
    [
        ("RequestsPerSecond", options.RequestsPerSecond, 1),
        ("RequestBurst", options.RequestBurst, 1),
        ("WritesInFlight", options.WritesInFlight, 1),
        ("WritesQueued", options.WritesQueued, 0),
        ("WaitingReads", options.WaitingReads, 1),
        ("EventStreams", options.EventStreams, 1),
        ("FailedKeysPerAddress", options.FailedKeysPerAddress, 1),
        ("FailedSecretsPerPayment", options.FailedSecretsPerPayment, 1),
        ("ReturnsPerSecond", options.ReturnsPerSecond, 1),
        ("WebhooksPerSecond", options.WebhooksPerSecond, 1),
        ("WebhooksInFlightPerAddress", options.WebhooksInFlightPerAddress, 1),
        ("Connections", options.Connections, 0),
    ];

    private static string Fault(string setting, string rule) => $"{GatewayOptions.Section}:{setting} {rule}.";
}
