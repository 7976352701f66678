namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>A customer.</summary>
public sealed record CustomerRecordResponse
{
    /// <summary>The merchant's id of the customer.</summary>
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>E-mail address.</summary>
    public required string? Email { get; init; }

    /// <summary>Phone number.</summary>
    public required string? Phone { get; init; }

    /// <summary>When they were created.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When their data was erased; null if it was not.</summary>
    public required DateTime? ErasedAt { get; init; }
}

/// <summary>A customer's wallet configuration.</summary>
public sealed record WalletConfigurationResponse
{
    /// <summary>Grows with each change; the ETag has it.</summary>
    public required int Version { get; init; }

    /// <summary>What is offered first; null for none.</summary>
    public required string? DefaultInstrument { get; init; }

    /// <summary>The order of the others.</summary>
    public required string[] Order { get; init; }

    /// <summary>Methods that are switched off.</summary>
    public required string[] DisabledMethods { get; init; }

    /// <summary>Providers that the customer prefers.</summary>
    public required string[] PreferredProviders { get; init; }

    /// <summary>The UPI app that is opened first.</summary>
    public required string? UpiApp { get; init; }

    /// <summary>Whether the customer wants e-mail notifications of payments.</summary>
    public required bool NotifyByEmail { get; init; }

    /// <summary>Whether the customer wants text-message notifications of payments.</summary>
    public required bool NotifyBySms { get; init; }

    /// <summary>The saved cards, oldest first.</summary>
    public required SavedCardResponse[] Cards { get; init; }

    /// <summary>The saved UPI IDs, oldest first.</summary>
    public required SavedUpiResponse[] Upi { get; init; }

    /// <summary>The wallets.</summary>
    public required LinkedWalletResponse[] Wallets { get; init; }
}

/// <summary>A saved card, as far as it may be shown.</summary>
public sealed record SavedCardResponse
{
    /// <summary>The token to pay with: <c>"card": {"token": …}</c>.</summary>
    public required string Token { get; init; }

    /// <summary>The last four digits.</summary>
    public required string Last4 { get; init; }

    /// <summary>The network, such as <c>visa</c>.</summary>
    public required string? Network { get; init; }

    /// <summary>The bank that issued it.</summary>
    public required string? Issuer { get; init; }

    /// <summary>The month of expiry.</summary>
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry.</summary>
    public required int ExpiryYear { get; init; }

    /// <summary>A name that the customer gave the card.</summary>
    public required string? Label { get; init; }

    /// <summary>The provider that stores the card and is the only one that can charge it; null for the vault.</summary>
    public required string? Provider { get; init; }

    /// <summary>When the customer agreed that the card is saved.</summary>
    public required DateTime ConsentedAt { get; init; }

    /// <summary>The version of the text that the customer agreed to.</summary>
    public required string ConsentText { get; init; }
}

/// <summary>The saved cards.</summary>
public sealed record SavedCardListResponse
{
    /// <summary>The cards, oldest first.</summary>
    public required SavedCardResponse[] Data { get; init; }
}

/// <summary>What a provider reports about a UPI ID.</summary>
public sealed record UpiCheckResponse
{
    /// <summary>The UPI ID, lower case.</summary>
    public required string Vpa { get; init; }

    /// <summary>Whether it exists and can pay.</summary>
    public required bool Valid { get; init; }

    /// <summary>The holder's name at the bank; null if it is not known.</summary>
    public required string? Name { get; init; }
}

/// <summary>A saved UPI ID.</summary>
public sealed record SavedUpiResponse
{
    /// <summary>Its id, to pay with: <c>"upi": {"id": …}</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The UPI ID, lower case.</summary>
    public required string Vpa { get; init; }

    /// <summary>When it was saved.</summary>
    public required DateTime SavedAt { get; init; }
}

/// <summary>The saved UPI IDs.</summary>
public sealed record SavedUpiListResponse
{
    /// <summary>The UPI IDs, oldest first.</summary>
    public required SavedUpiResponse[] Data { get; init; }
}

/// <summary>A wallet.</summary>
public sealed record LinkedWalletResponse
{
    /// <summary>Its code.</summary>
    public required string Wallet { get; init; }

    /// <summary>The provider through which it is linked.</summary>
    public required string Provider { get; init; }

    /// <summary>Whether it can pay; false until the one-time password was confirmed or the customer agreed.</summary>
    public required bool Linked { get; init; }

    /// <summary>The page to send the customer's browser to, on which they agree; null once the wallet is linked,
    /// and for a wallet that is linked by a password.</summary>
    public required string? ConsentUrl { get; init; }

    /// <summary>The balance, in minor units; null if it was not requested.</summary>
    public required long? Balance { get; init; }

    /// <summary>The balance's currency.</summary>
    public required string? Currency { get; init; }

    /// <summary>When it was linked.</summary>
    public required DateTime? LinkedAt { get; init; }
}

/// <summary>An instrument to pay with.</summary>
public sealed record InstrumentResponse
{
    /// <summary>A saved card's token, a saved UPI ID's id, <c>wallet:…</c>, or the name of a method that needs nothing
    /// saved.</summary>
    public required string Id { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The name that customers see.</summary>
    public required string Title { get; init; }

    /// <summary>Whether it is saved.</summary>
    public required bool Saved { get; init; }

    /// <summary>Whether the amount can be paid with it now.</summary>
    public required bool Usable { get; init; }

    /// <summary>Why it has its place in the order, or why it cannot be used.</summary>
    public required string Reason { get; init; }
}

/// <summary>The instruments that an amount can be paid with.</summary>
public sealed record InstrumentListResponse
{
    /// <summary>Best first.</summary>
    public required InstrumentResponse[] Data { get; init; }
}

/// <summary>A payment or a refund of a customer's.</summary>
public sealed record TransactionResponse
{
    /// <summary><c>payment</c> or <c>refund</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The payment's or the refund's id.</summary>
    public required string Id { get; init; }

    /// <summary>The payment.</summary>
    public required string PaymentId { get; init; }

    /// <summary>The merchant's order.</summary>
    public required string OrderId { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The status.</summary>
    public required string Status { get; init; }

    /// <summary>The payment's method.</summary>
    public required string? Method { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTime CreatedAt { get; init; }
}

/// <summary>What a customer paid and was refunded, in one currency.</summary>
public sealed record TransactionTotalResponse
{
    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The number of successful payments.</summary>
    public required int Payments { get; init; }

    /// <summary>The amount paid, in minor units.</summary>
    public required long Paid { get; init; }

    /// <summary>The number of successful refunds.</summary>
    public required int Refunds { get; init; }

    /// <summary>The amount refunded, in minor units.</summary>
    public required long Refunded { get; init; }
}

/// <summary>One page of a customer's transactions.</summary>
public sealed record TransactionListResponse
{
    /// <summary>The transactions, newest first.</summary>
    public required TransactionResponse[] Data { get; init; }

    /// <summary>The <c>cursor</c> of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }

    /// <summary>The totals over all pages, per currency.</summary>
    public required TransactionTotalResponse[] Totals { get; init; }
}
