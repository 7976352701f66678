using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /payments/{id}/tickets</c>: there is nothing to say.</summary>
internal static class TicketRequest
{
    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("TicketRequest");
}
