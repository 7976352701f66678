using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The key that notifications are signed with, and its certificate; made when first needed, and kept beside
/// the journal.</summary>
internal sealed class AmazonPayCertificate(SimulatorsOptions host) : IDisposable
{
    /// <summary>Where the certificate is, under the simulator's address.</summary>
    public const string Path = "/amazonpay/SimpleNotificationService.pem";

    private readonly Lazy<X509Certificate2> _certificate = new(() => LoadOrMake(host.DataDirectory));

    /// <summary>The certificate without its key.</summary>
    public string Pem => _certificate.Value.ExportCertificatePem() + "\n";

    /// <summary>The SNS signature of a text, in base64: PKCS #1 v1.5 with SHA-1 in version 1, SHA-256 in
    /// version 2.</summary>
    public string Sign(string text, int version)
    {
        using var key = _certificate.Value.GetRSAPrivateKey()!;
        var digest = version == 1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
        return Convert.ToBase64String(
            key.SignData(Encoding.UTF8.GetBytes(text), digest, RSASignaturePadding.Pkcs1));
    }

    public void Dispose()
    {
        if (_certificate.IsValueCreated)
        {
            _certificate.Value.Dispose();
        }
    }

    private static X509Certificate2 LoadOrMake(string directory)
    {
        var file = System.IO.Path.Combine(directory, "amazonpay.sns.pem");
        if (!File.Exists(file))
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest(
                "CN=sns.simulator.local", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var made = request.CreateSelfSigned(
                new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
                new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
            Directory.CreateDirectory(directory);
            File.WriteAllText(
                file + ".new", made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            File.Move(file + ".new", file, overwrite: true);
        }

        return X509Certificate2.CreateFromPemFile(file, file);
    }
}
