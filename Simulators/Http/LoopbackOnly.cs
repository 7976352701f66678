using System.Net;

namespace PaymentCluster.Simulators.Http;

/// <summary>Hides the control surface from other machines, should the host be bound wider than it should be.</summary>
internal static class LoopbackOnly
{
    public static ValueTask<object?> FilterAsync(
        EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var remote = invocation.HttpContext.Connection.RemoteIpAddress;
        return remote is null || IPAddress.IsLoopback(remote)
            ? next(invocation)
            : ValueTask.FromResult<object?>(Results.NotFound());
    }
}
