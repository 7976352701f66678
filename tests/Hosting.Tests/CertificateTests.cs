using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Hosting.Tests;

/// <summary>The certificates of a cluster's processes: which count in which role, and how they are replaced.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset Yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);
    private static readonly DateTimeOffset Tomorrow = Yesterday.AddDays(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("paymentcluster-certificates-").FullName;
    private readonly FakeTimeProvider _time = new();

    private CertificateFiles Files => new(_directory);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(ClusterRole.Silo)]
    [InlineData(ClusterRole.Gateway)]
    public void A_certificate_counts_in_its_own_role_alone(ClusterRole role)
    {
        var certificate = Issue(role);

        Assert.All(
            Enum.GetValues<ClusterRole>(),
            other => Assert.Equal(other == role, certificate.FaultAs(other) is null));
    }

    [Fact]
    public void An_expired_certificate_does_not_count()
    {
        using var authority = CertificateAuthority.Create(Yesterday.AddDays(-9), Tomorrow);
        var expired = authority.Issue(ClusterRole.Silo, Yesterday.AddDays(-9), Yesterday);

        Assert.Contains("NotTimeValid", expired.FaultAs(ClusterRole.Silo), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_authority_does_not_count()
    {
        var stranger = new CertificateSet(Issue(ClusterRole.Silo).Own, Issue(ClusterRole.Silo).Authorities);

        Assert.NotNull(stranger.FaultAs(ClusterRole.Silo));
    }

    [Fact]
    public void While_an_authority_is_replaced_both_count()
    {
        var (before, after) = (Issue(ClusterRole.Silo), Issue(ClusterRole.Silo));
        var both = new CertificateSet(before.Own, [.. before.Authorities, .. after.Authorities]);
        Files.Write(both);

        var read = Files.ReadUnlessSeen("", out var _)!;

        Assert.Equal(2, read.Authorities.Count);
        Assert.Null(read.FaultAs(ClusterRole.Silo));
        Assert.Null(new CertificateSet(after.Own, read.Authorities).FaultAs(ClusterRole.Silo));
    }

    [Fact]
    public void Only_its_owner_reads_a_key()
    {
        Files.Write(Issue(ClusterRole.Silo));

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, "tls.key")));
    }

    [Fact]
    public void Files_that_are_replaced_count_from_the_next_connection_on()
    {
        Files.Write(Issue(ClusterRole.Gateway));
        var certificates = Read(ClusterRole.Gateway);
        var first = certificates.Current.Own.SerialNumber;

        var next = Issue(ClusterRole.Gateway);
        Files.Write(next);
        Assert.Equal(first, certificates.Current.Own.SerialNumber);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(next.Own.SerialNumber, certificates.Current.Own.SerialNumber);
    }

    [Theory]
    [InlineData("tls.crt")]
    [InlineData("tls.key")]
    [InlineData("ca.crt")]
    public void Files_that_cannot_be_used_do_not_count(string file)
    {
        Files.Write(Issue(ClusterRole.Gateway));
        var certificates = Read(ClusterRole.Gateway);
        var first = certificates.Current.Own.SerialNumber;

        File.WriteAllText(Path.Combine(_directory, file), "-----BEGIN CERTIFICATE-----");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first, certificates.Current.Own.SerialNumber);
        Files.Write(Issue(ClusterRole.Silo));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(first, certificates.Current.Own.SerialNumber);
    }

    [Fact]
    public void A_process_does_not_start_with_the_certificate_of_another_role()
    {
        Files.Write(Issue(ClusterRole.Gateway));

        var refusal = Assert.Throws<StartupException>(() => Read(ClusterRole.Silo));
        Assert.Contains("silo.paymentcluster", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_does_not_start_with_the_key_of_another_certificate()
    {
        Files.Write(Issue(ClusterRole.Silo));
        var certificate = File.ReadAllText(Path.Combine(_directory, "tls.crt"));
        Files.Write(Issue(ClusterRole.Silo));
        File.WriteAllText(Path.Combine(_directory, "tls.crt"), certificate);

        Assert.Throws<StartupException>(() => Read(ClusterRole.Silo));
    }

    private static CertificateSet Issue(ClusterRole role)
    {
        using var authority = CertificateAuthority.Create(Yesterday, Tomorrow);
        return authority.Issue(role, Yesterday, Tomorrow);
    }

    private ClusterCertificates Read(ClusterRole role) =>
        ClusterCertificates.Read(Files, role, _time)(NullLogger<ClusterCertificates>.Instance);
}
