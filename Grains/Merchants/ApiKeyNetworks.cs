using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Merchants;

/// <summary>The rules of the networks that an API key works from.</summary>
internal static class ApiKeyNetworks
{
    private const int MaxNetworks = 20;
    private const int MappedBits = 96;

    // Neither scopes nor ports nor brackets.
    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdefABCDEF.:/");

    /// <summary>Why these cannot be a key's networks; null if they can.</summary>
    public static Refusal? Check(ImmutableArray<string> networks) =>
        networks.Length > MaxNetworks
            ? Refusal.Of(ErrorCode.InvalidField, $"A key has at most {MaxNetworks} networks.", "networks")
            : networks.FirstOrDefault(network => Normal(network) is null) is { } wrong
                ? Refusal.Of(
                    ErrorCode.InvalidField,
                    $"'{wrong}' is not a network such as 203.0.113.0/24 or 2001:db8::/32, or has bits after its prefix.",
                    "networks")
                : null;

    /// <summary>The networks in one spelling, each once.</summary>
    public static ImmutableArray<string> Normalise(ImmutableArray<string> networks) =>
        [.. networks.Select(network => Normal(network)!).Distinct(StringComparer.Ordinal)];

    private static string? Normal(string text)
    {
        // IPNetwork passes over bits after the prefix. They mean that one address, or another
        // prefix, was meant.
        if (text.AsSpan().ContainsAnyExcept(Characters)
            || !IPNetwork.TryParse(text, out var network)
            || !network.BaseAddress.Equals(IPAddress.Parse(text[..text.IndexOf('/', StringComparison.Ordinal)])))
        {
            return null;
        }

        if (network.BaseAddress.IsIPv4MappedToIPv6)
        {
            // Gateways compare callers of IPv4 as such.
            return new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits).ToString();
        }

        var normal = network.ToString();
        // An IPv4 network in octal, or with parts left out, is not what it looks like.
        return network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 || normal == text ? normal : null;
    }
}
