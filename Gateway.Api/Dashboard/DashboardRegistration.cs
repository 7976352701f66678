using Orleans.Dashboard;
using PaymentCluster.Gateway.Api.Access;

namespace PaymentCluster.Gateway.Api.Dashboard;

/// <summary>Orleans' dashboard at <c>/dashboard</c>: activations, calls and silos, for operators.</summary>
public static class DashboardRegistration
{
    /// <summary>Maps the dashboard. The host has registered it with its silo or its client.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes) =>
        routes.MapOrleansDashboard("/dashboard")
            .RequireAccess(AccessRule.Anybody)
            .AddEndpointFilter(OperatorSignIn.RequireAsync);
}
