using System.Collections.Immutable;
using Orleans.Services;

namespace PaymentCluster.Grains.Providers;

/// <summary>Says how far behind one silo's status queries are. Each silo has one, which is called by the silo's
/// address.</summary>
[Alias("status-query-lag")]
public interface IStatusQueryLagService : IGrainService
{
    /// <summary>For how long the merchant's query waits that waits longest on the silo, at each of these
    /// providers.</summary>
    [Alias("of"), ResponseTimeout("00:00:01")]
    Task<ImmutableArray<TimeSpan>> Of(string merchant, ImmutableArray<string> providers);
}
