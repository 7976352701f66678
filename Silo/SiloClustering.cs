namespace PaymentCluster.Silo;

/// <summary>How a silo finds the others.</summary>
public enum SiloClustering
{
    /// <summary>There are no others: gateway and silo share a process.</summary>
    Alone = 0,

    /// <summary>Through the membership table in the database.</summary>
    Database = 1,
}
