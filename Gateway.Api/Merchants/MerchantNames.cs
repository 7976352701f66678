using System.Diagnostics.CodeAnalysis;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>The names in paths and in grains' keys: a slash or an upper-case letter would name another grain.</summary>
internal static class MerchantNames
{
    /// <summary>What a provider's name must be, for people.</summary>
    public const string ProviderRule =
        "A provider's name must be 2 to 32 lower-case letters, digits or '_', beginning with a letter.";

    /// <summary>The pattern of a provider's name, as the OpenAPI document writes it.</summary>
    public const string ProviderPattern = "^[a-z][a-z0-9_]{1,31}$";

    private const int MaxProvider = 32;
    private const int MaxKeyId = 64;

    /// <summary>Whether a text can be a merchant's id.</summary>
    public static bool IsMerchant([NotNullWhen(true)] string? text) => MerchantId.IsValid(text);

    /// <summary>Whether a text can be a provider's name.</summary>
    public static bool IsProvider(string? text) =>
        text is { Length: >= 2 and <= MaxProvider }
        && char.IsAsciiLetterLower(text[0])
        && text.All(
            character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_');

    /// <summary>Whether a text can be an API key's id.</summary>
    public static bool IsKeyId(string? text) =>
        text is { Length: >= 1 and <= MaxKeyId } && text.All(
            character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');
}
