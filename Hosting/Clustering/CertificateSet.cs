using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PaymentCluster.Hosting.Clustering;

/// <summary>The certificate of one process, its private key, and the authorities of its cluster.</summary>
/// <param name="own">The process's certificate with its private key.</param>
/// <param name="authorities">The authorities whose certificates count, and no others: the machine's own trust store is
/// not consulted.</param>
public sealed class CertificateSet(X509Certificate2 own, X509Certificate2Collection authorities)
{
    private static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>The process's certificate with its private key.</summary>
    public X509Certificate2 Own => own;

    /// <summary>The authorities whose certificates count.</summary>
    public X509Certificate2Collection Authorities => authorities;

    /// <summary>Reads a certificate, its key and the authorities from PEM.</summary>
    /// <exception cref="CryptographicException">One of them is malformed, or the key is another
    /// certificate's.</exception>
    public static CertificateSet FromPem(string certificate, string key, string authorities)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(authorities);
        return new CertificateSet(X509Certificate2.CreateFromPem(certificate, key), trusted);
    }

    /// <summary>Whether a certificate says that its process has a role.</summary>
    public static bool HasRole(X509Certificate2 certificate, ClusterRole role) =>
        certificate.MatchesHostname(role.DnsName(), allowWildcards: false, allowCommonName: false);

    /// <summary>How the certificate of a process that accepts connections is verified.</summary>
    public X509ChainPolicy ServerPolicy() => PolicyFor(ServerUsage);

    /// <summary>How the certificate of a process that connects is verified.</summary>
    public X509ChainPolicy ClientPolicy() => PolicyFor(ClientUsage);

    /// <summary>Why others would refuse this certificate in a role, in half a sentence; null if they accept
    /// it.</summary>
    public string? FaultAs(ClusterRole role)
    {
        if (!own.HasPrivateKey)
        {
            return "has no private key";
        }

        if (!HasRole(own, role))
        {
            return $"is not for a {role.ToString().ToLowerInvariant()}: the DNS name {role.DnsName()} is missing";
        }

        // Silos connect to each other.
        return FaultOf(ClientPolicy()) ?? (role == ClusterRole.Silo ? FaultOf(ServerPolicy()) : null);
    }

    private string? FaultOf(X509ChainPolicy policy)
    {
        using var chain = new X509Chain { ChainPolicy = policy };
        return chain.Build(own)
            ? null
            : $"is not valid: {string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct())}";
    }

    private X509ChainPolicy PolicyFor(Oid usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // A cluster's own authority publishes no list of revocations: a certificate lives for a short time instead.
            RevocationMode = X509RevocationMode.NoCheck,
            // A certificate may name an address that its issuer's is at: none is requested for a stranger.
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(usage);
        return policy;
    }
}
