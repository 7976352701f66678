using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>Juspay's encrypted calls, for merchants who gave keys: what is sent is signed (JWS, RS256) with the
/// merchant's key and encrypted (JWE, RSA-OAEP-256 and A256GCM) for Juspay's, and responses the other way round. Both
/// are JSON with Juspay's own member names, base64url without padding; the JWE's additional data is its <c>header</c>
/// as text.</summary>
internal static class JuspayEnvelope
{
    /// <summary>The credential that names the pair of keys.</summary>
    public const string KeyId = "key_id";

    /// <summary>The credential with the merchant's private key, PEM.</summary>
    public const string SigningKey = "private_key";

    /// <summary>The credential with Juspay's public key, PEM.</summary>
    public const string EncryptionKey = "juspay_public_key";

    private const int TagLength = 16;

    /// <summary>Whether the merchant gave keys, and so has its calls encrypted where Juspay takes that.</summary>
    public static bool IsWanted(ProviderCredentials credentials) => credentials.TryGet(KeyId, out _);

    /// <summary>Signs and encrypts; null if the merchant's keys are none.</summary>
    public static byte[]? Seal(ReadOnlySpan<byte> content, ProviderCredentials credentials)
    {
        try
        {
            using var merchant = Key(credentials[SigningKey]);
            using var juspay = Key(credentials[EncryptionKey]);
            var id = credentials[KeyId].Reveal();
            var header = Base64Url.EncodeToString(Members(("alg", "RS256"), ("kid", id)));
            var payload = Base64Url.EncodeToString(content);
            var signature = merchant.SignData(
                Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var jws = Members(
                ("header", header), ("payload", payload), ("signature", Base64Url.EncodeToString(signature)));
            return Encrypt(jws, id, juspay);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return null;
        }
    }

    /// <summary>The content, if it was encrypted for the merchant and signed by Juspay; else null.</summary>
    public static byte[]? Open(ReadOnlyMemory<byte> body, ProviderCredentials credentials)
    {
        try
        {
            using var merchant = Key(credentials[SigningKey]);
            using var juspay = Key(credentials[EncryptionKey]);
            using var jwe = JsonDocument.Parse(body);
            using var jws = JsonDocument.Parse(Decrypt(jwe.RootElement, merchant));
            var (header, payload) = (Text(jws.RootElement, "header"), Text(jws.RootElement, "payload"));
            using var said = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
            return Text(said.RootElement, "alg") == "RS256"
                && juspay.VerifyData(
                    Encoding.ASCII.GetBytes($"{header}.{payload}"),
                    Base64Url.DecodeFromChars(Text(jws.RootElement, "signature")),
                    HashAlgorithmName.SHA256,
                    RSASignaturePadding.Pkcs1)
                ? Base64Url.DecodeFromChars(payload)
                : null;
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return null;
        }
    }

    private static byte[] Encrypt(byte[] jws, string keyId, RSA juspay)
    {
        var header = Base64Url.EncodeToString(
            Members(("alg", "RSA-OAEP-256"), ("enc", "A256GCM"), ("cty", "JWT"), ("kid", keyId)));
        var (key, iv) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12));
        var (cipher, tag) = (new byte[jws.Length], new byte[TagLength]);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(iv, jws, cipher, tag, Encoding.ASCII.GetBytes(header));
        var wrapped = juspay.Encrypt(key, RSAEncryptionPadding.OaepSHA256);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(jws);
        return Members(
            ("header", header),
            ("encryptedKey", Base64Url.EncodeToString(wrapped)),
            ("iv", Base64Url.EncodeToString(iv)),
            ("encryptedPayload", Base64Url.EncodeToString(cipher)),
            ("tag", Base64Url.EncodeToString(tag)));
    }

    private static byte[] Decrypt(JsonElement jwe, RSA merchant)
    {
        var header = Text(jwe, "header");
        using var said = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
        // The client libraries of Juspay's do not agree on the hash; the header says which one it is.
        var padding = (Text(said.RootElement, "alg"), Text(said.RootElement, "enc")) switch
        {
            ("RSA-OAEP-256", "A256GCM") => RSAEncryptionPadding.OaepSHA256,
            ("RSA-OAEP", "A256GCM") => RSAEncryptionPadding.OaepSHA1,
            _ => throw new CryptographicException("The envelope uses other keys."),
        };
        var key = merchant.Decrypt(Base64Url.DecodeFromChars(Text(jwe, "encryptedKey")), padding);
        var cipher = Base64Url.DecodeFromChars(Text(jwe, "encryptedPayload"));
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(
            Base64Url.DecodeFromChars(Text(jwe, "iv")),
            cipher,
            Base64Url.DecodeFromChars(Text(jwe, "tag")),
            plain,
            Encoding.ASCII.GetBytes(header));
        return plain;
    }

    private static RSA Key(Secret pem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem.Reveal());
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()
        ?? throw new FormatException($"'{name}' is null.");

    private static byte[] Members(params ReadOnlySpan<(string Name, string Value)> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return bytes;
    }

    // All that a foreign text can make these calls throw; a missing member is a KeyNotFoundException, a member of
    // another kind an InvalidOperationException.
    private static bool IsMalformed(Exception exception) => exception is JsonException or FormatException
        or CryptographicException or ArgumentException or KeyNotFoundException or InvalidOperationException;
}
