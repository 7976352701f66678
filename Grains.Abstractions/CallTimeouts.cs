namespace PaymentCluster.Grains.Abstractions;

/// <summary>How long callers wait for grain methods that take longer than others. In a cluster every other call ends
/// after seconds, so that a silo that died is noticed by callers that are still there.</summary>
public static class CallTimeouts
{
    /// <summary>For methods that wait for a provider: 30 s.</summary>
    public const string Long = "00:00:30";

    /// <summary>For methods that read many rows: 12 s, longer than such a read may wait and take
    /// (<c>Reads:QueueTimeout</c> and <c>Reads:QueryTimeout</c>), so that callers get its own error.</summary>
    public const string Read = "00:00:12";
}
