using System.Globalization;

namespace PaymentCluster.Chaos.Tests.Faults;

/// <summary>What the nemesis can do.</summary>
internal enum Blow
{
    Kill,
    KillAndSetClock,
    Freeze,
    CrashStore,
    FreezeStore,
    FillDisk,
    TakeConnections,
    LockTable,
    TurnDials,
    CutProviders,
    RefuseProviders,
    StallProviders,
    CutStore,
    StallStore,
}

/// <summary>One fault: when, what, to whom, for how long.</summary>
internal sealed record Strike
{
    public required TimeSpan At { get; init; }

    public required Blow Blow { get; init; }

    /// <summary>A process, <c>store</c>, or a provider.</summary>
    public required string Target { get; init; }

    public required TimeSpan For { get; init; }

    /// <summary>By how much the clock is off after a <see cref="Blow.KillAndSetClock"/>.</summary>
    public TimeSpan Clock { get; init; }

    /// <summary>The dials of a <see cref="Blow.TurnDials"/>.</summary>
    public IReadOnlyDictionary<string, double>? Dials { get; init; }

    /// <summary>Seeds the draws that are made while it lasts.</summary>
    public required int Seed { get; init; }

    public override string ToString()
    {
        var more = (Clock, Dials) switch
        {
            (_, { } dials) => " " + string.Join(
                ", ", dials.Select(dial => string.Create(CultureInfo.InvariantCulture, $"{dial.Key} {dial.Value}"))),
            ({ Ticks: not 0 }, _) => $" clock {Clock}",
            _ => "",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{At.TotalSeconds,6:0.0} s  {Blow} {Target} for {For.TotalSeconds:0.0} s{more}");
    }
}
