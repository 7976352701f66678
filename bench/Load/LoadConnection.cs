using System.Net;
using System.Net.Sockets;

namespace PaymentCluster.Bench.Load;

/// <summary>One connection that is kept: sends a request, reports its response, and can send again. Cheap, because the
/// loader shares its machine with what it measures.</summary>
internal sealed class LoadConnection : IDisposable
{
    private const int ReceiveBytes = 64 * 1024;

    private readonly Socket _socket =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly byte[] _request;
    private readonly byte[] _response = new byte[ReceiveBytes];
    private readonly Requests _requests;
    private readonly Action<LoadConnection, ResponseKind> _onResponse;
    private int _received;
    private int _length;

    public LoadConnection(Requests requests, Action<LoadConnection, ResponseKind> onResponse)
    {
        (_requests, _onResponse) = (requests, onResponse);
        _request = new byte[requests.Longest];
        _receive.Completed += (_, _) => OnReceived();
    }

    /// <summary>When the request under way was due, in the clock's ticks.</summary>
    public long DueAt { get; private set; }

    public void Connect(int port) => _socket.Connect(IPAddress.Loopback, port);

    /// <summary>Sends a request. It fits into the socket's buffer, so nothing waits here.</summary>
    public void Send(long number, long dueAt)
    {
        DueAt = dueAt;
        (_received, _length) = (0, 0);
        try
        {
            _socket.Send(_request, _requests.Write(number, _request), SocketFlags.None);
            Receive();
        }
        catch (SocketException)
        {
            _onResponse(this, ResponseKind.Broken);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _receive.Dispose();
    }

    private void Receive()
    {
        do
        {
            _receive.SetBuffer(_response, _received, ReceiveBytes - _received);
            if (_socket.ReceiveAsync(_receive))
            {
                return;
            }
        }
        while (!TryEnd());
    }

    private void OnReceived()
    {
        if (!TryEnd())
        {
            Receive();
        }
    }

    // True when the response is complete, and the connection perhaps sends the next request already.
    private bool TryEnd()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            _onResponse(this, ResponseKind.Broken);
            return true;
        }

        _received += _receive.BytesTransferred;
        var (status, saysWhen) = (0, false);
        if (_length == 0 && !HttpResponseHead.TryRead(
            _response.AsSpan(0, _received), out status, out _length, out saysWhen))
        {
            return false;
        }

        if (_received < _length)
        {
            // A longer body than the buffer is counted and not kept; status and headers are read again at its end.
            return _length > ReceiveBytes
                ? throw new InvalidDataException($"A response of {_length} bytes.")
                : Again();
        }

        _onResponse(this, status switch
        {
            >= 200 and < 300 => ResponseKind.Accepted,
            429 or 503 => saysWhen ? ResponseKind.Refused : ResponseKind.RefusedWithoutRetryAfter,
            _ => ResponseKind.Failed,
        });
        return true;
    }

    private bool Again()
    {
        _length = 0;
        return false;
    }
}

/// <summary>How a request ended.</summary>
internal enum ResponseKind
{
    Accepted,
    Refused,
    RefusedWithoutRetryAfter,
    Failed,
    Broken,
}
