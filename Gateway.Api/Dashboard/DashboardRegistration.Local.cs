namespace PaymentCluster.Gateway.Api.Dashboard;

/// <summary>Orleans' dashboard comes with its packages alone.</summary>
public static class DashboardRegistration
{
    /// <summary>Maps nothing.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes) => _ = routes;
}
