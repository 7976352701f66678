using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

/// <summary>One database per test class.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync() => Database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();

    internal Store Open(JournalOptions? options = null) => new(Database.AppConnectionString, options);
}

/// <summary>A silo's stores.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly Meters _meters = new();
    private readonly JournalMetrics _metrics;
    private readonly IOptions<JournalOptions> _options;

    public Store(string connectionString, JournalOptions? options = null, IPaymentArchive? archive = null)
    {
        _options = Options.Create(options ?? new JournalOptions());
        _metrics = new JournalMetrics(_meters);
        Database = new PaymentDatabase(connectionString);
        Reads = new MerchantReads(
            Database, Options.Create(new MerchantReadsOptions()), TimeProvider.System, _meters);
        Payments = new PaymentStore(
            Database, _options, _metrics, TimeProvider.System, NullLogger<PaymentStore>.Instance, archive);
        Inbox = new InboxStore(Database, _options, _metrics, TimeProvider.System, NullLogger<InboxStore>.Instance);
    }

    public PaymentDatabase Database { get; }

    public MerchantReads Reads { get; }

    public PaymentStore Payments { get; }

    public InboxStore Inbox { get; }

    /// <summary>Adds what this silo's instrument measures to a list, for as long as the listener lives.</summary>
    public MeterListener Observe(string instrument, List<int> values)
    {
        var listener = new MeterListener();
        listener.InstrumentPublished = (published, each) =>
        {
            if (published.Name == instrument && _meters.Made(published.Meter))
            {
                each.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => values.Add(value));
        listener.Start();
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await Payments.DisposeAsync();
        await Inbox.DisposeAsync();
        await Database.DisposeAsync();
        _meters.Dispose();
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _made.Add(meter);
            return meter;
        }

        public bool Made(Meter meter) => _made.Contains(meter);

        public void Dispose() => _made.ForEach(meter => meter.Dispose());
    }
}
