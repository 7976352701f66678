using System.Net.Sockets;

namespace PaymentCluster.Testing;

/// <summary>What a client meets while servers die.</summary>
public static class NetworkFailure
{
    /// <summary>Whether a request has no response because the server went, at whatever moment. A connection that ends
    /// as soon as it is made is a bare <see cref="SocketException"/>.</summary>
    public static bool IsConnectionLost(Exception exception) =>
        exception is HttpRequestException or IOException or SocketException;

    /// <summary>Whether a request has no response, because the server went or because it was not waited for any
    /// longer.</summary>
    public static bool IsSilence(Exception exception) =>
        IsConnectionLost(exception) || exception is OperationCanceledException;
}
