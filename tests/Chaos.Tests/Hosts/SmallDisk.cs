using System.Diagnostics;
using System.Security.Cryptography;

namespace PaymentCluster.Chaos.Tests.Hosts;

/// <summary>A small file system of its own, in a file that is mounted, so that it can be full. Only root may mount
/// one.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _image;
    private readonly string _ballast;

    private SmallDisk(string image, string folder)
    {
        (_image, Folder) = (image, folder);
        _ballast = Path.Combine(folder, "ballast");
    }

    public string Folder { get; }

    /// <summary>A new one; null where there may be none.</summary>
    public static async Task<SmallDisk?> TryMountAsync(int megabytes)
    {
        if (Environment.UserName != "root")
        {
            return null;
        }

        var name = Path.Combine(
            Path.GetTempPath(), $"paymentcluster-disk-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        var disk = new SmallDisk($"{name}.img", name);
        await using (var image = File.Create(disk._image))
        {
            image.SetLength(megabytes * 1024L * 1024);
        }

        Directory.CreateDirectory(name);
        if (await RunAsync("mkfs.ext4", "-q", "-m", "0", disk._image)
            && await RunAsync("mount", "-o", "loop", disk._image, name))
        {
            return disk;
        }

        Directory.Delete(name);
        File.Delete(disk._image);
        return null;
    }

    /// <summary>Takes all the space that is left.</summary>
    public void Fill()
    {
        using var ballast = File.Open(_ballast, FileMode.Create);
        foreach (var chunk in (int[])[1 << 20, 1 << 12])
        {
            try
            {
                while (true)
                {
                    ballast.Write(new byte[chunk]);
                }
            }
            catch (IOException)
            {
                // Full, to within the chunk.
            }
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Free() => File.Delete(_ballast);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Folder);
        Directory.Delete(Folder);
        File.Delete(_image);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]));
        await process!.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
