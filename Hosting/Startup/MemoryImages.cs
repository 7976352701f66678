using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace PaymentCluster.Hosting.Startup;

/// <summary>
/// Keeps the memory of a process out of files. While payments are made, card numbers and security codes are in it, and a
/// security code may be kept nowhere once a payment is authorised (PCI DSS 3.3.1): an image on a disk keeps it.
/// </summary>
public static class MemoryImages
{
    private const int CoreSizeResource = 4;
    private const int SetDumpableOption = 4;

    // The runtime reads either, and makes the image by itself, whatever the limit of core files is.
    private static readonly string[] RuntimeDumps = ["DOTNET_DbgEnableMiniDump", "COMPlus_DbgEnableMiniDump"];

    /// <summary>
    /// Has the system make no image of this process when it dies, on Linux; and outside Development, where cards are none,
    /// refuses to run where the runtime was told to make one. docs/operating.md says how one is got on purpose.
    /// </summary>
    /// <exception cref="StartupException">The runtime would make images, or the system cannot be kept from it.</exception>
    public static IHostApplicationBuilder ForbidMemoryImages(this IHostApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment()
            && RuntimeDumps.FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is not (null or "" or "0")) is { } asked)
        {
            throw new StartupException(
                $"{asked} has the runtime write the process's memory, with card numbers in it, to a file when it crashes: unset it, or use test cards and the environment Development.");
        }

        if (OperatingSystem.IsLinux())
        {
            ForbidCoreFiles(builder.Environment.IsDevelopment());
        }

        return builder;
    }

    private static void ForbidCoreFiles(bool isDevelopment)
    {
        var none = default(Limit);
        if (SetLimit(CoreSizeResource, in none) != 0)
        {
            throw Failed("limit of core files");
        }

        // The limit binds files. Where the kernel hands images to a program (a "|" in core_pattern), only this keeps it from
        // it; and no other process of the same user can look into the memory, which in Development a debugger must.
        if (!isDevelopment && SetProcess(SetDumpableOption, 0, 0, 0, 0) != 0)
        {
            throw Failed("right to make core files");
        }
    }

    private static StartupException Failed(string what) =>
        new($"The {what} of this process cannot be taken away: {Marshal.GetLastPInvokeErrorMessage()}.");

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
