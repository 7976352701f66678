using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>
/// Juspay's encrypted calls: a JWS (RS256) inside a JWE (RSA-OAEP and A256GCM), both as JSON with Juspay's own member
/// names. The key is wrapped as the header's <c>alg</c> says, because the client libraries do not agree on it.
/// </summary>
internal static class JuspayEnvelope
{
    private const int TagLength = 16;

    /// <summary>The key id that an envelope names; null if it is none.</summary>
    public static string? KeyIdOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var jwe = JsonDocument.Parse(body);
            return Header(jwe.RootElement).TryGetProperty("kid", out var kid) ? kid.GetString() : null;
        }
        catch (Exception error) when (IsMalformed(error))
        {
            return null;
        }
    }

    /// <summary>The content, if it was encrypted for Juspay and signed by this merchant.</summary>
    public static byte[]? Open(ReadOnlyMemory<byte> body, JuspayAccount account)
    {
        try
        {
            using var own = RSA.Create();
            own.ImportFromPem(account.JuspayPrivateKey);
            using var merchant = RSA.Create();
            merchant.ImportFromPem(account.MerchantPublicKey);
            using var jwe = JsonDocument.Parse(body);
            using var jws = JsonDocument.Parse(Decrypt(jwe.RootElement, own));
            var (header, payload) = (Text(jws.RootElement, "header"), Text(jws.RootElement, "payload"));
            var isSigned = Header(jws.RootElement).GetProperty("alg").GetString() == "RS256" && merchant.VerifyData(
                Encoding.ASCII.GetBytes($"{header}.{payload}"),
                Base64Url.DecodeFromChars(Text(jws.RootElement, "signature")),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1);
            return isSigned ? Base64Url.DecodeFromChars(payload) : null;
        }
        catch (Exception error) when (IsMalformed(error))
        {
            return null;
        }
    }

    /// <summary>Signs as Juspay, and encrypts for this merchant.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> content, JuspayAccount account)
    {
        using var own = RSA.Create();
        own.ImportFromPem(account.JuspayPrivateKey);
        using var merchant = RSA.Create();
        merchant.ImportFromPem(account.MerchantPublicKey);

        var header = Header(("alg", "RS256"), ("kid", account.KeyId!));
        var payload = Base64Url.EncodeToString(content);
        var signature = own.SignData(
            Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var jws = Members(("header", header), ("payload", payload), ("signature", Base64Url.EncodeToString(signature)));

        var outer = Header(("alg", "RSA-OAEP-256"), ("enc", "A256GCM"), ("cty", "JWT"), ("kid", account.KeyId!));
        var (key, iv) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12));
        var (cipher, tag) = (new byte[jws.Length], new byte[TagLength]);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(iv, jws, cipher, tag, Encoding.ASCII.GetBytes(outer));
        return Members(
            ("header", outer),
            ("encryptedKey", Base64Url.EncodeToString(merchant.Encrypt(key, RSAEncryptionPadding.OaepSHA256))),
            ("iv", Base64Url.EncodeToString(iv)),
            ("encryptedPayload", Base64Url.EncodeToString(cipher)),
            ("tag", Base64Url.EncodeToString(tag)));
    }

    private static byte[] Decrypt(JsonElement jwe, RSA own)
    {
        var header = Header(jwe);
        var padding = header.GetProperty("alg").GetString() switch
        {
            "RSA-OAEP" => RSAEncryptionPadding.OaepSHA1,
            "RSA-OAEP-256" => RSAEncryptionPadding.OaepSHA256,
            _ => throw new CryptographicException("The key is wrapped in another way."),
        };
        if (header.GetProperty("enc").GetString() != "A256GCM")
        {
            throw new CryptographicException("The content is encrypted in another way.");
        }

        var key = own.Decrypt(Base64Url.DecodeFromChars(Text(jwe, "encryptedKey")), padding);
        var cipher = Base64Url.DecodeFromChars(Text(jwe, "encryptedPayload"));
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(
            Base64Url.DecodeFromChars(Text(jwe, "iv")),
            cipher,
            Base64Url.DecodeFromChars(Text(jwe, "tag")),
            plain,
            Encoding.ASCII.GetBytes(Text(jwe, "header")));
        return plain;
    }

    private static JsonElement Header(JsonElement envelope)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(Text(envelope, "header")));
        return header.RootElement.Clone();
    }

    private static string Header(params (string Name, string Value)[] members) =>
        Base64Url.EncodeToString(Members(members));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static byte[] Members(params (string Name, string Value)[] members) =>
        JsonBytes.Write(members, static (json, all) =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in all)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        });

    private static bool IsMalformed(Exception error) => error is JsonException
        or FormatException
        or CryptographicException
        or KeyNotFoundException or InvalidOperationException or ArgumentException;
}
