using System.Net;
using System.Net.Http.Headers;
using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Connectors.Http;

/// <summary>A request's body that is written at most once, and only while the send window is open. HttpClient asks it
/// for its bytes after the connection is open, right before they are sent, so this is the last place where a frozen
/// process can still notice that it is too late; and whether it was called tells "provably not sent" from
/// "unknown".</summary>
/// <remarks>SocketsHttpHandler repeats a request automatically when a pooled connection turns out to be closed. It does
/// so only before the body has been started (HTTP/1.1). Should that ever change, the second write throws here: a charge
/// cannot be doubled below us.</remarks>
internal sealed class SendOnceContent : HttpContent
{
    private readonly byte[] _body;
    private readonly SendWindow _window;
    private int _started;

    public SendOnceContent(byte[] body, string contentType, SendWindow window)
    {
        _body = body;
        _window = window;
        Headers.ContentType = new MediaTypeHeaderValue(contentType);
    }

    /// <summary>Whether bytes of the body may have left.</summary>
    public bool Started => Volatile.Read(ref _started) == 1;

    /// <summary>Whether the window was found closed.</summary>
    public bool CameTooLate { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Started)
        {
            throw new IOException("A request with a body was about to be sent twice.");
        }

        // Request line and headers may already be buffered or out, but without the announced body no server can act on
        // them.
        if (!_window.IsOpen)
        {
            CameTooLate = true;
            throw new IOException("The send window is closed.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        Volatile.Write(ref _started, 1);
        await stream.WriteAsync(_body, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
