using System.Diagnostics;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Cluster.Tests;

/// <summary>The build of the commit that <c>tests/upgrade-from</c> names, in a folder of its own: what a cluster is
/// upgraded from, and returns to.</summary>
internal sealed class EarlierBuild : IDisposable
{
    private static readonly string[] Projects = ["Silo", "Gateway.Api"];

    private readonly string _folder = Directory.CreateTempSubdirectory("paymentcluster-upgrade-").FullName;

    private EarlierBuild()
    {
    }

    /// <summary>How its processes are started.</summary>
    public HostStart Start => new() { Checkout = _folder };

    /// <summary>Checks the commit out of this checkout's own history, and builds it.</summary>
    public static async Task<EarlierBuild> MakeAsync()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var commit = (await File.ReadAllTextAsync(Path.Combine(root, "tests", "upgrade-from"))).Trim();
        var build = new EarlierBuild();
        try
        {
            await RunAsync(
                $"This clone lacks {commit}, the commit of tests/upgrade-from: fetch the whole history "
                    + "(git fetch --unshallow)",
                "git", "-C", root, "cat-file", "-e", $"{commit}^{{commit}}");
            await RunAsync(
                $"{commit} cannot be copied",
                "/bin/sh", "-c", "git -C \"$0\" archive \"$1\" | tar -x -C \"$2\"", root, commit, build._folder);
            foreach (var project in Projects)
            {
                // As ./test builds, but what is released is not judged again.
                await RunAsync(
                    $"{project} of {commit} cannot be built",
                    "dotnet", "build", Path.Combine(build._folder, project), "-c", output.Parent.Name, "-v", "q",
                    "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false");
            }

            return build;
        }
        catch
        {
            build.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task RunAsync(string failure, string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var texts = await Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{failure}:\n{string.Join('\n', texts)}");
    }
}
