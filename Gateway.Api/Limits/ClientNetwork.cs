using System.Net;
using System.Net.Sockets;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>What limits by address count as one address: an IPv4 address, or a /64 of IPv6, which one customer has
/// whole.</summary>
internal static class ClientNetwork
{
    private const int NetworkBytes = 8;

    /// <summary>The caller's own address. A socket for both families shows IPv4 as a part of IPv6.</summary>
    public static IPAddress AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>The payer's browser, for what is counted by payer; null if the merchant's server sent the
    /// request.</summary>
    public static PayerBrowser? BrowserOf(HttpContext http, Caller caller) => caller.IsBrowser
        ? new PayerBrowser { Address = Of(http).ToString(), Key = caller.Payment is null ? caller.KeyId : null }
        : null;

    /// <summary>What counts as one address.</summary>
    public static IPAddress Of(HttpContext http)
    {
        var address = AddressOf(http);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
