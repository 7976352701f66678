using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PaymentCluster.Grains.Archives;

/// <summary>Makes a directory's entries durable: .NET flushes files, and has no call for a directory.</summary>
internal static class DirectorySync
{
    // O_RDONLY of Linux.
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The file system does not do it.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var handle = Open(directory, ReadOnly);
        if (handle.IsInvalid || Synchronize(handle) != 0)
        {
            throw new IOException($"'{directory}' cannot be made durable: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(SafeFileHandle handle);
}
