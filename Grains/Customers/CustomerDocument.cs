using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Idempotency;

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

    /// <summary>The saved UPI IDs, oldest first.</summary>
    [Id(8)]
    public ImmutableArray<StoredUpiId> UpiIds { get; init; } = [];

    /// <summary>The wallets, linked or waiting to be linked.</summary>
    [Id(9)]
    public ImmutableArray<StoredWallet> Wallets { get; init; } = [];

    /// <summary>The customer's ids at providers.</summary>
    [Id(10)]
    public ImmutableArray<StoredAccount> Accounts { get; init; } = [];

    /// <summary>The cards that the customer agreed to have kept; each appears among <see cref="Cards"/> once a provider
    /// lists it.</summary>
    [Id(11)]
    public ImmutableArray<StoredConsent> Consents { get; init; } = [];

    /// <summary>What was deleted here and is still to be deleted in the vault or at a provider.</summary>
    [Id(12), JsonPropertyName("departures")]
    public ImmutableArray<PendingDeletion> PendingDeletions { get; init; } = [];

    /// <summary>What was started in the vault or at a provider and has not reported yet. It is written before the call,
    /// so that a crash leaves nothing there that no document names.</summary>
    [Id(13), JsonPropertyName("operations")]
    public ImmutableArray<PendingOperation> PendingOperations { get; init; } = [];

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(14), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>The latest requests that clients named and that took effect here, oldest first. An erasure leaves its
    /// own alone.</summary>
    [Id(15)]
    public ImmutableArray<StoredRequest> Requests { get; init; } = [];
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

    /// <summary>The provider's permanent name of it; null for the vault.</summary>
    [Id(8)]
    public string? Reference { get; init; }

    /// <summary>When the customer agreed that it is kept.</summary>
    [Id(9)]
    public required DateTimeOffset ConsentedAt { get; init; }

    /// <summary>The version of the text that the customer agreed to.</summary>
    [Id(10)]
    public required string ConsentText { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(11), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>A saved UPI ID.</summary>
[GenerateSerializer, Immutable, Alias("stored-upi-id")]
public sealed record StoredUpiId
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The UPI ID, lower case.</summary>
    [Id(1)]
    public required string Vpa { get; init; }

    /// <summary>When it was saved.</summary>
    [Id(2)]
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
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

    /// <summary>The provider's name of the link, or of the request for one.</summary>
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

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(6), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>A page on which a customer agrees that a wallet is linked.</summary>
[GenerateSerializer, Immutable, Alias("stored-consent-page")]
public sealed record StoredConsentPage
{
    /// <summary>Its address.</summary>
    [Id(0)]
    public required string Url { get; init; }

    /// <summary>The unguessable part of the address to which it sends the browser back.</summary>
    [Id(1)]
    public required string Nonce { get; init; }

    /// <summary>When it was requested.</summary>
    [Id(2), JsonPropertyName("asked_at")]
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Where the browser goes then; null: nowhere.</summary>
    [Id(3)]
    public string? ReturnUrl { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(4), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
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

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(2), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
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

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(5), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>Something to be deleted elsewhere: exactly one of the first three is set.</summary>
[GenerateSerializer, Immutable, Alias("stored-departure")]
public sealed record PendingDeletion
{
    /// <summary>Instead of one card: all of the customer's.</summary>
    public const string All = "*";

    /// <summary>A card in the vault: its token.</summary>
    [Id(0)]
    public string? VaultToken { get; init; }

    /// <summary>A card at a provider: the provider's permanent name of it.</summary>
    [Id(1)]
    public string? CardReference { get; init; }

    /// <summary>A wallet, as it was linked or waited to be.</summary>
    [Id(2)]
    public StoredWallet? Wallet { get; init; }

    /// <summary>The provider, for a card at one.</summary>
    [Id(3)]
    public string? Provider { get; init; }

    /// <summary>The provider's id of the customer.</summary>
    [Id(4)]
    public string? ProviderCustomer { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(5), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>A call that was started and has not reported yet.</summary>
[GenerateSerializer, Immutable, Alias("pending-customer-operation")]
public sealed record PendingOperation
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>What was started.</summary>
    [Id(1)]
    public required PendingOperationKind Kind { get; init; }

    /// <summary>The token that a new card gets in the vault; null for anything else.</summary>
    [Id(2)]
    public string? VaultToken { get; init; }

    /// <summary>The provider; null for the vault.</summary>
    [Id(3)]
    public string? Provider { get; init; }

    /// <summary>When it was started.</summary>
    [Id(4)]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(5), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>The kinds of <see cref="PendingOperation"/>; a stored format.</summary>
public enum PendingOperationKind
{
    /// <summary>A card is saved in the vault. Its number is nowhere but in the process: after a crash the card is
    /// deleted from the vault, in case it arrived there.</summary>
    SaveCard = 1,

    /// <summary>The customer is registered at a provider. After a crash it is repeated: the provider returns the same
    /// id.</summary>
    RegisterCustomer = 2,
}
