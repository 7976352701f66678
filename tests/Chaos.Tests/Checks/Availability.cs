using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Chaos.Tests.Load;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>A fault that lasted: whose, from when, until when.</summary>
internal sealed record FaultSpan(string Target, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Whether it was there at any time of a call.</summary>
    public bool Overlaps(DateTimeOffset from, DateTimeOffset to) => From < to && from < To;
}

/// <summary>How many of the calls that clients made while the load was on got a response that is no failure of the
/// system. A refusal (409, 422) is such a response; a 5xx, a 429 and silence are not.</summary>
internal sealed record Availability
{
    // A process that was started, or continues, needs it until it takes part again.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    private readonly ImmutableArray<(bool Succeeded, bool HasOneSilo)> _calls;

    private Availability(ImmutableArray<(bool Succeeded, bool HasOneSilo)> calls) => _calls = calls;

    /// <summary>Judges all calls that began before a time.</summary>
    public static Availability Of(
        IEnumerable<ClientCall> calls, DateTimeOffset before, IReadOnlyCollection<FaultSpan> faults) => new(
        [
            .. calls.Where(call => call.Response is not null && call.Request.BeganAt < before)
                .Select(call => (IsSuccess(call.Response!), HasOneSilo(call, faults))),
        ]);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join("; ", Figures().Select(figure => $"{figure.What}: {Spell(figure.Figures)}"));

    private static bool IsSuccess(ClientLine response) => response.Status is { } status and < 500 && status != 429;

    private static bool HasOneSilo(ClientCall call, IReadOnlyCollection<FaultSpan> faults)
    {
        var targets = faults
            .Where(fault => fault.Overlaps(call.Request.BeganAt - Recovery, call.Response!.At))
            .Select(fault => fault.Target)
            .ToHashSet(StringComparer.Ordinal);
        return targets.Count <= 1 && targets.All(target => target.StartsWith("silo ", StringComparison.Ordinal));
    }

    private static string Spell((int Calls, int Succeeded) figures) => figures.Calls == 0
        ? "no calls"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{100.0 * figures.Succeeded / figures.Calls:0.0} % of {figures.Calls} calls succeeded");

    private IEnumerable<(string What, (int Calls, int Succeeded) Figures)> Figures()
    {
        yield return ("over the whole load", Count(_ => true));
        yield return ("with one silo at fault at most", Count(call => call.HasOneSilo));
    }

    private (int Calls, int Succeeded) Count(Func<(bool Succeeded, bool HasOneSilo), bool> which)
    {
        var counted = _calls.Where(which).ToList();
        return (counted.Count, counted.Count(call => call.Succeeded));
    }
}
