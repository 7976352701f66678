using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace PaymentCluster.Hosting.Startup;

/// <summary>
/// Keeps the memory of a process out of files. While payments are made it holds card numbers and security codes, and a
/// security code must not be stored once a payment is authorised (PCI DSS 3.3.1): a core dump would store it.
/// </summary>
public static class CoreDumps
{
    private const int CoreSizeResource = 4;
    private const int SetDumpableOption = 4;

    // The runtime reads either, and writes the dump itself, whatever the limit of core files is.
    private static readonly string[] RuntimeDumps = ["DOTNET_DbgEnableMiniDump", "COMPlus_DbgEnableMiniDump"];

    /// <summary>
    /// On Linux, disables core dumps of this process. Outside Development, which is for test cards alone, it also
    /// refuses to start where the runtime is set to write a dump. docs/operating.md says how to make one on purpose.
    /// </summary>
    /// <exception cref="StartupException">The runtime would write dumps, or core dumps cannot be disabled.</exception>
    public static IHostApplicationBuilder DisableCoreDumps(this IHostApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment() && RuntimeDumps.FirstOrDefault(IsSet) is { } variable)
        {
            throw new StartupException(
                $"{variable} makes the runtime write the process's memory, with card numbers in it, to a file when it "
                + "crashes. Unset it, or use test cards and the environment Development.");
        }

        if (OperatingSystem.IsLinux())
        {
            DisableCoreFiles(builder.Environment.IsDevelopment());
        }

        return builder;
    }

    private static bool IsSet(string variable) =>
        Environment.GetEnvironmentVariable(variable) is not (null or "" or "0");

    private static void DisableCoreFiles(bool isDevelopment)
    {
        var none = default(Limit);
        if (SetLimit(CoreSizeResource, in none) != 0)
        {
            throw Failed("limit of core files");
        }

        // The limit applies to files. Where the kernel pipes dumps to a program (a "|" in core_pattern), only this
        // prevents it. It also keeps other processes of the same user from reading the memory, which a debugger must in
        // Development.
        if (!isDevelopment && SetProcess(SetDumpableOption, 0, 0, 0, 0) != 0)
        {
            throw Failed("right to make core files");
        }
    }

    private static StartupException Failed(string what) =>
        new($"The {what} of this process cannot be removed: {Marshal.GetLastPInvokeErrorMessage()}.");

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetProcess(int option, nuint value, nuint none3, nuint none4, nuint none5);

    // Wide enough for every C library; all of it is zero.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit
    {
        private readonly ulong _soft;
        private readonly ulong _hard;
    }
}
