using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PaymentCluster.Testing;

/// <summary>Ports for servers that tests start.</summary>
public static class Ports
{
    // Below the range from which systems take the ports of outgoing connections: a server that was killed finds its
    // port free when it comes back.
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>A port on 127.0.0.1 that nobody listens on now.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; there are others.
            }
        }
    }
}
