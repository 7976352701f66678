using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// Orders that a merchant's server signed for a page: the order as JSON, which the page can read, and an HMAC-SHA256
/// over it under a key of the merchant's. Nothing is stored. The key is made from the master key, the merchant's id and
/// the key's generation; so a token opens nothing at another merchant.
/// </summary>
/// <param name="keys">The master keys.</param>
public sealed class OrderTokens(MasterKeys keys)
{
    private const string Purpose = "order-tokens/v1";
    private const char Separator = '.';

    // Nothing of it is ever a part of a page.
    private static readonly SignedOrderJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The token of an order.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="signing">The merchant's keys.</param>
    /// <param name="order">The order, and until when its token can be used.</param>
    public Secret Sign(string merchant, OrderTokenKeys signing, SignedOrder order)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(order, Json.SignedOrder);
        var mac = Mac(merchant, keys.Current, signing.Generation, content);
        return new Secret(
            $"{IOrderTokenGrain.Prefix}{Base64Url.EncodeToString(content)}{Separator}{Base64Url.EncodeToString(mac)}");
    }

    /// <summary>What a token holds, also if its time is over; false if it is not signed with one of the merchant's
    /// keys. Nothing of it is read before that is known.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="signing">The merchant's keys.</param>
    /// <param name="token">The token.</param>
    /// <param name="now">The time, until which the key before the current one may still count.</param>
    /// <param name="order">The order.</param>
    public bool TryOpen(
        string merchant,
        OrderTokenKeys signing,
        string token,
        DateTimeOffset now,
        [NotNullWhen(true)] out SignedOrder? order)
    {
        order = null;
        if (token.Length > IOrderTokenGrain.MaxLength
            || !token.StartsWith(IOrderTokenGrain.Prefix, StringComparison.Ordinal)
            || token.LastIndexOf(Separator) is var end && end < 0
            || !TryDecode(token.AsSpan(IOrderTokenGrain.Prefix.Length..end), out var content)
            || !TryDecode(token.AsSpan(end + 1), out var mac)
            || !IsSigned(merchant, signing, now, content, mac))
        {
            return false;
        }

        order = JsonSerializer.Deserialize(content, Json.SignedOrder)!;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => "order tokens";

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        var isText = Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done;
        bytes = bytes[..length];
        return isText && length > 0;
    }

    private bool IsSigned(
        string merchant, OrderTokenKeys signing, DateTimeOffset now, byte[] content, byte[] mac)
    {
        // Every candidate is compared, so that the time tells nothing about which of them fits.
        var fits = false;
        foreach (var name in keys.Names)
        {
            foreach (var generation in signing.Accepted(now))
            {
                fits |= CryptographicOperations.FixedTimeEquals(Mac(merchant, name, generation, content), mac);
            }
        }

        return fits;
    }

    private byte[] Mac(string merchant, string name, int generation, byte[] content)
    {
        Span<byte> key = stackalloc byte[MasterKeys.KeyLength];
        keys.TryDerive(name, $"{Purpose}/{merchant}/{generation}", key);
        try
        {
            return HMACSHA256.HashData(key, content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}

/// <summary>What a token signs. Tokens are read by later builds: members are added, and never change their
/// meaning.</summary>
public sealed record SignedOrder
{
    /// <summary>Until when the token can be used.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The order.</summary>
    public required OrderTerms Order { get; init; }
}

/// <summary>Signed orders as JSON.</summary>
[JsonSerializable(typeof(SignedOrder))]
internal sealed partial class SignedOrderJson : JsonSerializerContext;
