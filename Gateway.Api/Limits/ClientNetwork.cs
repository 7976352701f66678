using System.Net;
using System.Net.Sockets;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>What limits by address count as one address: an IPv4 address, or a /64 of IPv6, which one customer has
/// whole.</summary>
internal static class ClientNetwork
{
    private const int NetworkBytes = 8;

    public static IPAddress Of(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
