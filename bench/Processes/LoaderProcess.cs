using System.Diagnostics;
using System.Text.Json;
using PaymentCluster.Bench.Load;

namespace PaymentCluster.Bench.Processes;

/// <summary>A loader under way.</summary>
internal static class LoaderProcess
{
    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="sample">Called when the seconds that count begin, with the loader's process id, and when they are
    /// over.</param>
    public static async Task<LoadResult> RunAsync(LoadPlan plan, Func<int, Task> sample)
    {
        var start = HostProcess.StartInfo(Checkout.Self, "load");
        start.RedirectStandardError = false;
        // One heap, and responses handled where the kernel reports them: the loader's own cost must stay small.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(plan));
        process.StandardInput.Close();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line is Loader.Began or Loader.Ended)
            {
                await sample(process.Id);
                continue;
            }

            await process.WaitForExitAsync();
            return JsonSerializer.Deserialize<LoadResult>(line)!;
        }

        throw new InvalidOperationException("The loader ended without a result.");
    }
}
