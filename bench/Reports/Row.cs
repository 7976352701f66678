using System.Collections.Immutable;
using PaymentCluster.Bench.Load;

namespace PaymentCluster.Bench.Reports;

/// <summary>One line of the result: what was measured of one scenario under one load. Per payment, unless it says
/// otherwise; for reads a payment is a request.</summary>
internal sealed record Row
{
    /// <summary>No further figures.</summary>
    public static readonly ImmutableSortedDictionary<string, double> None =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>The scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>Its variant and load.</summary>
    public required string Load { get; init; }

    /// <summary>Completed payments per second.</summary>
    public double PerSecond { get; init; }

    /// <summary>Of the accept, in milliseconds.</summary>
    public Latencies? Accept { get; init; }

    /// <summary>Processor time of gateway and silo, in microseconds.</summary>
    public double ServerCpu { get; init; }

    /// <summary>Of PostgreSQL with all its processes.</summary>
    public double StoreCpu { get; init; }

    /// <summary>Of the simulated providers.</summary>
    public double SimulatorsCpu { get; init; }

    /// <summary>Of the loader.</summary>
    public double LoaderCpu { get; init; }

    /// <summary>Transactions that wrote.</summary>
    public double Commits { get; init; }

    /// <summary>Bytes of the write-ahead log.</summary>
    public double WalBytes { get; init; }

    /// <summary>Bytes that the server allocated.</summary>
    public double AllocatedBytes { get; init; }

    /// <summary>Its payments per second as a part of those of <c>limit</c> in the same run.</summary>
    public double? OfLimit { get; init; }

    /// <summary>Its payments per second as a multiple of those of <c>own-commit</c> in the same run.</summary>
    public double? OfOwnCommit { get; init; }

    /// <summary>Requests that were refused for load, and those that failed.</summary>
    public long Refused { get; init; }

    public long Failed { get; init; }

    /// <summary>What only this scenario has, by name with its unit.</summary>
    public ImmutableSortedDictionary<string, double> More { get; init; } = None;

    /// <summary>Whether it is the scenario's peak, which ratios are taken of.</summary>
    public bool IsPeak { get; init; }
}
