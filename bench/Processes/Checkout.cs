using System.Diagnostics;

namespace PaymentCluster.Bench.Processes;

/// <summary>Where things are in this checkout.</summary>
internal static class Checkout
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Logs of what is started.</summary>
    public static string Logs { get; } = Directory.CreateDirectory(Path.Combine(Root, ".local", "logs")).FullName;

    /// <summary>This program.</summary>
    public static string Self { get; } = typeof(Checkout).Assembly.Location;

    /// <summary>A program of this checkout, in the configuration in which this one was built.</summary>
    public static string Program(string project)
    {
        // bin/<configuration>/<framework>
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, project, "bin", output.Parent!.Name, output.Name, $"PaymentCluster.{project}.dll");
    }

    /// <summary>The commit that is checked out, and whether files differ from it.</summary>
    public static string Commit()
    {
        try
        {
            var changes = Git("status", "--porcelain", "--", ".", ":!bench/results");
            return $"{Git("rev-parse", "--short=10", "HEAD")}{(changes.Length > 0 ? " and changes" : "")}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown: there is no git here";
        }
    }

    private static string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Root,
        };
        using var git = Process.Start(start)!;
        return git.StandardOutput.ReadToEnd().Trim();
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PaymentCluster.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The benchmark does not run inside a checkout.");
    }
}
