namespace PaymentCluster.Grains.Abstractions;

/// <summary>References to grains. <c>GetGrain</c> with an interface and a key reads the interface's attributes by
/// reflection on each call, 15 µs and over a kilobyte; this reads them once per process.</summary>
public static class GrainReferences
{
    /// <summary>The grain with this key, as <c>GetGrain</c> gives it.</summary>
    /// <typeparam name="T">The grain's interface; one grain class implements it.</typeparam>
    /// <param name="grains">Leads to grains.</param>
    /// <param name="key">The grain's key.</param>
    public static T Grain<T>(this IGrainFactory grains, string key)
        where T : class, IGrainWithStringKey
    {
        if (Resolved<T>.Types is { } types)
        {
            return (T)grains.GetGrain(GrainId.Create(types.Grain, key), types.Interface);
        }

        var grain = grains.GetGrain<T>(key);
        var reference = (GrainReference)(IAddressable)grain;
        Resolved<T>.Types = new Types(reference.GrainId.Type, reference.InterfaceType);
        return grain;
    }

    private sealed record Types(GrainType Grain, GrainInterfaceType Interface);

    // Many may resolve it at first; all of them find the same.
    private static class Resolved<T>
    {
        public static Types? Types { get; set; }
    }
}
