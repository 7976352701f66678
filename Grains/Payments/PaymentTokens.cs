using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments;

/// <summary>What a token opens. The number is a part of what is signed, so that no kind is read as another.</summary>
public enum PaymentTokenKind
{
    /// <summary>A client secret: the payment, for its payer.</summary>
    ClientSecret = 1,

    /// <summary>The payment's events and QR codes, in a URL.</summary>
    Ticket = 2,

    /// <summary>The payment's checkout page, as a cookie.</summary>
    Page = 3,

    /// <summary>The same, without what its customer saved: for a browser that returned from a provider.</summary>
    ReturnedPage = 4,

    /// <summary>The payment's checkout page in a frame, from the page's memory.</summary>
    Frame = 5,
}

/// <summary>Tokens that prove that we issued a URL or a page: an HMAC-SHA256 over what it opens, under a key of its own
/// made from the master key. Nothing is stored; a token is as good as its master key is known.</summary>
public sealed class PaymentTokens
{
    private const string Purpose = "payment-tokens/v1";

    // 80 bits: not guessable within a payment's life.
    private const int NonceBytes = 10;
    private const int MacBytes = 16;
    private const int ExpiryBytes = 8;
    private const int MaxBytes = 256;

    // The content of a form token begins with it; kinds are smaller, a return's text begins with a letter.
    private const byte Form = 16;

    private readonly string _current;
    private readonly Dictionary<string, byte[]> _keys = new(StringComparer.Ordinal);

    /// <summary>Makes the keys.</summary>
    public PaymentTokens(MasterKeys keys)
    {
        _current = keys.Current;
        foreach (var name in keys.Names)
        {
            var key = new byte[MasterKeys.KeyLength];
            keys.TryDerive(name, Purpose, key);
            _keys[name] = key;
        }
    }

    /// <summary>The word in the address to which a provider sends the customer back from an attempt.</summary>
    public string ReturnNonce(PaymentKey key, int attempt) =>
        Convert.ToHexStringLower(Mac(_keys[_current], Return(key, attempt)).AsSpan(0, NonceBytes));

    /// <summary>Whether a word is the attempt's.</summary>
    public bool IsReturnNonce(PaymentKey key, int attempt, string nonce)
    {
        Span<byte> claimed = stackalloc byte[NonceBytes];
        return nonce.Length == 2 * NonceBytes
            && Convert.FromHexString(nonce, claimed, out _, out _) == OperationStatus.Done
            && IsSigned(Return(key, attempt), claimed);
    }

    /// <summary>The last part of the address that a provider sends a merchant's webhooks to.</summary>
    public string WebhookToken(string merchant, string provider) =>
        Convert.ToHexStringLower(Mac(_keys[_current], Webhook(merchant, provider)).AsSpan(0, MacBytes));

    /// <summary>Whether an address ends as the provider's does.</summary>
    public bool IsWebhookToken(string merchant, string provider, string token)
    {
        Span<byte> claimed = stackalloc byte[MacBytes];
        return token.Length == 2 * MacBytes
            && Convert.FromHexString(token, claimed, out _, out _) == OperationStatus.Done
            && IsSigned(Webhook(merchant, provider), claimed);
    }

    /// <summary>What opens one payment, or a part of it, until then.</summary>
    public Secret Issue(PaymentTokenKind kind, PaymentKey key, DateTimeOffset expiresAt)
    {
        var head = HeadOf(kind);
        var content = new byte[head + ExpiryBytes + Encoding.UTF8.GetByteCount(key.ToString())];
        content[0] = MarkOf(kind);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(head), expiresAt.ToUnixTimeSeconds());
        Encoding.UTF8.GetBytes(key.ToString(), content.AsSpan(head + ExpiryBytes));
        return new Secret(
            PrefixOf(kind)
            + Base64Url.EncodeToString([.. Mac(_keys[_current], content).AsSpan(0, MacBytes), .. content]));
    }

    /// <summary>What a token of a kind opens; null if it is none of ours, or its time is over.</summary>
    public PaymentAccess? Open(PaymentTokenKind kind, string text, DateTimeOffset now)
    {
        var (prefix, head) = (PrefixOf(kind), HeadOf(kind));
        var buffer = new byte[MaxBytes];
        if (!text.StartsWith(prefix, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(
                text.AsSpan(prefix.Length), buffer, out _, out var length) != OperationStatus.Done
            || length <= MacBytes + head + ExpiryBytes)
        {
            return null;
        }

        var content = buffer.AsSpan(MacBytes, length - MacBytes);
        if (!IsSigned(content, buffer.AsSpan(0, MacBytes)) || content[0] != MarkOf(kind))
        {
            return null;
        }

        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(content[head..]));
        return expiresAt <= now
            ? null
            : new PaymentAccess
            {
                Payment = PaymentKey.Parse(Encoding.UTF8.GetString(content[(head + ExpiryBytes)..])),
                ExpiresAt = expiresAt,
            };
    }

    /// <summary>What a form of the page that a cookie opens sends, so that no other page can send one. It opens nothing
    /// without the cookie.</summary>
    public Secret FormToken(string cookie) =>
        new(Base64Url.EncodeToString(Mac(_keys[_current], FormOf(cookie)).AsSpan(0, MacBytes)));

    /// <summary>Whether a form token belongs to a cookie.</summary>
    public bool IsFormToken(string cookie, string token)
    {
        var claimed = new byte[MacBytes];
        return token.Length <= MaxBytes
            && Base64Url.DecodeFromChars(token, claimed, out _, out var length) == OperationStatus.Done
            && length == MacBytes
            && IsSigned(FormOf(cookie), claimed);
    }

    /// <inheritdoc/>
    public override string ToString() => "payment tokens";

    private static string PrefixOf(PaymentTokenKind kind) => kind switch
    {
        PaymentTokenKind.ClientSecret => IPaymentAccessGrain.SecretPrefix,
        PaymentTokenKind.Ticket => IPaymentAccessGrain.TicketPrefix,
        PaymentTokenKind.Page => "ps_",
        PaymentTokenKind.ReturnedPage => "pr_",
        PaymentTokenKind.Frame => IPaymentAccessGrain.FramePrefix,
    };

    // A client secret has no mark: its content begins with its time, whose first byte is zero.
    private static int HeadOf(PaymentTokenKind kind) => kind == PaymentTokenKind.ClientSecret ? 0 : 1;

    private static byte MarkOf(PaymentTokenKind kind) => HeadOf(kind) == 0 ? (byte)0 : (byte)kind;

    private static byte[] Return(PaymentKey key, int attempt) => Encoding.UTF8.GetBytes($"return|{key}|{attempt}");

    private static byte[] Webhook(string merchant, string provider) =>
        Encoding.UTF8.GetBytes($"webhook|{merchant}/{provider}");

    private static byte[] FormOf(string cookie) => [Form, .. Encoding.UTF8.GetBytes(cookie)];

    private static byte[] Mac(byte[] secret, ReadOnlySpan<byte> content) => HMACSHA256.HashData(secret, content);

    private bool IsSigned(ReadOnlySpan<byte> content, ReadOnlySpan<byte> mac)
    {
        foreach (var secret in _keys.Values)
        {
            if (CryptographicOperations.FixedTimeEquals(Mac(secret, content).AsSpan(0, mac.Length), mac))
            {
                return true;
            }
        }

        return false;
    }
}
