using Orleans.Configuration;

namespace PaymentCluster.Silo;

/// <summary>How soon a cluster notices a silo that died or froze, and how long calls wait for it until then.</summary>
internal static class FailureDetection
{
    // The others declare a silo dead when it has not responded for this time and two of them (or the only other one)
    // agree. Orleans' default of 5 s fits clusters in which a false suspicion does harm. Here each commit is fenced by
    // the payment's version, so that a false suspicion costs a restart, and a late one costs every payment of that
    // silo.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);
    private const int MissedProbes = 3;

    // Probes adapt to a slow machine up to here. Messages that a silo sent within this time, times the missed probes,
    // also count as a sign of life: the default of 4 s would let each frozen silo live for 12 s.
    private static readonly TimeSpan MaxProbeTimeout = TimeSpan.FromSeconds(2);

    // Silos tell each other about changes at once; reading the table is for those who missed it.
    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);

    // How often a silo writes to the membership table that it is alive. A silo that starts wants a response from each
    // active member before it joins, but for those that have missed three of these writes: members that died all at
    // once are still in the table. By Orleans' default of 30 s, a cluster that was killed whole and starts under other
    // addresses would wait for 90 s.
    private static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(2);

    // Well below what a client of the API waits. A call that reached a dead silo then ends as a retryable error,
    // while its client is still there. Methods that wait on purpose, or for a provider, say so with [ResponseTimeout].
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    // Placing a grain is a call or two to the directory. A part of the directory may be on the silo that just died.
    private static readonly TimeSpan PlacementTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Notices in seconds that a silo is gone, and waits no longer than seconds for it.</summary>
    public static ISiloBuilder NoticeLostSilos(this ISiloBuilder silo) => silo
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = ProbeTimeout;
            options.MaxProbeTimeout = MaxProbeTimeout;
            options.NumMissedProbesLimit = MissedProbes;
            options.TableRefreshTimeout = TableRefresh;
            options.IAmAliveTablePublishTimeout = AliveInterval;
        })
        // After a silo died, Orleans keeps its grains, and its part of the directory, from being placed again until
        // this lease ends: two activations of one grain could exist otherwise. Both may exist here, since only one of
        // them can commit.
        .Configure<GrainDirectoryOptions>(options => options.RangeLeaseDuration = TimeSpan.Zero)
        .Configure<SiloMessagingOptions>(options =>
            (options.ResponseTimeout, options.PlacementTimeout) = (ResponseTimeout, PlacementTimeout));
}
