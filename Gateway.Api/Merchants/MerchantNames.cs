namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>The forms of the names in paths and in grains' keys: a slash or an upper-case letter would name another
/// grain.</summary>
internal static class MerchantNames
{
    private const int MinMerchant = 3;
    private const int MaxName = 32;

    /// <summary>What a merchant's id must be, for people.</summary>
    public const string MerchantRule =
        "A merchant's id must be 3 to 32 lower-case letters, digits, '_' or '-', beginning with a letter or digit.";

    /// <summary>What a provider's name must be, for people.</summary>
    public const string ProviderRule =
        "A provider's name must be 2 to 32 lower-case letters, digits or '_', beginning with a letter.";

    /// <summary>The pattern of a merchant's id, as the OpenAPI document writes it.</summary>
    public const string MerchantPattern = "^[a-z0-9][a-z0-9_-]{2,31}$";

    /// <summary>The pattern of a provider's name, as the OpenAPI document writes it.</summary>
    public const string ProviderPattern = "^[a-z][a-z0-9_]{1,31}$";

    /// <summary>Whether a text can be a merchant's id.</summary>
    public static bool IsMerchant(string? text) =>
        text is { Length: >= MinMerchant and <= MaxName }
        && (char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0]))
        && text.All(character => IsNameCharacter(character) || character == '-');

    /// <summary>Whether a text can be a provider's name.</summary>
    public static bool IsProvider(string? text) =>
        text is { Length: >= 2 and <= MaxName } && char.IsAsciiLetterLower(text[0]) && text.All(IsNameCharacter);

    /// <summary>Whether a text can be an API key's id.</summary>
    public static bool IsKeyId(string? text) =>
        text is { Length: >= 1 and <= 64 } && text.All(
            character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    private static bool IsNameCharacter(char character) =>
        char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_';
}
