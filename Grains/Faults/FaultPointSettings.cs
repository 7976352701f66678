#if FAULT_POINTS
using System.Collections.Immutable;
using System.Globalization;

namespace PaymentCluster.Grains.Faults;

/// <summary>What happens at a point, and how often.</summary>
/// <param name="Point">The point.</param>
/// <param name="Pause">How long a pause; null for an end.</param>
/// <param name="Rate">0 to 1.</param>
/// <param name="Fails">Whether the end is the runtime's own, and not a kill.</param>
internal sealed record FaultPointSetting(string Point, TimeSpan? Pause, double Rate, bool Fails = false);

/// <summary>Reads <c>Faults:Points</c>.</summary>
internal static class FaultPointSettings
{
    private static readonly ImmutableArray<string> Points =
    [
        FaultPoint.BeforeIntent, FaultPoint.AfterIntent, FaultPoint.BeforeSend, FaultPoint.AfterSend,
        FaultPoint.BeforeOutcomeCommit, FaultPoint.AfterOutcomeCommit, FaultPoint.BeforeReply, FaultPoint.BeforeInbox,
        FaultPoint.AfterInbox, FaultPoint.BeforeDocument, FaultPoint.AfterDocument, FaultPoint.AfterKeep,
        FaultPoint.BeforeDelete, FaultPoint.AfterChangeIntent, FaultPoint.BeforeChangeOutcome,
        FaultPoint.ArchiveWritten, FaultPoint.ArchiveVerified, FaultPoint.ArchiveDetached, FaultPoint.ArchiveDropped,
        FaultPoint.ArchiveCleaning,
    ];

    /// <summary>One setting for each of the parts between semicolons.</summary>
    /// <exception cref="FormatException">A part has another form, or names no point.</exception>
    public static ImmutableArray<FaultPointSetting> Parse(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ParseOne)];

    private static FaultPointSetting ParseOne(string part)
    {
        var (point, what) = part.Split('=') is [var name, var rest] ? (name, rest.Split(':')) : (part, []);
        if (!Points.Contains(point))
        {
            throw new FormatException($"Faults:Points: '{point}' is none of {string.Join(", ", Points)}.");
        }

        return what switch
        {
            ["crash", var rate] => new FaultPointSetting(point, null, Rate(rate)),
            ["fail", var rate] => new FaultPointSetting(point, null, Rate(rate), Fails: true),
            ["pause", [.. var seconds, 's'], var rate] => new FaultPointSetting(
                point, TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), Rate(rate)),
            _ => throw new FormatException(
                $"Faults:Points: '{part}' is none of point=crash:RATE, point=fail:RATE and point=pause:SECONDSs:RATE."),
        };
    }

    private static double Rate(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var rate) && rate is >= 0 and <= 1
            ? rate
            : throw new FormatException($"Faults:Points: '{text}' is no rate between 0 and 1.");
}

/// <summary>A point with its draws.</summary>
internal sealed class ArmedPoint(FaultPointSetting setting, int seed)
{
    private readonly Random _draws = new(Mix(seed, setting.Point));
    private readonly Lock _gate = new();

    /// <summary>What happens there.</summary>
    public FaultPointSetting Setting => setting;

    /// <summary>Draws once.</summary>
    public bool Fires()
    {
        lock (_gate)
        {
            return _draws.NextDouble() < setting.Rate;
        }
    }

    // string.GetHashCode differs from process to process; and neighbouring seeds would begin with neighbouring draws.
    private static int Mix(int seed, string point)
    {
        unchecked
        {
            var hash = point.Aggregate(
                (uint)seed * 2_654_435_761u, static (hash, letter) => (hash ^ letter) * 16_777_619u);
            hash = (hash ^ (hash >> 16)) * 0x85EB_CA6Bu;
            return (int)(hash ^ (hash >> 13));
        }
    }
}
#endif
