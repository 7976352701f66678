using System.Collections.Concurrent;
using System.Net;
using System.Text;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Traces_and_metrics_go_to_the_collector_that_is_named()
    {
        using var collector = new Collector();
        await using var system = await RunningSystem.PrepareAsync();
        system.Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        system.Settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        system.Settings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        system.Settings["OTEL_BSP_SCHEDULE_DELAY"] = "500";
        await system.StartSimulatorsAsync();

        await system.StartServerAsync();

        await Eventually.HoldsAsync(
            () =>
                collector.Has("/v1/traces", "Microsoft.AspNetCore") && collector.Has(
                    "/v1/metrics", "PaymentCluster.Journal"),
            "traces and metrics arrive");
    }

    /// <summary>Takes whatever is sent over OTLP, and looks for names in it: protobuf keeps text as it is.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Path, string Body)> _received = new();

        public Collector()
        {
            Address = $"http://127.0.0.1:{RunningSystem.FreePort()}/";
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _ = Task.Run(ReceiveAsync);
        }

        public string Address { get; }

        public bool Has(string path, string name) =>
            _received.Any(request => request.Path == path && request.Body.Contains(name, StringComparison.Ordinal));

        public void Dispose() => _listener.Close();

        private async Task ReceiveAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
                    _received.Enqueue((context.Request.Url!.AbsolutePath, await reader.ReadToEndAsync()));
                    context.Response.Close();
                }
                catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }
            }
        }
    }
}
