namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>
/// The one rule of merchants' ids. An id begins the keys of grains (<c>{merchant}/{payment}</c>), so it has no slash
/// and no upper-case twin; and it is shorter than a GUID, which the store would keep in other columns.
/// </summary>
public static class MerchantId
{
    /// <summary>The rule as people read it.</summary>
    public const string Rule =
        "A merchant's id must be 3 to 30 lower-case letters, digits, '_' or '-', beginning with a letter.";

    /// <summary>The rule as the OpenAPI document writes it.</summary>
    public const string Pattern = "^[a-z][a-z0-9_-]{2,29}$";

    private const int MinLength = 3;
    private const int MaxLength = 30;

    /// <summary>Whether a text can be a merchant's id.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: >= MinLength and <= MaxLength }
        && char.IsAsciiLetterLower(text[0])
        && text.All(IsCharacter);

    private static bool IsCharacter(char character) =>
        char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '_' or '-';
}
