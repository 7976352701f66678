using System.Globalization;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>The body of <c>POST upi</c> and <c>POST upi/validate</c>.</summary>
internal static class UpiIdRequest
{
    private static readonly RequiredField<string> Vpa = Field.Text(
        "vpa", 255, "The customer's UPI ID.", PaymentPatterns.UpiId(), PaymentPatterns.UpiIdRule) with
    {
        Example = "\"name@bank\"",
    };

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("UpiIdRequest", Vpa);

    /// <summary>The UPI ID, lower case.</summary>
    public static string Read(Body body) => body.Get(Vpa).ToLowerInvariant();
}

/// <summary>The body of <c>POST wallets/{wallet}</c>.</summary>
internal static class LinkWalletRequest
{
    private static readonly Field<string?> Password = Field.Text(
        "otp",
        "The one-time password that the customer received; without it one is sent.",
        new TextForm
        {
            Max = 12, Pattern = CustomersRequests.Password(), Rule = "must be 4 to 12 digits", IsSecret = true,
        }).Optional();

    private static readonly Field<string?> Return = (ReturnUrl.Field with
    {
        Meaning = "Where the customer's browser goes from the page on which they agree, for a wallet that has one.",
    }).Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("LinkWalletRequest", Password, Return);

    /// <summary>The one-time password; null if one is to be sent.</summary>
    public static Secret? ReadPassword(Body body) => body.Get(Password) is { } password ? new Secret(password) : null;

    /// <summary>Where the customer's browser goes; null if the body does not say.</summary>
    public static string? ReadReturnUrl(Body body) => body.Get(Return);
}

/// <summary>What the paths and queries of the customer calls may hold.</summary>
internal static partial class CustomersRequests
{
    private const int MatchTimeout = 100;

    /// <summary>The query of <c>GET instruments</c>.</summary>
    public static readonly QueryParameter[] InstrumentsQuery =
    [
        new() { Name = "amount", Meaning = "The amount to pay, in the minor unit of the currency." },
        PaymentsQuery.CurrencyCode("ISO 4217 code."),
    ];

    /// <summary>The amount of a query; null if it is malformed, which <paramref name="errors"/> then say.</summary>
    public static Money? ReadAmount(HttpContext http, InputErrors errors)
    {
        var amount = QueryReader.Text(http, "amount", 15, errors);
        var currency = QueryReader.Text(http, "currency", 3, errors);
        if (!long.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            || minor is < 1 or > Money.MaxAmountMinor)
        {
            errors.Add(ErrorCode.AmountInvalid, "amount", "must be a whole number of minor units");
        }

        if (!Currency.TryParse(currency, out var known))
        {
            errors.Add(ErrorCode.CurrencyUnknown, "currency", "must be an ISO 4217 code such as INR");
        }

        return errors.Any ? null : Money.Of(minor, known);
    }

    /// <summary>Whether a text can be a wallet's code.</summary>
    public static bool IsWallet(string? text) => text is not null && PaymentPatterns.Wallet().IsMatch(text);

    /// <summary>Whether a text can be a saved instrument's id.</summary>
    public static bool IsInstrument(string? text) => text is not null && InstrumentId().IsMatch(text);

    /// <summary>A saved instrument's id.</summary>
    [GeneratedRegex("^[A-Za-z0-9_:-]{1,64}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex InstrumentId();

    /// <summary>A country's code.</summary>
    [GeneratedRegex("^[A-Z]{2}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Country();

    /// <summary>A one-time password.</summary>
    [GeneratedRegex("^[0-9]{4,12}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Password();
}
