using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Customers;

/// <summary>A customer as it is stored: as JSON, under these names. A stored format: members are added and never change
/// their meaning. No card's number, security code or open token is ever in it.</summary>
[GenerateSerializer, Immutable, Alias("customer-document")]
public sealed record CustomerDocument
{
    /// <summary>Name.</summary>
    [Id(0)]
    public string? Name { get; init; }

    /// <summary>E-mail address.</summary>
    [Id(1)]
    public string? Email { get; init; }

    /// <summary>Phone number.</summary>
    [Id(2)]
    public string? Phone { get; init; }

    /// <summary>When the customer was created.</summary>
    [Id(3)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the customer was erased; null while it is not.</summary>
    [Id(4)]
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Counts what the wallet configuration went through.</summary>
    [Id(5)]
    public int Version { get; init; }

    /// <summary>What the customer prefers.</summary>
    [Id(6)]
    public WalletPreferences Preferences { get; init; } = new();

    /// <summary>The saved cards, oldest first.</summary>
    [Id(7)]
    public ImmutableArray<StoredCard> Cards { get; init; } = [];

    /// <summary>The saved UPI ids, oldest first.</summary>
    [Id(8)]
    public ImmutableArray<StoredUpiId> UpiIds { get; init; } = [];

    /// <summary>The wallets, linked or waiting for their password.</summary>
    [Id(9)]
    public ImmutableArray<StoredWallet> Wallets { get; init; } = [];

    /// <summary>The customer's ids at providers.</summary>
    [Id(10)]
    public ImmutableArray<StoredAccount> Accounts { get; init; } = [];

    /// <summary>What the customer agreed to have kept; the card comes to light when a provider lists it.</summary>
    [Id(11)]
    public ImmutableArray<StoredConsent> Consents { get; init; } = [];

    /// <summary>What is forgotten here and not yet elsewhere.</summary>
    [Id(12)]
    public ImmutableArray<StoredDeparture> Departures { get; init; } = [];
}

/// <summary>A saved card.</summary>
[GenerateSerializer, Immutable, Alias("stored-card")]
public sealed record StoredCard
{
    /// <summary>Its token; for a card in the vault, the vault's.</summary>
    [Id(0)]
    public required string Token { get; init; }

    /// <summary>The last four digits.</summary>
    [Id(1)]
    public required string Last4 { get; init; }

    /// <summary>The network, lower case.</summary>
    [Id(2)]
    public string? Network { get; init; }

    /// <summary>The bank that issued it.</summary>
    [Id(3)]
    public string? Issuer { get; init; }

    /// <summary>The month of expiry, 1 to 12.</summary>
    [Id(4)]
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry, four digits.</summary>
    [Id(5)]
    public required int ExpiryYear { get; init; }

    /// <summary>A name of the customer's own.</summary>
    [Id(6)]
    public string? Label { get; init; }

    /// <summary>The provider that keeps it; null for the vault.</summary>
    [Id(7)]
    public string? Provider { get; init; }

    /// <summary>The provider's lasting name of it; null for the vault.</summary>
    [Id(8)]
    public string? Reference { get; init; }

    /// <summary>When the customer agreed to its being kept.</summary>
    [Id(9)]
    public required DateTimeOffset ConsentedAt { get; init; }

    /// <summary>The version of the text that the customer agreed to.</summary>
    [Id(10)]
    public required string ConsentText { get; init; }
}

/// <summary>A saved UPI id.</summary>
[GenerateSerializer, Immutable, Alias("stored-upi-id")]
public sealed record StoredUpiId
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The UPI id, lower case.</summary>
    [Id(1)]
    public required string Vpa { get; init; }

    /// <summary>When it was saved.</summary>
    [Id(2)]
    public required DateTimeOffset SavedAt { get; init; }
}

/// <summary>A wallet.</summary>
[GenerateSerializer, Immutable, Alias("stored-wallet")]
public sealed record StoredWallet
{
    /// <summary>Its code.</summary>
    [Id(0)]
    public required string Wallet { get; init; }

    /// <summary>The provider through which it is linked.</summary>
    [Id(1)]
    public required string Provider { get; init; }

    /// <summary>The provider's name of the link, or of the question for one.</summary>
    [Id(2)]
    public required string Reference { get; init; }

    /// <summary>When it was linked; null while the one-time password is awaited.</summary>
    [Id(3)]
    public DateTimeOffset? LinkedAt { get; init; }

    /// <summary>The provider's token, sealed; null where the provider gives none.</summary>
    [Id(4)]
    public SealedCredentials? Token { get; init; }

    /// <summary>The page on which the customer agrees; null for a wallet that is linked by a password.</summary>
    [Id(5)]
    public StoredConsentPage? Page { get; init; }
}

/// <summary>A page on which a customer agrees that a wallet is linked.</summary>
[GenerateSerializer, Immutable, Alias("stored-consent-page")]
public sealed record StoredConsentPage
{
    /// <summary>Its address.</summary>
    [Id(0)]
    public required string Url { get; init; }

    /// <summary>The word in the address to which it sends the browser back.</summary>
    [Id(1)]
    public required string Nonce { get; init; }

    /// <summary>When it was asked for.</summary>
    [Id(2)]
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Where the browser goes then; null: nowhere.</summary>
    [Id(3)]
    public string? ReturnUrl { get; init; }
}

/// <summary>The customer's id at a provider.</summary>
[GenerateSerializer, Immutable, Alias("stored-account")]
public sealed record StoredAccount
{
    /// <summary>The provider.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>The provider's id.</summary>
    [Id(1)]
    public required string Id { get; init; }
}

/// <summary>The customer's consent that a card is kept.</summary>
[GenerateSerializer, Immutable, Alias("stored-consent")]
public sealed record StoredConsent
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

    /// <summary>When.</summary>
    [Id(3)]
    public required DateTimeOffset At { get; init; }

    /// <summary>The version of the text.</summary>
    [Id(4)]
    public required string Text { get; init; }
}

/// <summary>What is to be forgotten elsewhere: exactly one of the first three kinds.</summary>
[GenerateSerializer, Immutable, Alias("stored-departure")]
public sealed record StoredDeparture
{
    /// <summary>Instead of one card: all of the customer's.</summary>
    public const string All = "*";

    /// <summary>A card in the vault: its token.</summary>
    [Id(0)]
    public string? VaultToken { get; init; }

    /// <summary>A card at a provider: the provider's lasting name of it.</summary>
    [Id(1)]
    public string? CardReference { get; init; }

    /// <summary>A wallet, as it was linked.</summary>
    [Id(2)]
    public StoredWallet? Wallet { get; init; }

    /// <summary>The provider, for a card at one.</summary>
    [Id(3)]
    public string? Provider { get; init; }

    /// <summary>The provider's id of the customer.</summary>
    [Id(4)]
    public string? ProviderCustomer { get; init; }
}
