using System.Globalization;
using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Abstractions.Amounts;

/// <summary>An amount in the minor unit of a currency (paise, cents). Arithmetic is checked: it throws and never
/// wraps.</summary>
[GenerateSerializer, Immutable, Alias("money")]
public readonly record struct Money
{
    /// <summary>The largest amount that one payment may have, in minor units: far above any provider's limit, and far
    /// enough from the end of 64 bits that sums over millions of payments stay exact.</summary>
    public const long MaxAmountMinor = 100_000_000_000_000;

    /// <summary>The amount in minor units.</summary>
    [Id(0)]
    public required long AmountMinor { get; init; }

    /// <summary>The currency.</summary>
    [Id(1)]
    public required Currency Currency { get; init; }

    /// <summary>Nothing, in the same currency.</summary>
    [JsonIgnore]
    public Money Zero => this with { AmountMinor = 0 };

    /// <summary>This many minor units of a currency.</summary>
    public static Money Of(long amountMinor, Currency currency) =>
        new() { AmountMinor = amountMinor, Currency = currency };

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">It does not fit 64 bits.</exception>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static Money operator +(Money left, Money right) =>
        Of(checked(left.AmountMinor + right.AmountMinor), left.SharedWith(right));

    /// <summary>The difference.</summary>
    /// <inheritdoc cref="op_Addition"/>
    public static Money operator -(Money left, Money right) =>
        Of(checked(left.AmountMinor - right.AmountMinor), left.SharedWith(right));

    /// <summary>The amount as people read it, in the major unit: <c>490.00 INR</c>, <c>490 JPY</c>,
    /// <c>4.900 KWD</c>.</summary>
    public override string ToString()
    {
        if (Currency.Code is null)
        {
            return AmountMinor.ToString(CultureInfo.InvariantCulture);
        }

        var decimals = Currency.MinorDigits;
        var digits = AmountMinor.ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(decimals + 1, '0');
        var sign = AmountMinor < 0 ? "-" : "";
        return decimals == 0
            ? $"{sign}{digits} {Currency}"
            : $"{sign}{digits[..^decimals]}.{digits[^decimals..]} {Currency}";
    }

    private Currency SharedWith(Money other) => Currency == other.Currency
        ? Currency
        : throw new InvalidOperationException($"{Currency} and {other.Currency} do not add up.");
}
