using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Routing;

/// <summary>Chance without memory: what a payment draws depends on its id and on what is drawn for,
/// on no process and no time.</summary>
internal static class Draw
{
    private const ulong Prime = 1_099_511_628_211;
    private const ulong Start = 14_695_981_039_346_656_037;
    private const double Steps = 1L << 53;

    /// <summary>At least 0 and less than 1, evenly over payments, and independent for different purposes.</summary>
    public static double Of(PaymentId payment, string purpose)
    {
        Span<byte> id = stackalloc byte[16];
        payment.Value.TryWriteBytes(id);
        var hash = Start;
        foreach (var part in id)
        {
            hash = (hash ^ part) * Prime;
        }

        foreach (var part in purpose)
        {
            hash = (hash ^ part) * Prime;
        }

        // FNV-1a mixes its highest bits badly; this end is SplitMix64's.
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        hash ^= hash >> 31;
        return (hash >> 11) / Steps;
    }
}
