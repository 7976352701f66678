using System.Net;

namespace PaymentCluster.System.Tests;

/// <summary>Card numbers and security codes are in memory while payments are made.
/// Whatever a process dies of, its memory is nowhere on a disk afterwards.</summary>
public sealed class MemoryImageTests : IDisposable
{
    private const string CorePattern = "/proc/sys/kernel/core_pattern";

    // Where the runtime puts a dump by default.
    private const string RuntimeFolder = "/tmp";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("paymentcluster-memory-").FullName;

    [Theory]
    [InlineData("SEGV", 139)]
    [InlineData("ABRT", 134)]
    [InlineData("fail", 134)]
    public async Task A_server_that_dies_of_a_fault_leaves_no_image_of_its_memory(string death, int code)
    {
        await using var system = await RunningSystem.PrepareAsync();
        // What the test's own surroundings allow is as much as there is, so that only the server can forbid it.
        system.ServerStart = new HostStart { Folder = _folder, MayDumpCore = true };
        system.Settings["ASPNETCORE_ENVIRONMENT"] = "Production";
        await system.OpenAsync();
        using var shop = system.Shop();
        using var simulators = system.Simulators();
        await PayAsync(shop, "paid");
        await simulators.PutAsync("/_dials/razorpay", new { latency_ms = 5_000 });
        if (death == "fail")
        {
            await system.StopServerAsync();
            system.Settings["Faults__Points"] = "before_send=fail:1";
            await system.StartServerAsync();
        }

        var server = system.Server!;
        var limits = await File.ReadAllLinesAsync($"/proc/{server.Id}/limits");
        var before = Images(server.Id);

        await PayAsync(shop, "open");
        if (death != "fail")
        {
            await server.CrashAsync(death);
        }

        Assert.Equal(code, await server.ExitAsync(Timeout));
        Assert.Equal(before, Images(server.Id));
        // Also where the kernel has no room for a core file, or hands it to a program.
        Assert.Matches(
            "^Max core file size +0 +0 +bytes",
            limits.Single(line => line.StartsWith("Max core", StringComparison.Ordinal)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task PayAsync(ApiClient shop, string order)
    {
        var card = new
        {
            number = Canaries.Typed,
            expiry_month = 12,
            expiry_year = 2040,
            cvv = Canaries.Code[..3],
            name = "A Customer",
        };
        var response = await shop.SendAsync(
            HttpMethod.Post,
            "/api/v1/payments",
            new { order_id = order, amount = 100, currency = "INR", method = "card", card });
        // None where it dies of the payment.
        Assert.True(response is null or { Status: HttpStatusCode.Accepted }, response?.Text);
    }

    // Whatever may be an image of the process, in all places where the kernel or the runtime would put one.
    private string[] Images(int process) =>
    [
        .. Directory.GetFileSystemEntries(_folder),
        .. Directory.GetFileSystemEntries(RuntimeFolder, $"*core*{process}*"),
        .. PatternFolder() is { } folder ? Directory.GetFileSystemEntries(folder, "*core*") : [],
    ];

    // A pattern that is no absolute path is one seen from the server's folder, or a program.
    private static string? PatternFolder() =>
        File.ReadAllText(CorePattern).Trim() is ['/', ..] pattern
        && Path.GetDirectoryName(pattern) is { } folder && Directory.Exists(folder)
            ? folder
            : null;
}
