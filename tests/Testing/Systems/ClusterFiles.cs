using PaymentCluster.Hosting.Clustering;

namespace PaymentCluster.Testing.Systems;

/// <summary>The certificates of a test's cluster, in a directory for each role.</summary>
public sealed class ClusterFiles
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly string _directory;

    private ClusterFiles(string directory) => _directory = directory;

    /// <summary>Makes them, by an authority of their own.</summary>
    public static ClusterFiles Make(string directory)
    {
        var files = new ClusterFiles(directory);
        files.Replace();
        return files;
    }

    /// <summary>The directory that a process with the role is told.</summary>
    public string DirectoryOf(ClusterRole role) => Path.Combine(_directory, $"{role}");

    /// <summary>Replaces them by those of another authority.</summary>
    public void Replace()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authority = CertificateAuthority.Create(now - Lifetime, now + Lifetime);
        foreach (var role in Enum.GetValues<ClusterRole>())
        {
            new CertificateFiles(DirectoryOf(role)).Write(authority.Issue(role, now - Lifetime, now + Lifetime));
        }
    }
}
