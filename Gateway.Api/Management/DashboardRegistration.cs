using Orleans.Dashboard;
using PaymentCluster.Gateway.Api.Access;

namespace PaymentCluster.Gateway.Api.Management;

/// <summary>Orleans' dashboard at <c>/dashboard</c> on the management port: activations, calls and silos, for
/// operators.</summary>
public static class DashboardRegistration
{
    /// <summary>Maps the dashboard, if there is a management port. The host has registered it with its silo or its
    /// client.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<GatewayOptions>().ManagementUrl is not null)
        {
            routes.MapOrleansDashboard("/dashboard").RequireAuthorization(AccessPolicies.Operator).OnManagementPort();
        }
    }
}
