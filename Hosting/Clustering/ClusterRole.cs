namespace PaymentCluster.Hosting.Clustering;

/// <summary>What a process is in its cluster. Its certificate says so, by a DNS name that is no host's.</summary>
public enum ClusterRole
{
    /// <summary>Hosts grains: <c>silo.paymentcluster</c>.</summary>
    Silo = 1,

    /// <summary>Serves the API, and calls grains: <c>gateway.paymentcluster</c>.</summary>
    Gateway = 2,
}

/// <summary>The names of roles.</summary>
public static class ClusterRoles
{
    /// <summary>The DNS name that a certificate of this role has among its subject alternative names.</summary>
    public static string DnsName(this ClusterRole role) => role switch
    {
        ClusterRole.Silo => "silo.paymentcluster",
        ClusterRole.Gateway => "gateway.paymentcluster",
    };
}
