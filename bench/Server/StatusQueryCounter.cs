using System.Diagnostics.Metrics;

namespace PaymentCluster.Bench.Server;

/// <summary>Counts the server's status queries, by its own metric.</summary>
internal sealed class StatusQueryCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _sent;
    private long _listed;
    private long _left;
    private long _pages;

    public StatusQueryCounter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name is "paymentcluster.status_queries" or "paymentcluster.payment_lists")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
    }

    public StatusQueryFigures Figures => new(
        Interlocked.Read(ref _sent),
        Interlocked.Read(ref _listed),
        Interlocked.Read(ref _left),
        Interlocked.Read(ref _pages));

    public void Dispose() => _listener.Dispose();

    private void Count(
        Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (var (name, result) in tags)
        {
            if (name == "result")
            {
                ref var count = ref _left;
                switch (result)
                {
                    case "sent":
                        count = ref _sent;
                        break;
                    case "listed":
                        count = ref _listed;
                        break;
                    case "read" or "failed":
                        count = ref _pages;
                        break;
                }

                Interlocked.Add(ref count, value);
            }
        }
    }
}

/// <summary>Status queries since the server's start.</summary>
/// <param name="Sent">Those that were sent.</param>
/// <param name="Listed">Those that a list of the provider's payments saved.</param>
/// <param name="Left">Those that were needless in the end, or left to their payments' schedules.</param>
/// <param name="Pages">The pages of lists that were requested.</param>
internal sealed record StatusQueryFigures(long Sent, long Listed, long Left, long Pages);
