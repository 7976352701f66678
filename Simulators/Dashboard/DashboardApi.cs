using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Dashboard;

/// <summary>What became of a refund that was made in a provider's dashboard.</summary>
internal enum DashboardOutcome
{
    Made,
    NoSuchPayment,

    /// <summary>The payment is not captured, or less of it is left.</summary>
    Refused,
}

/// <summary>The body of <c>POST /_dashboard/{provider}/{payment}/refunds</c>; the amount in minor units.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DashboardRefund([property: JsonPropertyName("amount")] long Amount);

/// <summary>Lets a test be the merchant at a provider's dashboard: what is done there has no reference of the
/// merchant's systems, and is told by webhook like everything else.</summary>
internal static class DashboardApi
{
    public static void MapDashboard(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/_dashboard/{provider}/{payment}/refunds", RefundAsync);

    private static async Task<IResult> RefundAsync(
        string provider, string payment, DashboardRefund body, IEnumerable<IProvider> providers)
    {
        if (body.Amount <= 0)
        {
            return Results.BadRequest(new { error = "amount must be positive" });
        }

        if (providers.FirstOrDefault(candidate => candidate.Name == provider) is not { } found)
        {
            return Results.NotFound(new { error = "no such provider" });
        }

        return await found.RefundAsync(payment, body.Amount) switch
        {
            DashboardOutcome.Made => Results.Ok(new { payment, amount = body.Amount }),
            DashboardOutcome.NoSuchPayment => Results.NotFound(new { error = "no such payment" }),
            DashboardOutcome.Refused => Results.Conflict(new { error = "so much of the payment is not captured" }),
        };
    }
}
