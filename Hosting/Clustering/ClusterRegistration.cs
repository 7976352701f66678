using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Hosting.Clustering;

/// <summary>Registers the certificates of a process: section <c>Cluster</c>.</summary>
public static class ClusterRegistration
{
    /// <summary>The setting with the directory of the process's certificate.</summary>
    public const string Certificates = "Cluster:Certificates";

    private const string ClearText = "Cluster:ClearText";

    // Clocks of machines differ.
    private static readonly TimeSpan Skew = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongEnough = TimeSpan.FromDays(3650);

    /// <summary>Adds the certificate of a process of a cluster.</summary>
    /// <returns>Whether its connections are encrypted. They are not where the environment is Development and
    /// <c>Cluster:ClearText</c> is true.</returns>
    /// <exception cref="StartupException">There is no certificate, or it cannot be used.</exception>
    public static bool AddClusterCertificates(this IHostApplicationBuilder builder, ClusterRole role)
    {
        if (builder.Configuration[Certificates] is { Length: > 0 } directory)
        {
            var read = ClusterCertificates.Read(new CertificateFiles(directory), role, TimeProvider.System);
            builder.Services.AddSingleton(
                provider => read(provider.GetRequiredService<ILogger<ClusterCertificates>>()));
            return true;
        }

        var isClear = string.Equals(builder.Configuration[ClearText], "true", StringComparison.OrdinalIgnoreCase);
        if (isClear && builder.Environment.IsDevelopment())
        {
            return false;
        }

        throw new StartupException(
            $"{Certificates} is missing: the directory with the {role.ToString().ToLowerInvariant()}'s tls.crt and "
                + "tls.key and the cluster's ca.crt, without which it does not connect to other processes "
                + "('Silo certificates DIRECTORY' makes them; in the environment Development, "
                + $"{ClearText}=true does without).");
    }

    /// <summary>Adds a certificate for a silo that is alone in its process: the authority's key is gone when this
    /// returns, so that no other process can connect to it.</summary>
    public static void AddOwnCertificate(this IServiceCollection services) => services.AddSingleton(provider =>
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authority = CertificateAuthority.Create(now - Skew, now + LongEnough);
        return new ClusterCertificates(
            authority.Issue(ClusterRole.Silo, now - Skew, now + LongEnough),
            provider.GetRequiredService<ILogger<ClusterCertificates>>());
    });
}
