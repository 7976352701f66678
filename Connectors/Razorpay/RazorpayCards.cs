using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>Cards in Razorpay's words: those that it keeps as tokens
/// (razorpay.com/docs/payments/payment-methods/cards/token-hq/razorpay-requestor/apis).</summary>
internal static class RazorpayCards
{
    private const string CustomerPrefix = "cust_";
    private const string TokenPrefix = "token_";

    // A token's last moment is that of a month in India.
    private static readonly TimeSpan India = new(5, 30, 0);

    /// <summary>Whether this is a customer of Razorpay's.</summary>
    public static bool IsCustomer([NotNullWhen(true)] string? id) => RazorpayMapping.IsId(id, CustomerPrefix);

    /// <summary>Whether this is a token of Razorpay's.</summary>
    public static bool IsToken([NotNullWhen(true)] string? id) => RazorpayMapping.IsId(id, TokenPrefix);

    /// <summary>A token as a card that can be paid with now; null if it is none, or lacks what is needed to show
    /// it.</summary>
    public static ProviderCard? Read(TokenEntity? token, DateTimeOffset now) =>
        token is { Method: "card", Card: { } card }
        && IsToken(token.Id)
        && IsUsable(token)
        && Last4(card.Last4) is { } last4
        && Expiry(token, card) is var (year, month)
        && !IsOver(token, year, month, now)
            ? new ProviderCard
            {
                Reference = token.Id,
                Token = new Secret(token.Id),
                Last4 = last4,
                Network = Network(card.Network),
                Issuer = card.Issuer is { Length: > 0 and <= 64 } issuer ? issuer : null,
                ExpiryMonth = month,
                ExpiryYear = year,
            }
            : null;

    // The pages say "activated" in words and "active" in samples; a token from before them has no status. What is only
    // "initiated", "suspended" or "deactivated", and whatever word may be added, cannot be paid with. An Indian card's
    // token that does not keep to the Reserve Bank's rules may not be.
    private static bool IsUsable(TokenEntity token) =>
        token.Status is null or "active" or "activated"
        && (token.CompliantWithTokenisationGuidelines != false || token.Card!.International == true);

    private static string? Last4(JsonElement last4)
    {
        var text = last4.ValueKind switch
        {
            JsonValueKind.String => last4.GetString()!,
            // A number has lost its zeros.
            JsonValueKind.Number when last4.TryGetInt32(out var number) && number >= 0 =>
                number.ToString("0000", CultureInfo.InvariantCulture),
            _ => "",
        };
        return text.Length == 4 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') ? text : null;
    }

    // The list of a customer's tokens is documented without the card's expiry. Where it is there it is taken; otherwise
    // the token's own expiry is used instead, which in the sample is the end of a month in India. That a network never
    // lets a token end in another month than its card, and gives it the card's last digits, is not documented: a card
    // that differs does not match the consent, and is not shown.
    private static (int Year, int Month)? Expiry(TokenEntity token, TokenCard card)
    {
        if (Number(card.ExpiryYear) is { } year and >= 2_000 and <= 2_099
            && Number(card.ExpiryMonth) is { } month and >= 1 and <= 12)
        {
            return ((int)year, (int)month);
        }

        return End(token) is { } end ? (end.ToOffset(India).Year, end.ToOffset(India).Month) : null;
    }

    private static bool IsOver(TokenEntity token, int year, int month, DateTimeOffset now)
    {
        var today = now.ToOffset(India);
        return End(token) <= now || (year, month).CompareTo((today.Year, today.Month)) < 0;
    }

    private static DateTimeOffset? End(TokenEntity token) =>
        Number(token.ExpiredAt) is { } seconds and >= 946_684_800 and < 4_102_444_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static long? Number(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number when element.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(
            element.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static string? Network(string? network) => network switch
    {
        "American Express" => "amex",
        "Diners Club" => "diners",
        "Union Pay" => "unionpay",
        { Length: > 0 and <= 32 } => network.ToLowerInvariant(),
        _ => null,
    };
}
