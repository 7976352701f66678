using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>The body of <c>PUT wallet</c>, and the preferences that it means.</summary>
internal static class PutWalletRequest
{
    private const int MaxInstruments = 50;
    private const int MaxProviders = 10;

    private static readonly Field<string?> DefaultInstrument = Field.Text(
        "default_instrument", 64, "A card's token, a UPI ID's id, or wallet:… for a linked wallet.").Optional();

    private static readonly Field<ImmutableArray<string>> Order = Field.Texts(
        "order",
        new TextForm { Max = 64, Pattern = CustomersRequests.InstrumentId(), Rule = "must be an id of an instrument" },
        MaxInstruments,
        "The order of the others.",
        $"must be an array of at most {MaxInstruments} different ids of instruments").Or([]);

    private static readonly Field<ImmutableArray<PaymentMethodKind>> DisabledMethods = Field.WordList(
        "disabled_methods", PaymentWords.Methods, 4, "Methods that are switched off.").Or([]);

    private static readonly Field<ImmutableArray<string>> PreferredProviders = Field.Texts(
        "preferred_providers",
        new TextForm { Max = 32, Pattern = PaymentPatterns.Wallet(), Rule = "must be a provider's name" },
        MaxProviders,
        "Providers that the customer prefers.",
        $"must be an array of at most {MaxProviders} different providers' names").Or([]);

    private static readonly Field<string?> UpiApp = Field.Text(
        "upi_app",
        32,
        "The UPI app that is opened first, such as phonepe.",
        PaymentPatterns.Wallet(),
        "must be 2 to 32 lower-case letters, digits or '_'").Optional();

    private static readonly Field<bool> NotifyByEmail = Field.Flag(
        "notify_by_email",
        "Whether the customer wants to be told of payments by e-mail; true if it is left out.").Or(true);

    private static readonly Field<bool> NotifyBySms = Field.Flag(
        "notify_by_sms",
        "Whether the customer wants to be told of payments by text message; false if it is left out.").Or(false);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "PutWalletRequest",
        DefaultInstrument,
        Order,
        DisabledMethods,
        PreferredProviders,
        UpiApp,
        NotifyByEmail,
        NotifyBySms);

    /// <summary>The preferences.</summary>
    public static WalletPreferences Read(Body body) => new()
    {
        DefaultInstrument = body.Get(DefaultInstrument),
        Order = body.Get(Order),
        DisabledMethods = body.Get(DisabledMethods),
        PreferredProviders = body.Get(PreferredProviders),
        UpiApp = body.Get(UpiApp),
        NotifyByEmail = body.Get(NotifyByEmail),
        NotifyBySms = body.Get(NotifyBySms),
    };
}
