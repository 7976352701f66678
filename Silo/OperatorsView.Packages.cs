using Orleans.Dashboard;

namespace PaymentCluster.Silo;

public static partial class SiloRegistration
{
    // Collects what Orleans' dashboard shows; the process with a web server shows it.
    private static void AddOperatorsView(this ISiloBuilder silo) => silo.AddDashboard();
}
