using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Silo;

/// <summary>
/// The command <c>certificates DIRECTORY</c>: it makes an authority, whose key is in memory alone, and the certificates
/// of a cluster's silos and gateways, in the folders <c>silo</c> and <c>gateway</c>. Certificates that are there and
/// are valid for another month stay as they are.
/// </summary>
internal static class CertificatesCommand
{
    private const string Command = "certificates";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    // Clocks of machines differ.
    private static readonly TimeSpan Skew = TimeSpan.FromHours(1);

    /// <summary>Runs the command of a command line; false if it has another one or none.</summary>
    /// <exception cref="StartupException">The directory is missing from the command line, or cannot be
    /// written.</exception>
    public static bool Run(string[] args)
    {
        if (args is not [Command, .. var rest])
        {
            return false;
        }

        if (rest is not [{ Length: > 0 } directory])
        {
            throw new StartupException($"'{Command}' needs a directory to put the certificates into.");
        }

        try
        {
            Console.WriteLine(Make(directory, TimeProvider.System.GetUtcNow()));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The certificates cannot be written: {failure.Message}", failure);
        }
    }

    private static string Make(string directory, DateTimeOffset now)
    {
        var roles = Enum.GetValues<ClusterRole>();
        if (roles.All(role => IsValidUntil(FilesOf(directory, role), role, now + RenewBefore)))
        {
            return $"The certificates in {directory} stay as they are.";
        }

        var until = now + Lifetime;
        using var authority = CertificateAuthority.Create(now - Skew, until);
        foreach (var role in roles)
        {
            FilesOf(directory, role).Write(authority.Issue(role, now - Skew, until));
        }

        return $"Certificates of a new authority are in {directory}, valid until {until:yyyy-MM-dd}.";
    }

    private static CertificateFiles FilesOf(string directory, ClusterRole role) =>
        new(Path.Combine(directory, role.ToString().ToLowerInvariant()));

    private static bool IsValidUntil(CertificateFiles files, ClusterRole role, DateTimeOffset time)
    {
        try
        {
            return files.ReadUnlessSeen("", out var _) is { } set
                && set.FaultAs(role) is null
                && set.Own.NotAfter > time.LocalDateTime;
        }
        catch (StartupException)
        {
            // Missing or damaged: they are made again.
            return false;
        }
    }
}
