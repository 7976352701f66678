using System.Diagnostics.CodeAnalysis;

namespace PaymentCluster.Grains.Abstractions.Secrets;

/// <summary>
/// A card's number (PAN), with a valid length and Luhn digit. It prints as <c>***</c> and the last four digits, has no
/// JSON form, and lives in memory and in a provider's request alone (PCI DSS 3.4.1, 3.5.1).
/// </summary>
[GenerateSerializer, Immutable, Alias("card-number")]
public sealed class CardNumber
{
    [Id(0)]
    private readonly string _digits;

    private CardNumber(string digits) => _digits = digits;

    /// <summary>The last four digits, which may be shown and stored.</summary>
    public string Last4 => _digits[^4..];

    /// <summary>The card's network, as far as its first digits tell: <c>visa</c>, <c>mastercard</c>, <c>rupay</c>,
    /// <c>amex</c>, <c>diners</c>, <c>discover</c>, <c>jcb</c>, <c>maestro</c> or <c>unknown</c>.</summary>
    public string Network => CardNetworks.Of(_digits);

    /// <summary>Reads 12 to 19 digits, in groups or not, whose last one is right (ISO/IEC 7812).</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CardNumber? number)
    {
        number = null;
        var digits = text?.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        if (digits is null || digits.Length is < 12 or > 19 || !digits.All(char.IsAsciiDigit) || !HasLuhnDigit(digits))
        {
            return false;
        }

        number = new CardNumber(digits);
        return true;
    }

    /// <summary>The digits, for a provider's request. Never log, store or return them.</summary>
    public string Reveal() => _digits;

    /// <inheritdoc/>
    public override string ToString() => $"*** {Last4}";

    private static bool HasLuhnDigit(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : (digit * 2 / 10) + (digit * 2 % 10);
        }

        return sum % 10 == 0;
    }
}
