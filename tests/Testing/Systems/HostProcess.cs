using System.Collections.Concurrent;
using System.Diagnostics;

namespace PaymentCluster.Testing.Systems;

/// <summary>One process of the system, as an operator starts it: the built program, its settings in the
/// environment.</summary>
public sealed class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly int _keptLines;

    private HostProcess(Process process, int keptLines)
    {
        (_process, _keptLines) = (process, keptLines);
        process.OutputDataReceived += (_, line) => Keep(_lines, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output => string.Join('\n', _lines);

    public string Errors => string.Join('\n', _errors);

    public static HostProcess Start(
        string project, IReadOnlyDictionary<string, string> settings, HostStart? how = null)
    {
        how ??= new HostStart();
        // bin/<configuration>/net10.0 of this project; the others were built in the same configuration.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var program = Path.Combine(
            how.Checkout ?? root, project, "bin", output.Parent.Name, output.Name, $"PaymentCluster.{project}.dll");
        var start = new ProcessStartInfo(how.MayDumpCore ? "/bin/sh" : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = how.Folder ?? root,
        };
        // The shell becomes the program: the process that is started is the one that is measured and killed.
        foreach (var argument in how.MayDumpCore
            ? ["-c", "ulimit -c unlimited; exec dotnet \"$0\" \"$@\"", program, .. how.Arguments]
            : (string[])[program, .. how.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        // Two processes for one test need no heap per core.
        start.Environment["DOTNET_gcServer"] = "0";
        return new HostProcess(new Process { StartInfo = start }, how.KeptLines);
    }

    /// <summary>Ends it as a power cut would: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Freezes it, as a machine does that is paused or swaps: the process does not notice.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Ends it as a bug in native code does: by a signal that makes a core file of a process that may have
    /// one.</summary>
    /// <param name="signal"><c>SEGV</c> or <c>ABRT</c>.</param>
    public async Task CrashAsync(string signal)
    {
        // The runtime takes the first for one of managed code, finds none, and gives the signal back to the system.
        while (!_process.HasExited)
        {
            using var kill = Process.Start(
                "/bin/sh", ["-c", "kill -s \"$0\" \"$1\" 2> /dev/null", signal, $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }
    }

    /// <summary>Signals it to stop, as an operator or a container's runtime does.</summary>
    public Task SignalStopAsync() => SignalAsync("TERM");

    /// <summary>Waits for its own end, and returns its exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The process did not end within {timeout}. It said:\n{Output}\n{Errors}");
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        // The shell's own kill: not every machine has one of its own.
        using var kill = Process.Start("/bin/sh", ["-c", "kill -s \"$0\" \"$1\"", signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        while (lines.Count > _keptLines)
        {
            lines.TryDequeue(out _);
        }
    }
}

/// <summary>How a process is started, where it matters.</summary>
public sealed record HostStart
{
    /// <summary>How many of the last lines of each output are kept.</summary>
    public int KeptLines { get; init; } = 500;

    /// <summary>The checkout whose build it is; null: this one's.</summary>
    public string? Checkout { get; init; }

    /// <summary>Its command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Its working folder; null: the checkout.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether its parent allows core files of any size.</summary>
    public bool MayDumpCore { get; init; }
}
