using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Paytm;

// These records are the journal's format: a field may be added, none may change its meaning. Times are Unix
// milliseconds, amounts paise. A card number or CVV has no place in them.
internal enum PaytmOrderKind
{
    /// <summary>Taken at once.</summary>
    Sale,

    /// <summary>Blocked first, then captured or released.</summary>
    PreAuth,
}

internal enum PaytmTxnStatus
{
    Pending,
    Blocked,
    Success,
    Failed,

    /// <summary>Blocked, and given back.</summary>
    Released,
}

internal enum PaytmRefundStatus
{
    Pending,
    Success,
    Failed,
}

/// <summary>A merchant's account (MID), and its one webhook.</summary>
internal sealed record PaytmAccount
{
    public required string Mid { get; init; }

    public required string MerchantKey { get; init; }

    public required string Website { get; init; }

    public string? WebhookUrl { get; init; }

    /// <summary>Switched off after a day of failures.</summary>
    public bool WebhookDisabled { get; init; }

    [JsonIgnore]
    public bool HasWebhook => WebhookUrl is not null && !WebhookDisabled;
}

/// <summary>What a merchant announced under an order id; it moves no money.</summary>
internal sealed record PaytmOrder
{
    public required string Mid { get; init; }

    public required string OrderId { get; init; }

    public PaytmOrderKind Kind { get; init; }

    public required long Amount { get; init; }

    public required string CustomerId { get; init; }

    public string? CallbackUrl { get; init; }

    /// <summary>What the announcement said, to tell a repetition from another order of the same id.</summary>
    public required string Fingerprint { get; init; }

    public required string Token { get; init; }

    public required long TokenExpiresAt { get; init; }

    /// <summary>The wallet that may pay for the order: its owner's number, once a one-time password proved it or a
    /// token of the owner's came with the order.</summary>
    public string? Wallet { get; init; }

    /// <summary>The number that a one-time password was sent to.</summary>
    public string? PasswordSentTo { get; init; }

    /// <summary>How long an amount stays blocked.</summary>
    public long BlockSeconds { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>One attempt to pay an order.</summary>
internal sealed record PaytmTxn
{
    public required string Id { get; init; }

    public required string Mid { get; init; }

    public required string OrderId { get; init; }

    /// <summary>As status responses and callbacks have it: <c>UPI</c>, <c>CC</c>, <c>DC</c>, <c>NB</c>,
    /// <c>PPI</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>The amount at the bank.</summary>
    public required long Amount { get; init; }

    public PaytmTxnStatus Status { get; init; }

    /// <summary>The result code of a failure.</summary>
    public string? Code { get; init; }

    public string? Bank { get; init; }

    public string? Vpa { get; init; }

    public string? MaskedCard { get; init; }

    public string? CardScheme { get; init; }

    /// <summary>The bank's reference, once it has one.</summary>
    public string? BankTxnId { get; init; }

    /// <summary>The result code that a test card or VPA selects.</summary>
    public string? WillFailWith { get; init; }

    /// <summary>Drawn at its start: the bank will take another amount.</summary>
    public bool WillMismatch { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>Zero until the customer's bank said yes.</summary>
    public long PaidAt { get; init; }

    /// <summary>When a blocked amount is released automatically.</summary>
    public long ReleaseAt { get; init; }

    /// <summary>What was captured of a blocked amount; its id is the capture's own.</summary>
    public string? CaptureId { get; init; }

    public long Captured { get; init; }

    public string? ReleaseId { get; init; }

    public long Refunded { get; init; }
}

internal sealed record PaytmRefund
{
    public required string Id { get; init; }

    /// <summary>The merchant's name of it, the key by which it is made once.</summary>
    public required string RefId { get; init; }

    public required string Mid { get; init; }

    public required string OrderId { get; init; }

    public required string TxnId { get; init; }

    public required long Amount { get; init; }

    public PaytmRefundStatus Status { get; init; }

    /// <summary>The result code while it is pending.</summary>
    public required string Code { get; init; }

    public string? Rrn { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will not take it.</summary>
    public bool WillFail { get; init; }
}

/// <summary>A webhook to the merchant, of the entities as they were.</summary>
internal sealed record PaytmEvent
{
    public required string Id { get; init; }

    public required string Mid { get; init; }

    public required string OrderId { get; init; }

    public required string TxnId { get; init; }

    public string? RefundId { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>One entry of the journal: exactly one of these is set.</summary>
internal sealed record PaytmEntry
{
    public PaytmAccount? Account { get; init; }

    public PaytmOrder? Order { get; init; }

    public PaytmTxn? Txn { get; init; }

    public PaytmRefund? Refund { get; init; }

    public PaytmEvent? Event { get; init; }

    /// <summary>The id of an event that needs no further delivery.</summary>
    [JsonPropertyName("settled")]
    public string? Completed { get; init; }

    /// <summary>A wallet's token that was given up.</summary>
    public string? Revoked { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<PaytmEntry>))]
internal sealed partial class PaytmJournalJson : JsonSerializerContext;
