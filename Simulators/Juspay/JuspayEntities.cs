using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Juspay;

// These records are the journal's format: a field may be added, none may change its meaning. Times are Unix
// milliseconds, amounts minor units. A card number or CVV has no place in them.

/// <summary>Of orders and transactions, with the ids that Juspay gives them.</summary>
internal enum JuspayStatus
{
    New = 10,
    Charged = 21,
    JuspayDeclined = 22,
    PendingVbv = 23,
    Authorized = 25,
    AuthenticationFailed = 26,
    AuthorizationFailed = 27,
    Voided = 31,
    VoidInitiated = 32,
    AutoRefunded = 36,
}

internal enum JuspayRefundStatus
{
    Pending = 0,
    Success = 1,
    Failure = 2,
}

/// <summary>A merchant's account, its keys and its one webhook.</summary>
internal sealed record JuspayAccount
{
    public required string MerchantId { get; init; }

    public required string ApiKey { get; init; }

    /// <summary>Signs return URLs.</summary>
    public required string ResponseKey { get; init; }

    public string? WebhookUrl { get; init; }

    public string? WebhookUsername { get; init; }

    public string? WebhookPassword { get; init; }

    /// <summary>Switched off after a day of failures.</summary>
    public bool WebhookDisabled { get; init; }

    /// <summary>The key id that both sides put into their envelopes; null where calls are not encrypted.</summary>
    public string? KeyId { get; init; }

    /// <summary>The merchant's public key, PEM: it signs with the other half, and responses are encrypted to this
    /// one.</summary>
    public string? MerchantPublicKey { get; init; }

    /// <summary>Juspay's own private key for this merchant, PEM.</summary>
    public string? JuspayPrivateKey { get; init; }

    [JsonIgnore]
    public bool HasWebhook => WebhookUrl is not null && !WebhookDisabled;

    [JsonIgnore]
    public bool HasEnvelopes => KeyId is not null && MerchantPublicKey is not null && JuspayPrivateKey is not null;
}

internal sealed record JuspayOrder
{
    /// <summary>Juspay's id, <c>ordeh_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The merchant's id, in the merchant's spelling.</summary>
    public required string OrderId { get; init; }

    public required string MerchantId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public string? CustomerId { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? ReturnUrl { get; init; }

    public string? ProductId { get; init; }

    public ImmutableSortedDictionary<string, string> Udfs { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>False for an order whose payments wait for their capture.</summary>
    public bool AutoCapture { get; init; }

    /// <summary>Where this order's events go instead of the account's webhook.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>The API as its creator called it, for the links in it.</summary>
    public required string BaseUrl { get; init; }

    public required long CreatedAt { get; init; }
}

internal sealed record JuspayCard
{
    public required string Last4 { get; init; }

    public required string Isin { get; init; }

    public required string Brand { get; init; }

    public required string Month { get; init; }

    /// <summary>Four digits.</summary>
    public required string Year { get; init; }

    public string? Name { get; init; }

    public required string Reference { get; init; }

    public required string Fingerprint { get; init; }

    /// <summary>The failure that this test card selects.</summary>
    public string? Failure { get; init; }

    public bool Saved { get; init; }
}

/// <summary>One attempt to pay an order.</summary>
internal sealed record JuspayTxn
{
    public required string Uuid { get; init; }

    /// <summary>The order's <see cref="JuspayOrder.Id"/>.</summary>
    public required string Order { get; init; }

    /// <summary><c>merchant-order-attempt</c>.</summary>
    public required string TxnId { get; init; }

    public required string MethodType { get; init; }

    public required string Method { get; init; }

    public JuspayStatus Status { get; init; }

    public required long Amount { get; init; }

    public JuspayCard? Card { get; init; }

    public string? Vpa { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Twelve digits, once the bank said yes.</summary>
    public string? Rrn { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Zero until the customer's bank said yes.</summary>
    public long AuthorizedAt { get; init; }

    public bool Captured { get; init; }

    /// <summary>Drawn at its start: the bank will say no.</summary>
    public bool WillDecline { get; init; }

    /// <summary>Drawn at its start: the bank will take another amount.</summary>
    public bool WillMismatch { get; init; }
}

internal sealed record JuspayRefund
{
    /// <summary>The merchant's name for it, unique in the account.</summary>
    public required string RequestId { get; init; }

    public required string Order { get; init; }

    public required string Txn { get; init; }

    public required long Amount { get; init; }

    public JuspayRefundStatus Status { get; init; }

    public string? Arn { get; init; }

    /// <summary>The gateway's id.</summary>
    public string? Reference { get; init; }

    public required string InitiatedBy { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will not take it.</summary>
    public bool WillFail { get; init; }
}

internal sealed record JuspayCustomer
{
    public required string Id { get; init; }

    public required string MerchantId { get; init; }

    public required string Reference { get; init; }

    public string? Mobile { get; init; }

    public string? Email { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>A card that a customer lets Juspay keep.</summary>
internal sealed record JuspaySavedCard
{
    public required string Token { get; init; }

    public required string MerchantId { get; init; }

    /// <summary>As the order named the customer.</summary>
    public required string CustomerId { get; init; }

    public required JuspayCard Card { get; init; }

    public bool Deleted { get; init; }
}

internal sealed record JuspayWallet
{
    public required string Id { get; init; }

    public required string MerchantId { get; init; }

    public required string CustomerId { get; init; }

    /// <summary><c>MOBIKWIK</c> and the like.</summary>
    public required string Wallet { get; init; }

    public string? Mobile { get; init; }

    public bool Linked { get; init; }

    /// <summary>Good for one payment, ten minutes long.</summary>
    public string? Token { get; init; }

    public long TokenUntil { get; init; }

    public long Balance { get; init; }

    public long RefreshedAt { get; init; }
}

/// <summary>An event, of which the body is made from the order as it was when it was entered.</summary>
internal sealed record JuspayEvent
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Order { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>One entry of the journal: exactly one of these is set.</summary>
internal sealed record JuspayEntry
{
    public JuspayAccount? Account { get; init; }

    public JuspayOrder? Order { get; init; }

    public JuspayTxn? Txn { get; init; }

    public JuspayRefund? Refund { get; init; }

    public JuspayCustomer? Customer { get; init; }

    public JuspaySavedCard? Card { get; init; }

    public JuspayWallet? Wallet { get; init; }

    public JuspayEvent? Event { get; init; }

    /// <summary>The id of an event that needs no further delivery.</summary>
    [JsonPropertyName("settled")]
    public string? Completed { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<JuspayEntry>))]
internal sealed partial class JuspayJournalJson : JsonSerializerContext;

/// <summary>Statuses in Juspay's spelling.</summary>
internal static class JuspayWords
{
    public static string Word(this JuspayStatus status) =>
        JsonNamingPolicy.SnakeCaseUpper.ConvertName(status.ToString());

    public static string Word(this JuspayRefundStatus status) => status.ToString().ToUpperInvariant();
}
