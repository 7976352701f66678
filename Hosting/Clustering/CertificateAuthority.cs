using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PaymentCluster.Hosting.Clustering;

/// <summary>An authority for the certificates of one cluster. Its key is in memory alone: what it did not issue before
/// it is disposed of, nothing can issue.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const int SerialBytes = 16;

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>A new authority.</summary>
    public static CertificateAuthority Create(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=PaymentCluster cluster authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new CertificateAuthority(request.CreateSelfSigned(notBefore, notAfter));
    }

    /// <summary>A certificate and key for a process.</summary>
    public CertificateSet Issue(ClusterRole role, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            $"CN=PaymentCluster {role.ToString().ToLowerInvariant()}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(role.DnsName());
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(UsagesOf(role), true));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        Span<byte> serial = stackalloc byte[SerialBytes];
        RandomNumberGenerator.Fill(serial);
        // A serial number is positive.
        serial[0] &= 0x7F;
        using var signed = request.Create(_certificate, notBefore, notAfter, serial);
        return new CertificateSet(
            signed.CopyWithPrivateKey(key), [X509CertificateLoader.LoadCertificate(_certificate.RawData)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    // Silos accept connections, and connect to each other; gateways only connect.
    private static OidCollection UsagesOf(ClusterRole role)
    {
        var client = new Oid("1.3.6.1.5.5.7.3.2");
        return role switch
        {
            ClusterRole.Silo => [new Oid("1.3.6.1.5.5.7.3.1"), client],
            ClusterRole.Gateway => [client],
        };
    }
}
