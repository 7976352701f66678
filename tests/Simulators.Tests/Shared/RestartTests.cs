using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Shared;

public sealed class RestartTests
{
    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync(receipt: "kept");
        var payment = await simulator.PayAsync(order, Shop.Card("4100280000001007"));
        var refund = await simulator.RefundAsync(payment.Id, """{"amount":5000}""", "restart-key-1");
        string[] paths =
        [
            $"/v1/orders/{order}", $"/v1/payments/{payment.Id}", $"/v1/refunds/{refund.Id}", "/v1/orders?receipt=kept",
            $"/v1/orders/{order}/payments", $"/v1/payments/{payment.Id}/refunds", "/_journal", "/_accounts/razorpay",
        ];
        async Task<string> SnapshotAsync()
        {
            var all = new StringBuilder();
            foreach (var path in paths)
            {
                all.AppendLine((await simulator.GetAsync(path)).Text);
            }

            return all.ToString();
        }

        var before = await SnapshotAsync();
        await simulator.RestartAsync();

        Assert.Equal(before, await SnapshotAsync());
        Assert.Equal(refund.Id, (await simulator.RefundAsync(payment.Id, """{"amount":5000}""", "restart-key-1")).Id);
    }

    [Fact]
    public async Task What_was_waiting_goes_on_after_a_restart()
    {
        await using var simulator = await Simulator.StartAsync();
        var waiting = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent);
        var authorized = await simulator.BeginAsync(await simulator.OrderAsync(Shop.Manual), Shop.Netbanking);
        await simulator.CustomerAsync(authorized.PaymentId, "approve");
        await simulator.RestartAsync();

        simulator.Clock.Advance(Shop.CustomersDelay);
        Assert.Equal("captured", (await simulator.FetchAsync(waiting.PaymentId))["status"]);
        var refund = await simulator.RefundAsync(waiting.PaymentId);
        await simulator.RestartAsync();
        simulator.Clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(1));

        Assert.Equal("processed", (await simulator.GetAsync($"/v1/refunds/{refund.Id}"))["status"]);
        Assert.Equal("refunded", (await simulator.FetchAsync(authorized.PaymentId))["status"]);
    }

    [Fact]
    public async Task A_torn_last_line_is_cut_off()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();
        await simulator.StopAsync();
        await File.AppendAllTextAsync(
            Path.Combine(simulator.Directory, "razorpay.ndjson"), """[{"order":{"id":"order_TORN""");

        await simulator.RestartAsync();
        var next = await simulator.OrderAsync();
        await simulator.RestartAsync();

        Assert.Equal(order, (await simulator.GetAsync($"/v1/orders/{order}")).Id);
        Assert.Equal(next, (await simulator.GetAsync($"/v1/orders/{next}")).Id);
        Assert.Equal(2, (await simulator.GetAsync("/v1/orders")).Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task What_was_acknowledged_survives_the_kill_of_the_process()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"simulators-killed-{Environment.ProcessId}");
        try
        {
            using var http = new HttpClient();
            http.DefaultRequestHeaders.Authorization =
                Simulator.BasicAuth("rzp_test_demo0000000000", "demoKeySecretOfSimulator");
            var orders = new List<string>();
            using (var killed = await HostProcess.StartAsync(directory))
            {
                await Parallel.ForAsync(0, 200, async (n, stop) =>
                {
                    using var body = new StringContent(
                        $$"""{"amount":{{1000 + n}},"currency":"INR"}""", Encoding.UTF8, "application/json");
                    using var response = await http.PostAsync(new Uri(killed.Address, "/v1/orders"), body, stop);
                    using var order = JsonDocument.Parse(await response.Content.ReadAsStringAsync(stop));
                    lock (orders)
                    {
                        orders.Add(order.RootElement.GetProperty("id").GetString()!);
                    }
                });
            }

            using var next = await HostProcess.StartAsync(directory);
            foreach (var order in orders)
            {
                using var response = await http.GetAsync(new Uri(next.Address, $"/v1/orders/{order}"));
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Two_processes_cannot_share_a_directory()
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Throws<IOException>(
            () => Journal.JournalFile.Open(Path.Combine(simulator.Directory, "razorpay.ndjson"), _ => { }));
    }

    /// <summary>The host as a process of its own, killed without warning when disposed of.</summary>
    private sealed class HostProcess(Process process, Uri address) : IDisposable
    {
        public Uri Address => address;

        public static async Task<HostProcess> StartAsync(string directory)
        {
            var process = Process.Start(new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "PaymentCluster.Simulators.dll"),
                "--urls", "http://127.0.0.1:0",
                "--Simulators:DataDirectory", directory,
                "--Logging:LogLevel:Microsoft.Hosting.Lifetime", "Information",
            ])
            { RedirectStandardOutput = true, UseShellExecute = false })!;
            const string Listening = "Now listening on: ";
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.Contains(Listening, StringComparison.Ordinal))
                {
                    return new HostProcess(
                        process,
                        new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]));
                }
            }

            throw new InvalidOperationException("The host did not say where it listens.");
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
