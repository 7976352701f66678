using System.Globalization;

namespace PaymentCluster.Bench.Processes;

/// <summary>The processor time that processes have used, as the kernel counts it.</summary>
internal static class ProcessTimes
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Of one process, in seconds; 0 if there is none.</summary>
    public static double Of(int process) => Read(process) is { } stat ? (stat.User + stat.System) / TicksPerSecond : 0;

    /// <summary>Of a process and all that it started, those that have ended included, in seconds.</summary>
    public static double OfFamily(int parent)
    {
        if (parent <= 1)
        {
            // Not on this machine.
            return 0;
        }

        var own = Read(parent);
        var ticks = own is null ? 0 : own.User + own.System + own.EndedChildren;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } child && child.Parent == parent)
            {
                ticks += child.User + child.System + child.EndedChildren;
            }
        }

        return ticks / TicksPerSecond;
    }

    /// <summary>Who started a process.</summary>
    public static int ParentOf(int process) => Read(process)?.Parent ?? 0;

    // proc(5). The second field, the name, is in parentheses and may hold anything; the third is the state.
    private static Stat? Read(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                long.Parse(fields[11], CultureInfo.InvariantCulture),
                long.Parse(fields[12], CultureInfo.InvariantCulture),
                long.Parse(fields[13], CultureInfo.InvariantCulture)
                    + long.Parse(fields[14], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or may not be read.
            return null;
        }
    }

    private sealed record Stat(int Parent, long User, long System, long EndedChildren);
}
