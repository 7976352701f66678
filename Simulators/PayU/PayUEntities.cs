using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.PayU;

// These records are the journal's format: a field may be added, none may change its meaning. Times are Unix
// milliseconds, amounts paise. A card number or CVV has no place in them.
internal enum PayUPaymentState
{
    /// <summary>The customer is on the way to it.</summary>
    InProgress,
    Auth,
    Captured,

    /// <summary>An authorisation that was cancelled.</summary>
    Cancelled,
    UserCancelled,
    Bounced,
    Dropped,
    Failed,

    /// <summary>Money that arrived after the payment was given up, and was refunded.</summary>
    AutoRefund,
}

internal enum PayUActionKind
{
    Capture,
    Refund,
    Cancel,
}

internal enum PayUActionState
{
    Queued,
    Success,
    Failure,
}

/// <summary>A merchant's account, and its one webhook.</summary>
internal sealed record PayUAccount
{
    public required string Key { get; init; }

    public required string Salt { get; init; }

    public string? WebhookUrl { get; init; }

    /// <summary>Switched off after a day of failures.</summary>
    public bool WebhookDisabled { get; init; }

    [JsonIgnore]
    public bool HasWebhook => WebhookUrl is not null && !WebhookDisabled;
}

internal sealed record PayUCard
{
    public required string Masked { get; init; }

    public required string Name { get; init; }

    public required string Network { get; init; }

    public required string ExpiryMonth { get; init; }

    public required string ExpiryYear { get; init; }

    /// <summary>The failure that this test card selects.</summary>
    public string? Failure { get; init; }
}

/// <summary>One <c>mihpayid</c>. A <c>txnid</c> may have several, until one of them succeeds.</summary>
internal sealed record PayUPayment
{
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required string TxnId { get; init; }

    /// <summary>The amount as it was sent: hashes are over this text.</summary>
    public required string AmountText { get; init; }

    /// <summary>The amount at the customer's bank, less additional charges.</summary>
    public required long Amount { get; init; }

    public long AdditionalCharges { get; init; }

    public required string ProductInfo { get; init; }

    public required string FirstName { get; init; }

    public string? LastName { get; init; }

    public required string Email { get; init; }

    public required string Phone { get; init; }

    /// <summary><c>udf1</c> to <c>udf5</c>.</summary>
    public required IReadOnlyList<string> Udfs { get; init; }

    public string? Pg { get; init; }

    public string? BankCode { get; init; }

    public string? Vpa { get; init; }

    public PayUCard? Card { get; init; }

    /// <summary>Whose cards a card that is to be kept belongs to.</summary>
    public string? KeepFor { get; init; }

    /// <summary>The token of the card that was kept.</summary>
    public string? CardToken { get; init; }

    public required string SuccessUrl { get; init; }

    public required string FailureUrl { get; init; }

    /// <summary>Whether the customer came with a form, else the merchant's server did.</summary>
    public bool Hosted { get; init; }

    public bool PreAuthorize { get; init; }

    public PayUPaymentState State { get; init; }

    public PayUFailure? Failure { get; init; }

    /// <summary>The bank's reference, once it has one.</summary>
    public string? BankReference { get; init; }

    public long AmountRefunded { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>Zero until the customer's bank said yes.</summary>
    public long AuthorizedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will say no.</summary>
    public bool WillDecline { get; init; }

    /// <summary>Drawn at its start: the bank will take another amount.</summary>
    public bool WillMismatch { get; init; }
}

/// <summary>Why a payment failed: <c>error_code</c>, <c>error_Message</c> and <c>field9</c>.</summary>
internal sealed record PayUFailure(string Code, string Message, string Detail);

/// <summary>A capture, refund or cancellation.</summary>
internal sealed record PayUAction
{
    public required string RequestId { get; init; }

    public required string PaymentId { get; init; }

    public required string Key { get; init; }

    public required PayUActionKind Kind { get; init; }

    /// <summary>The merchant's name of it.</summary>
    public required string Token { get; init; }

    public required long Amount { get; init; }

    public PayUActionState State { get; init; }

    /// <summary>The acquirer's reference, once done.</summary>
    public string? Arn { get; init; }

    /// <summary>The URL of its webhook, if not the account's.</summary>
    public string? CallbackUrl { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will not take it.</summary>
    public bool WillFail { get; init; }
}

/// <summary>A card that PayU keeps for a customer.</summary>
internal sealed record PayUKeptCard
{
    public required string Token { get; init; }

    public required string UserCredentials { get; init; }

    public required PayUCard Card { get; init; }

    public bool Deleted { get; init; }
}

/// <summary>An event, of which the body is made from the entities as they were when it was entered.</summary>
internal sealed record PayUEvent
{
    public required string Id { get; init; }

    public required string PaymentId { get; init; }

    public string? RequestId { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>One entry of the journal: exactly one of these is set.</summary>
internal sealed record PayUEntry
{
    public PayUAccount? Account { get; init; }

    public PayUPayment? Payment { get; init; }

    public PayUAction? Action { get; init; }

    public PayUKeptCard? Card { get; init; }

    public PayUEvent? Event { get; init; }

    /// <summary>The id of an event that needs no further delivery.</summary>
    [JsonPropertyName("settled")]
    public string? Completed { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<PayUEntry>))]
internal sealed partial class PayUJournalJson : JsonSerializerContext;
