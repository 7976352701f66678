using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PaymentCluster.Testing;

/// <summary>Ports for servers that tests start.</summary>
public static class Ports
{
    // Below the range from which systems take the ports of outgoing connections: a server that was killed finds its
    // port free when it restarts.
    private const int First = 20_000;
    private const int End = 32_000;
    private const int BlockSize = 100;

    // Several test processes run at once. Between the moment at which a port is found free and the moment at which the
    // server listens there, another process could find it, too. Each process therefore has a block of ports of its own:
    // it listens on the block's first port for as long as it lives, and hands out the others in turn.
    private static readonly Lock Gate = new();
    private static TcpListener? _block;
    private static int _first;
    private static int _next;

    /// <summary>A port on 127.0.0.1 that nothing listens on now, and that no other test gets soon.</summary>
    public static int Free()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = NextOfBlock();
                if (TryListen(port) is { } listener)
                {
                    listener.Dispose();
                    return port;
                }
            }
        }
    }

    private static int NextOfBlock()
    {
        while (_block is null)
        {
            _first = First + (RandomNumberGenerator.GetInt32((End - First) / BlockSize) * BlockSize);
            _block = TryListen(_first);
        }

        _next = (_next % (BlockSize - 1)) + 1;
        return _first + _next;
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
