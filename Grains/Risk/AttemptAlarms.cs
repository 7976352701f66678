using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Risk;

/// <summary>What the guard tells operators, meter <c>PaymentCluster.AttemptGuard</c>: an alarm for each subject that is
/// blocked, open for as long as it is, and how many attempts were refused.</summary>
public sealed partial class AttemptAlarms
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.AttemptGuard";

    private static readonly AttemptSubjectKind[] Kinds = Enum.GetValues<AttemptSubjectKind>();

    private readonly ConcurrentDictionary<AttemptCounters, bool> _counters = new();
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unchecked;
    private readonly AttemptGuardOptions _options;
    private readonly ILogger<AttemptAlarms> _logger;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="options">The limits.</param>
    /// <param name="logger">The log of alarms.</param>
    public AttemptAlarms(IMeterFactory meters, IOptions<AttemptGuardOptions> options, ILogger<AttemptAlarms> logger)
    {
        _options = options.Value;
        _logger = logger;
        var meter = meters.Create(MeterName);
        _refused = meter.CreateCounter<long>(
            "paymentcluster.attempts.refused", "{attempt}", "Attempts that were slowed or blocked, by subject");
        _unchecked = meter.CreateCounter<long>(
            "paymentcluster.attempts.unchecked", "{call}", "Counts that could not be read or made in time");
        meter.CreateObservableGauge(
            "paymentcluster.attempts.alarms.open",
            () => Kinds.Select(kind => new Measurement<long>(
                _counters.Keys.Sum(counters => counters.BlockedOf(kind)), SubjectOf(kind))),
            "{alarm}",
            "Addresses, cards, customers and keys that are blocked, as this silo counts them");
    }

    internal void Watch(AttemptCounters counters) => _counters[counters] = true;

    internal void Unwatch(AttemptCounters counters) => _counters.TryRemove(counters, out _);

    internal void Open(AttemptSubject subject, string? name, int unsuccessful) =>
        LogBlocked(subject.Merchant, NameOf(subject.Kind), name ?? subject.Value, _options.BlockedFor, unsuccessful);

    internal void Refused(AttemptRestriction restriction) => _refused.Add(
        1,
        SubjectOf(restriction.Kind),
        new KeyValuePair<string, object?>("result", restriction.IsBlocked ? "blocked" : "slowed"));

    internal void Unchecked() => _unchecked.Add(1);

    private static KeyValuePair<string, object?> SubjectOf(AttemptSubjectKind kind) => new("subject", NameOf(kind));

    private static string NameOf(AttemptSubjectKind kind) => kind switch
    {
        AttemptSubjectKind.Address => "address",
        AttemptSubjectKind.Card => "card",
        AttemptSubjectKind.Customer => "customer",
        AttemptSubjectKind.Key => "key",
    };

    [LoggerMessage(
        LogEvents.AttemptsBlocked,
        LogLevel.Warning,
        "{Merchant}: {Subject} {Name} tests cards, it seems: blocked for {BlockedFor} after {Unsuccessful} declines")]
    private partial void LogBlocked(
        string merchant, string subject, string name, TimeSpan blockedFor, int unsuccessful);
}
