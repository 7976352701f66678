using System.Globalization;

namespace PaymentCluster.Grains.Abstractions.Ids;

/// <summary>The reference of a charge at a provider: <c>att_</c>, the payment's 26 characters, <c>_</c> and the
/// attempt's number. Derived, so that the intent has its name before anything is sent, and a provider's report leads
/// back to its payment without a lookup. At most 35 characters, the limit of a UPI transaction reference.</summary>
[GenerateSerializer, Immutable, Alias("attempt-id")]
public readonly record struct AttemptId
{
    /// <summary>The most attempts that a payment may have.</summary>
    public const int MaxNumber = 99;

    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentId Payment { get; init; }

    /// <summary>The attempt, from 1.</summary>
    [Id(1)]
    public required int Number { get; init; }

    /// <summary>Reads an id in its one spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AttemptId id)
    {
        var valid = DerivedId.TryParse("att_", text, out var payment, out var number) && number <= MaxNumber;
        id = valid ? new AttemptId { Payment = payment, Number = number } : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => DerivedId.ToString("att_", Payment, Number);
}

/// <summary>Ids made of a prefix, a payment's 26 characters and a number.</summary>
internal static class DerivedId
{
    private const int PrefixLength = 4;

    public static string ToString(string prefix, PaymentId payment, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{payment.ToString().AsSpan(PrefixLength)}_{number}");

    public static bool TryParse(string prefix, ReadOnlySpan<char> text, out PaymentId payment, out int number)
    {
        payment = default;
        number = 0;
        const int NumberStart = PrefixLength + Base32.Length + 1;
        if (text.Length <= NumberStart
            || !text.StartsWith(prefix, StringComparison.Ordinal)
            || text[NumberStart - 1] != '_'
            || text[NumberStart] == '0'
            || !Base32.TryRead(text.Slice(PrefixLength, Base32.Length), out var value)
            || !int.TryParse(text[NumberStart..], NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        payment = new PaymentId { Value = value };
        return true;
    }
}
