using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>A customer, as the merchant sees them.</summary>
[GenerateSerializer, Immutable, Alias("customer-view")]
public sealed record CustomerView
{
    /// <summary>The merchant's id of the customer.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>E-mail address.</summary>
    [Id(2)]
    public string? Email { get; init; }

    /// <summary>Phone number.</summary>
    [Id(3)]
    public string? Phone { get; init; }

    /// <summary>When they were created.</summary>
    [Id(4)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When they were erased; null while they are not.</summary>
    [Id(5)]
    public DateTimeOffset? ErasedAt { get; init; }
}

/// <summary>A customer's wallet configuration.</summary>
[GenerateSerializer, Immutable, Alias("wallet-view")]
public sealed record WalletView
{
    /// <summary>Grows with each change.</summary>
    [Id(0)]
    public required int Version { get; init; }

    /// <summary>The preferences.</summary>
    [Id(1)]
    public required WalletPreferences Preferences { get; init; }

    /// <summary>The saved cards, oldest first.</summary>
    [Id(2)]
    public required ImmutableArray<SavedCardView> Cards { get; init; }

    /// <summary>The saved UPI IDs, oldest first.</summary>
    [Id(3)]
    public required ImmutableArray<SavedUpiView> UpiIds { get; init; }

    /// <summary>The linked wallets.</summary>
    [Id(4)]
    public required ImmutableArray<LinkedWalletView> Wallets { get; init; }
}

/// <summary>A saved card, as far as it may be shown.</summary>
[GenerateSerializer, Immutable, Alias("saved-card-view")]
public sealed record SavedCardView
{
    /// <summary>The token to pay with; it is worth nothing without its merchant and customer.</summary>
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

    /// <summary>When the customer agreed that it is kept.</summary>
    [Id(8)]
    public required DateTimeOffset ConsentedAt { get; init; }

    /// <summary>The version of the text that the customer agreed to.</summary>
    [Id(9)]
    public required string ConsentText { get; init; }
}

/// <summary>What a provider says of a UPI ID.</summary>
[GenerateSerializer, Immutable, Alias("upi-id-view")]
public sealed record UpiIdView
{
    /// <summary>The UPI ID, lower case.</summary>
    [Id(0)]
    public required string Vpa { get; init; }

    /// <summary>Whether it can be paid from.</summary>
    [Id(1)]
    public required bool Valid { get; init; }

    /// <summary>The holder's name as the bank has it; null if it does not say.</summary>
    [Id(2)]
    public string? Name { get; init; }
}

/// <summary>A saved UPI ID.</summary>
[GenerateSerializer, Immutable, Alias("saved-upi-view")]
public sealed record SavedUpiView
{
    /// <summary>Its id, to pay with.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The UPI ID, lower case.</summary>
    [Id(1)]
    public required string Vpa { get; init; }

    /// <summary>When it was saved.</summary>
    [Id(2)]
    public required DateTimeOffset SavedAt { get; init; }
}

/// <summary>A wallet of the customer's.</summary>
[GenerateSerializer, Immutable, Alias("linked-wallet-view")]
public sealed record LinkedWalletView
{
    /// <summary>Its code, such as <c>paytm</c>.</summary>
    [Id(0)]
    public required string Wallet { get; init; }

    /// <summary>The provider through which it is linked.</summary>
    [Id(1)]
    public required string Provider { get; init; }

    /// <summary>Whether it can be paid from; false until the one-time password was confirmed, or the customer agreed on
    /// <see cref="ConsentUrl"/>.</summary>
    [Id(2)]
    public required bool Linked { get; init; }

    /// <summary>Its balance; null where it was not read.</summary>
    [Id(3)]
    public Money? Balance { get; init; }

    /// <summary>When it was linked.</summary>
    [Id(4)]
    public DateTimeOffset? LinkedAt { get; init; }

    /// <summary>The page on which the customer agrees, while that is awaited; null for a wallet that is linked by a
    /// password.</summary>
    [Id(5)]
    public string? ConsentUrl { get; init; }
}

/// <summary>What a customer's browser is shown when it returns from linking a wallet.</summary>
[GenerateSerializer, Immutable, Alias("wallet-return")]
public sealed record WalletReturn
{
    /// <summary>The state of the link.</summary>
    [Id(0)]
    public required WalletLinkStatus Status { get; init; }

    /// <summary>Where the browser goes; null: nowhere.</summary>
    [Id(1)]
    public string? ReturnUrl { get; init; }
}

/// <summary>The state of a wallet's link.</summary>
public enum WalletLinkStatus
{
    /// <summary>The customer has not decided, or the provider has not said.</summary>
    Pending = 1,

    /// <summary>It can be paid from.</summary>
    Linked = 2,

    /// <summary>The customer declined, or the page has expired.</summary>
    Declined = 3,
}

/// <summary>Something that the customer can pay with, or could.</summary>
[GenerateSerializer, Immutable, Alias("instrument-view")]
public sealed record InstrumentView
{
    /// <summary>A saved card's token, a saved UPI ID's id, <c>wallet:…</c> for a linked wallet, or the name of a method
    /// that needs nothing saved, such as <c>upi_intent</c>.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The method.</summary>
    [Id(1)]
    public required PaymentMethodKind Kind { get; init; }

    /// <summary>What the customer knows it by: <c>Visa ending 1111</c>.</summary>
    [Id(2)]
    public required string Title { get; init; }

    /// <summary>Whether it is saved.</summary>
    [Id(3)]
    public required bool Saved { get; init; }

    /// <summary>Whether the amount can be paid with it now.</summary>
    [Id(4)]
    public required bool Usable { get; init; }

    /// <summary>Why it is where it is, or why it cannot be used now: one sentence.</summary>
    [Id(5)]
    public required string Reason { get; init; }

    /// <summary>What a saved one is called, for a title in other words: a card's label or network, a UPI ID, a wallet's
    /// name; null for what is not saved.</summary>
    [Id(6)]
    public string? Name { get; init; }

    /// <summary>A saved card's last four digits.</summary>
    [Id(7)]
    public string? Last4 { get; init; }
}
