using System.Diagnostics;

namespace PaymentCluster.Bench.Processes;

/// <summary>One process of the system, built and started as an operator does it; its output goes to a file.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly StreamWriter _log;

    private HostProcess(Process process, string log)
    {
        _process = process;
        _log = new StreamWriter(log) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Log = log;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The file with its output.</summary>
    public string Log { get; }

    /// <summary>Starts a built program of this checkout.</summary>
    /// <param name="name">What the log is called.</param>
    /// <param name="program">The assembly.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="settings">The environment, added to our own.</param>
    public static HostProcess Start(
        string name, string program, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = StartInfo(program, arguments);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        return new HostProcess(new Process { StartInfo = start }, Path.Combine(Checkout.Logs, $"bench-{name}.log"));
    }

    public static ProcessStartInfo StartInfo(string program, params IEnumerable<string> arguments) => new(
        "dotnet", [program, .. arguments])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = Checkout.Root,
    };

    /// <summary>Signals it to stop as an operator does; kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("/bin/sh", ["-c", "kill -s TERM \"$0\"", $"{_process.Id}"]))
            {
                await kill.WaitForExitAsync();
            }

            using var limit = new CancellationTokenSource(Timeout);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_log)
            {
                _log.WriteLine(line);
            }
        }
    }
}
