using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Alarms;

/// <summary>Counts the open alarms of all merchants, meter <c>PaymentCluster.Alarms</c>. Every silo counts, and each
/// says the same.</summary>
public sealed partial class AlarmMeter : BackgroundService
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Alarms";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly AlarmKind[] Kinds = Enum.GetValues<AlarmKind>();

    private readonly AlarmStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<AlarmMeter> _logger;
    private ImmutableDictionary<AlarmKind, long>? _open;

    /// <summary>Makes the gauge.</summary>
    /// <param name="store">Counts.</param>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="time">The clock that paces the counts.</param>
    /// <param name="logger">Says why a count failed.</param>
    public AlarmMeter(AlarmStore store, IMeterFactory meters, TimeProvider time, ILogger<AlarmMeter> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        meters.Create(MeterName).CreateObservableGauge(
            "paymentcluster.alarms.open", Measure, "{alarm}", "Open alarms of all merchants, by kind");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                await CountAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    // Nothing is measured until the first count.
    private IEnumerable<Measurement<long>> Measure() => _open is { } open
        ? Kinds.Select(kind => new Measurement<long>(
            open.GetValueOrDefault(kind), new KeyValuePair<string, object?>("kind", PaymentNames.Of(kind))))
        : [];

    private async Task CountAsync(CancellationToken cancellation)
    {
        try
        {
            _open = await _store.CountAsync(cancellation);
        }
        catch (NpgsqlException exception)
        {
            // The last count is shown until the database responds again.
            LogNotCounted(exception);
        }
    }

    [LoggerMessage(LogEvents.AlarmsNotCounted, LogLevel.Warning, "The open alarms cannot be counted")]
    private partial void LogNotCounted(Exception exception);
}
