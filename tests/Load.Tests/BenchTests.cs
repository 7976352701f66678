using System.Diagnostics;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.Load.Tests;

/// <summary>The benchmark works, whatever its figures are.</summary>
public sealed class BenchTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task It_measures_and_keeps_the_result()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("paymentcluster-bench-").FullName, "result.json");
        try
        {
            var (code, output) = await RunAsync("--quick", "--out", file, "limit", "accept", "read");
            Assert.True(code == 0, $"The benchmark ended with {code}:\n{output}");

            using var result = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            Assert.Equal(
                "on",
                result.RootElement.GetProperty("settings").GetProperty("postgresql").GetProperty("fsync").GetString());
            var rows = result.RootElement.GetProperty("rows").EnumerateArray().ToList();
            Assert.Equal(
                ["accept", "limit", "read"],
                rows.Select(row => row.GetProperty("scenario").GetString()).Distinct().Order(StringComparer.Ordinal));
            Assert.All(rows, row => Assert.True(row.GetProperty("per_second").GetDouble() > 0, row.ToString()));
            Assert.All(rows, row => Assert.Equal(0, row.GetProperty("failed").GetInt64()));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task It_says_what_it_does_not_understand()
    {
        var (code, output) = await RunAsync("acept");
        Assert.Equal(2, code);
        Assert.Contains("acept", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        // bin/<configuration>/net10.0 of this project; the benchmark was built in the same configuration.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var program = Path.Combine(root, "bench", "bin", output.Parent.Name, output.Name, "PaymentCluster.Bench.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PAYMENTCLUSTER_BENCH_DB"] = TestDatabase.Server;
        using var process = Process.Start(start)!;
        try
        {
            var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(Timeout);
            return (process.ExitCode, string.Concat(await texts));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
