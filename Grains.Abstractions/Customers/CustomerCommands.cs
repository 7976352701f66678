using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>Creates or changes a customer.</summary>
[GenerateSerializer, Immutable, Alias("put-customer")]
public sealed record PutCustomer
{
    /// <summary>Name.</summary>
    [Id(0)]
    public string? Name { get; init; }

    /// <summary>E-mail address.</summary>
    [Id(1)]
    public string? Email { get; init; }

    /// <summary>Phone number, digits with an optional leading plus.</summary>
    [Id(2)]
    public string? Phone { get; init; }

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(3)]
    public RequestKey? Request { get; init; }
}

/// <summary>Changes a customer's preferences.</summary>
[GenerateSerializer, Immutable, Alias("put-wallet-command")]
public sealed record PutWallet
{
    /// <summary>The version that the change was made on; another one in the store refuses it. Null: whatever is
    /// there.</summary>
    [Id(0)]
    public int? ExpectedVersion { get; init; }

    /// <summary>The preferences.</summary>
    [Id(1)]
    public required WalletPreferences Preferences { get; init; }

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(2)]
    public RequestKey? Request { get; init; }
}

/// <summary>Saves a card without a payment. Its security code is not part of it: nothing is requested from the
/// bank.</summary>
[GenerateSerializer, Immutable, Alias("save-card-command")]
public sealed record SaveCard
{
    /// <summary>The card's number.</summary>
    [Id(0)]
    public required CardNumber Number { get; init; }

    /// <summary>The month of expiry, 1 to 12.</summary>
    [Id(1)]
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry, four digits.</summary>
    [Id(2)]
    public required int ExpiryYear { get; init; }

    /// <summary>The holder's name as on the card.</summary>
    [Id(3)]
    public required string HolderName { get; init; }

    /// <summary>Whether the card was issued in India: its number is then never kept (RBI, card-on-file
    /// tokenisation).</summary>
    [Id(4)]
    public required bool Indian { get; init; }

    /// <summary>The version of the text that the customer agreed to.</summary>
    [Id(5)]
    public required string ConsentText { get; init; }

    /// <summary>A name of the customer's own.</summary>
    [Id(6)]
    public string? Label { get; init; }

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(7)]
    public RequestKey? Request { get; init; }
}

/// <summary>Notes that the customer agreed that a card is kept, by whichever provider the payment with it goes
/// to.</summary>
[GenerateSerializer, Immutable, Alias("agree-to-card")]
public sealed record AgreeToCard
{
    /// <summary>The last four digits.</summary>
    [Id(0)]
    public required string Last4 { get; init; }

    /// <summary>The month of expiry, 1 to 12.</summary>
    [Id(1)]
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry, four digits.</summary>
    [Id(2)]
    public required int ExpiryYear { get; init; }

    /// <summary>The version of the text that the customer agreed to.</summary>
    [Id(3)]
    public required string ConsentText { get; init; }
}

/// <summary>Links a wallet.</summary>
[GenerateSerializer, Immutable, Alias("link-wallet-command")]
public sealed record LinkWallet
{
    /// <summary>The wallet's code.</summary>
    [Id(0)]
    public required string Wallet { get; init; }

    /// <summary>Where the customer's browser goes from the page on which they agree, for a wallet that has one; null:
    /// nowhere.</summary>
    [Id(1)]
    public string? ReturnUrl { get; init; }

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(2)]
    public RequestKey? Request { get; init; }
}

/// <summary>A customer's preferences.</summary>
[GenerateSerializer, Immutable, Alias("wallet-preferences")]
public sealed record WalletPreferences
{
    /// <summary>What is offered first: a card's token, a UPI ID's id, or <c>wallet:…</c>; null for none.</summary>
    [Id(0)]
    public string? DefaultInstrument { get; init; }

    /// <summary>The order of the others, as far as the customer says.</summary>
    [Id(1)]
    public ImmutableArray<string> Order { get; init; } = [];

    /// <summary>Methods that are switched off.</summary>
    [Id(2)]
    public ImmutableArray<PaymentMethodKind> DisabledMethods { get; init; } = [];

    /// <summary>Providers that are tried first, where routing leaves a choice.</summary>
    [Id(3)]
    public ImmutableArray<string> PreferredProviders { get; init; } = [];

    /// <summary>The UPI app that is opened first, such as <c>phonepe</c>.</summary>
    [Id(4)]
    public string? UpiApp { get; init; }

    /// <summary>Whether the customer wants to hear of payments by e-mail.</summary>
    [Id(5)]
    public bool NotifyByEmail { get; init; } = true;

    /// <summary>Whether the customer wants to hear of payments by text message.</summary>
    [Id(6)]
    public bool NotifyBySms { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(7), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>The saved instrument that a payment is to be paid with. Exactly one of the first three is set.</summary>
[GenerateSerializer, Immutable, Alias("instrument-choice")]
public sealed record InstrumentChoice
{
    /// <summary>A saved card's token.</summary>
    [Id(0)]
    public string? CardToken { get; init; }

    /// <summary>A saved UPI ID's id.</summary>
    [Id(1)]
    public string? UpiId { get; init; }

    /// <summary>A linked wallet's code.</summary>
    [Id(2)]
    public string? Wallet { get; init; }
}

/// <summary>A saved instrument, as far as a payment may keep it.</summary>
[GenerateSerializer, Immutable, Alias("found-instrument")]
public sealed record FoundInstrument
{
    /// <summary>The method, as a payment keeps it.</summary>
    [Id(0)]
    public required PaymentMethod Method { get; init; }

    /// <summary>The provider that alone can charge it; null where any can.</summary>
    [Id(1)]
    public string? Provider { get; init; }

    /// <summary>Whether its number is in the vault, and a payment needs the security code again.</summary>
    [Id(2)]
    public bool InVault { get; init; }

    /// <summary>The provider's name of the linked wallet; null for anything else.</summary>
    [Id(3)]
    public string? Link { get; init; }
}

/// <summary>What charging a saved instrument needs. It is resolved where the provider is called, and nowhere
/// else.</summary>
[GenerateSerializer, Immutable, Alias("opened-instrument")]
public sealed record OpenedInstrument
{
    /// <summary>The provider's token; null for a card in the vault.</summary>
    [Id(0)]
    public Secret? ProviderToken { get; init; }

    /// <summary>The vault's token; null for what a provider keeps.</summary>
    [Id(1)]
    public string? VaultToken { get; init; }

    /// <summary>The provider's name of the linked wallet; null for anything else.</summary>
    [Id(2)]
    public string? Link { get; init; }

    /// <summary>The provider's id of the customer, for a card that the provider keeps; null for anything
    /// else.</summary>
    [Id(3)]
    public string? ProviderCustomer { get; init; }
}
