using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Hosting.Clustering;

/// <summary>The files of a <see cref="CertificateSet"/> in a directory, PEM, named as Kubernetes and cert-manager name
/// them: <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>, which may hold several authorities.</summary>
/// <param name="directory">The directory.</param>
public sealed class CertificateFiles(string directory)
{
    private const string Certificate = "tls.crt";
    private const string Key = "tls.key";
    private const string Authorities = "ca.crt";

    /// <summary>Writes a set. Each file is replaced as a whole, the certificate last; the key is readable by its owner
    /// alone.</summary>
    /// <param name="own">The certificate.</param>
    public void Write(CertificateSet own)
    {
        Directory.CreateDirectory(directory);
        Replace(Authorities, string.Join('\n', own.Authorities.Select(authority => authority.ExportCertificatePem())));
        Replace(Key, own.Own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Replace(Certificate, own.Own.ExportCertificatePem());
    }

    /// <summary>Reads the set, if the files are others than before.</summary>
    /// <param name="seen">The digest of the files that were read last; empty before.</param>
    /// <param name="digest">The digest of these files.</param>
    /// <returns>The set; null if the files are those that were seen.</returns>
    /// <exception cref="StartupException">A file is missing or malformed.</exception>
    public CertificateSet? ReadUnlessSeen(string seen, out string digest)
    {
        digest = seen;
        try
        {
            var (certificate, key, authorities) = (TextOf(Certificate), TextOf(Key), TextOf(Authorities));
            digest = Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate}\0{key}\0{authorities}")));
            return digest == seen ? null : CertificateSet.FromPem(certificate, key, authorities);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The certificate in {directory} cannot be read: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new StartupException(
                $"The certificate in {directory} is malformed, or its key is another one's: {failure.Message}",
                failure);
        }
    }

    private string TextOf(string file) => File.ReadAllText(Path.Combine(directory, file));

    private void Replace(string file, string text)
    {
        var path = Path.Combine(directory, file);
        var open = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(path + ".new", open))
        {
            writer.Write(text + "\n");
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
