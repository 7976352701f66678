namespace PaymentCluster.Silo;

public static partial class SiloRegistration
{
    // Orleans' dashboard comes with its packages alone.
    private static void AddOperatorsView(this ISiloBuilder silo) => _ = silo;
}
