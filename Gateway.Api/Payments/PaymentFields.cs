using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>Fields that several calls have.</summary>
internal static class PaymentFields
{
    /// <summary>An amount.</summary>
    public static readonly RequiredField<long> Amount = Field.Long(
        "amount", 1, Money.MaxAmountMinor, "A whole number in the minor unit of the currency (paise, cents).") with
    {
        Code = ErrorCode.AmountInvalid,
        Example = "50000",
    };

    /// <summary>A currency.</summary>
    public static readonly RequiredField<Currency> Currency = Field.Parsed<Currency>(
        "currency",
        "ISO 4217 code, upper case.",
        TryReadCurrency,
        new TextForm
        {
            Min = 3, Max = 3, Pattern = PaymentPatterns.Currency(), Rule = "must be an ISO 4217 code such as INR",
        }) with
    {
        Code = ErrorCode.CurrencyUnknown,
        Example = "\"INR\"",
    };

    /// <summary>The merchant's id of a customer.</summary>
    public static readonly RequiredField<string> CustomerId = Field.Text(
        "customer_id",
        64,
        "The merchant's id of the customer.",
        PaymentPatterns.CustomerId(),
        PaymentPatterns.CustomerIdRule)
        with
    {
        Example = "\"customer_42\"",
    };

    /// <summary>Why a merchant does something.</summary>
    public static readonly Field<string?> Reason =
        (Field.Text(
            "reason",
            255,
            "The reason, shown in the timeline.") with
        { Example = "\"requested by the customer\"" }).Optional();

    private static bool TryReadCurrency(string text, out Currency currency) =>
        Grains.Abstractions.Amounts.Currency.TryParse(text, out currency);
}
