using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Bench.Processes;

namespace PaymentCluster.Bench.Reports;

/// <summary>A run's result with all that it depends on, as JSON.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Writes the file; returns its path.</summary>
    public static async Task<string> WriteAsync(BenchOptions options, IReadOnlyList<Row> rows, DateTimeOffset now)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Checkout.Root, "bench", "results")).FullName;
        var file = options.Output ?? Path.Combine(
            folder, now.ToString("yyyy-MM-dd'T'HHmm", CultureInfo.InvariantCulture) + ".json");
        var result = new
        {
            At = now,
            Commit = Checkout.Commit(),
            Machine = await MachineAsync(),
            Settings = new
            {
                options.Scenarios,
                options.Seconds,
                options.Connections,
                options.Stored,
                options.Quick,
                Postgresql = await BenchDatabase.SettingsAsync(),
            },
            Rows = rows,
        };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(result, Json) + "\n");
        return file;
    }

    private static async Task<object> MachineAsync() => new
    {
        Processors = Environment.ProcessorCount,
        Model = Line(await File.ReadAllLinesAsync("/proc/cpuinfo"), "model name"),
        Memory = Line(await File.ReadAllLinesAsync("/proc/meminfo"), "MemTotal"),
        System = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        LoadAtStart = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0],
    };

    private static string Line(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim()
        ?? "unknown";
}
