using System.Diagnostics.Metrics;

namespace PaymentCluster.Bench.Server;

/// <summary>Counts the server's status queries, by its own metric.</summary>
internal sealed class StatusQueryCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _sent;
    private long _left;

    public StatusQueryCounter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "paymentcluster.status_queries")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
    }

    public StatusQueryFigures Figures => new(Interlocked.Read(ref _sent), Interlocked.Read(ref _left));

    public void Dispose() => _listener.Dispose();

    private void Count(
        Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (var (name, result) in tags)
        {
            if (name == "result")
            {
                Interlocked.Add(ref result is "sent" ? ref _sent : ref _left, value);
            }
        }
    }
}

/// <summary>Status queries since the server's start.</summary>
/// <param name="Sent">Those that were sent.</param>
/// <param name="Left">Those that were needless in the end, or left to their payments' schedules.</param>
internal sealed record StatusQueryFigures(long Sent, long Left);
