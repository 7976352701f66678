using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>The bodies of the customer calls, and the commands that they mean.</summary>
internal static partial class CustomersRequests
{
    private const int MatchTimeout = 100;
    private const int MaxInstruments = 50;
    private const int MaxProviders = 10;

    /// <summary><c>PUT wallet</c>.</summary>
    public static readonly BodyShape Wallet = new(
        "PutWalletRequest",
        Field.Text("default_instrument", 64, "A card's token, a UPI id's id, or wallet:… for a linked wallet."),
        Field.Texts(
            "order", MaxInstruments, 64, "The order of the others.", InstrumentForm(),
            $"must be an array of at most {MaxInstruments} different ids of instruments"),
        Field.Texts(
            "disabled_methods", 4, 16, "Methods that are switched off.", null, "must be an array of methods, none twice",
            [.. PaymentNames.All<PaymentMethodKind>(PaymentNames.Of)]),
        Field.Texts(
            "preferred_providers", MaxProviders, 32, "Providers that the customer would rather pay through.", ProviderForm(),
            $"must be an array of at most {MaxProviders} different providers' names"),
        Field.Text(
            "upi_app", 32, "The UPI app that is opened first, such as phonepe.", ProviderForm(),
            "must be 2 to 32 lower-case letters, digits or '_'"),
        Field.Flag("notify_by_email", "Whether the customer wants to hear of payments by e-mail; true if it is left out."),
        Field.Flag("notify_by_sms", "Whether the customer wants to hear of payments by text message; false if it is left out."));

    /// <summary><c>POST cards</c>.</summary>
    public static readonly BodyShape SaveCard = new(
        "SaveCardRequest",
        PaymentCardRequests.Number with { Required = true },
        PaymentCardRequests.ExpiryMonth with { Required = true },
        PaymentCardRequests.ExpiryYear with { Required = true },
        PaymentCardRequests.Holder with { Required = true },
        Field.Text(
            "issued_in", 2, "The country of the bank that issued it; a card of which it is not known counts as Indian.",
            CountryForm(), "must be an ISO 3166 code of two upper-case letters")
            with { Example = "\"US\"" },
        Field.Object("consent", PaymentCardRequests.Consent, "The customer's agreement.") with { Required = true },
        Field.Text("label", 40, "A name of the customer's own."));

    /// <summary><c>POST upi</c> and <c>POST upi/validate</c>.</summary>
    public static readonly BodyShape Upi = new(
        "UpiIdRequest",
        Field.Text("vpa", 255, "The customer's UPI id.", null, "must be a UPI id such as name@bank")
            with { Required = true, Example = "\"name@bank\"" });

    /// <summary><c>POST wallets/{wallet}</c>.</summary>
    public static readonly BodyShape Link = new(
        "LinkWalletRequest",
        Field.Text(
            "otp", 12, "The one-time password that the customer got; without it one is sent.", OtpForm(), "must be 4 to 12 digits"),
        ReturnUrl.Field with { Meaning = "Where the customer's browser goes from the page on which they agree, for a wallet that has one." });

    /// <summary>The query of <c>GET instruments</c>.</summary>
    public static readonly QueryParameter[] InstrumentsQuery =
    [
        new() { Name = "amount", Meaning = "What is to be paid, in the minor unit of the currency." },
        new() { Name = "currency", Meaning = "ISO 4217 code." },
    ];

    public static PutCustomer ReadCustomer(Body body) =>
        new() { Name = body.Text("name"), Email = body.Text("email"), Phone = body.Text("phone") };

    public static WalletPreferences ReadWallet(Body body) => new()
    {
        DefaultInstrument = body.Text("default_instrument"),
        Order = body.Texts("order"),
        DisabledMethods =
        [
            .. body.Texts("disabled_methods").Select(
                word => PaymentNames.Parse<PaymentMethodKind>(word, PaymentNames.Of)!.Value),
        ],
        PreferredProviders = body.Texts("preferred_providers"),
        UpiApp = body.Text("upi_app"),
        NotifyByEmail = body.Flag("notify_by_email") ?? true,
        NotifyBySms = body.Flag("notify_by_sms") ?? false,
    };

    /// <summary>The command; null if the body cannot be used, which then stands in <paramref name="errors"/>.</summary>
    public static SaveCard? ReadCard(Body body, DateTimeOffset now, InputErrors errors)
    {
        if (body.Integer("expiry_year") is { } year && body.Integer("expiry_month") is { } month && !errors.Any)
        {
            PaymentCardRequests.CheckExpiry((int)year, (int)month, now, "", errors);
        }

        var consent = PaymentCardRequests.ReadConsent(body, "consent", "consent", errors);
        return errors.Any || consent is null
            ? null
            : new SaveCard
            {
                Number = body.CardNumber("number")!,
                ExpiryMonth = (int)body.Integer("expiry_month")!.Value,
                ExpiryYear = (int)body.Integer("expiry_year")!.Value,
                HolderName = body.Text("name")!,
                Indian = body.Text("issued_in") is null or "IN",
                ConsentText = consent,
                Label = body.Text("label"),
            };
    }

    /// <summary>The UPI id, lower case; null if it is none, which then stands in <paramref name="errors"/>.</summary>
    public static string? ReadVpa(Body body, InputErrors errors)
    {
        var vpa = body.Text("vpa")?.ToLowerInvariant();
        if (vpa is not null && !PaymentMethodRequests.IsVpa(vpa))
        {
            errors.Add(ErrorCode.InvalidField, "vpa", "must be a UPI id such as name@bank");
        }

        return errors.Any ? null : vpa;
    }

    /// <summary>The amount of a query; null if it is out of form, which then stands in <paramref
    /// name="errors"/>.</summary>
    public static Money? ReadAmount(HttpContext http, InputErrors errors)
    {
        var amount = QueryReader.Text(http, "amount", 15, errors);
        var currency = QueryReader.Text(http, "currency", 3, errors);
        if (!long.TryParse(amount, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var minor)
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
    public static bool IsWallet(string? text) => text is not null && ProviderForm().IsMatch(text);

    /// <summary>Whether a text can be a saved instrument's id.</summary>
    public static bool IsInstrument(string? text) => text is not null && InstrumentForm().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9_:-]{1,64}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex InstrumentForm();

    [GeneratedRegex("^[a-z0-9_]{2,32}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex ProviderForm();

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex CountryForm();

    [GeneratedRegex("^[0-9]{4,12}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex OtpForm();
}
