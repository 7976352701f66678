using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Razorpay;

// These records are the journal's format: a field may be added, none may change its meaning. Times are Unix
// milliseconds, amounts minor units. A card number or CVV has no place in them.
internal enum RazorpayOrderStatus
{
    Created,
    Attempted,
    Paid,
}

internal enum RazorpayPaymentStatus
{
    Created,
    Authorized,
    Captured,
    Refunded,
    Failed,
}

internal enum RazorpayRefundStatus
{
    Pending,
    Processed,
    Failed,
}

/// <summary>A merchant's account, and its one webhook.</summary>
internal sealed record RazorpayAccount
{
    public required string KeyId { get; init; }

    public required string KeySecret { get; init; }

    public required string AccountId { get; init; }

    public string? WebhookUrl { get; init; }

    public string? WebhookSecret { get; init; }

    /// <summary>Switched off after a day of failures.</summary>
    public bool WebhookDisabled { get; init; }

    [JsonIgnore]
    public bool HasWebhook => WebhookUrl is not null && WebhookSecret is not null && !WebhookDisabled;
}

internal sealed record RazorpayOrder
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required long Amount { get; init; }

    public long AmountPaid { get; init; }

    public required string Currency { get; init; }

    public string? Receipt { get; init; }

    public RazorpayOrderStatus Status { get; init; }

    public int Attempts { get; init; }

    /// <summary>A JSON object as it was given.</summary>
    public string? Notes { get; init; }

    public bool PartialPayment { get; init; }

    public long? FirstPaymentMinAmount { get; init; }

    /// <summary>Null leaves it to the account.</summary>
    public bool? AutoCapture { get; init; }

    public int? AutomaticExpiryMinutes { get; init; }

    public int? ManualExpiryMinutes { get; init; }

    public required long CreatedAt { get; init; }
}

internal sealed record RazorpayCard
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Last4 { get; init; }

    public required string Network { get; init; }

    public bool International { get; init; }

    public int ExpiryMonth { get; init; }

    /// <summary>Four digits.</summary>
    public int ExpiryYear { get; init; }

    /// <summary>The failure that this test card selects.</summary>
    public string? Failure { get; init; }
}

/// <summary>A customer of a merchant's.</summary>
internal sealed record RazorpayCustomer
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Contact { get; init; }

    public string? Gstin { get; init; }

    public string? Notes { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>A card that a customer has kept.</summary>
internal sealed record RazorpayToken
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string CustomerId { get; init; }

    public required RazorpayCard Card { get; init; }

    public required long CreatedAt { get; init; }

    public bool Deleted { get; init; }
}

/// <summary>Why a payment failed.</summary>
internal sealed record RazorpayFailure(string Code, string Description, string Source, string Step, string Reason);

internal sealed record RazorpayPayment
{
    public required string Id { get; init; }

    public required string OrderId { get; init; }

    public required string KeyId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public RazorpayPaymentStatus Status { get; init; }

    public required string Method { get; init; }

    public string? Bank { get; init; }

    public string? Wallet { get; init; }

    public string? Vpa { get; init; }

    public string? UpiFlow { get; init; }

    public RazorpayCard? Card { get; init; }

    public string? CustomerId { get; init; }

    /// <summary>The kept card that it is paid with, or that it was kept as.</summary>
    public string? TokenId { get; init; }

    /// <summary>Its card is kept once the bank said yes.</summary>
    public bool Save { get; init; }

    public string? Email { get; init; }

    public string? Contact { get; init; }

    public string? Description { get; init; }

    public string? Notes { get; init; }

    public string? CallbackUrl { get; init; }

    public long AmountRefunded { get; init; }

    public bool Captured { get; init; }

    public long? Fee { get; init; }

    public long? Tax { get; init; }

    public RazorpayFailure? Failure { get; init; }

    /// <summary>The bank's reference, once it has one.</summary>
    public string? BankReference { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>Zero until the customer's bank said yes.</summary>
    public long AuthorizedAt { get; init; }

    /// <summary>When an authorised payment that is not captured is released.</summary>
    public required long CaptureBefore { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will say no.</summary>
    public bool WillDecline { get; init; }

    /// <summary>Drawn at its start: the bank will take another amount.</summary>
    public bool WillMismatch { get; init; }
}

internal sealed record RazorpayRefund
{
    public required string Id { get; init; }

    public required string PaymentId { get; init; }

    public required string KeyId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public string? Receipt { get; init; }

    public string? Notes { get; init; }

    public RazorpayRefundStatus Status { get; init; }

    public required string Speed { get; init; }

    /// <summary>The acquirer's reference, once processed.</summary>
    public string? Arn { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>What the request that made it said, to tell a repetition from another request.</summary>
    public string? Fingerprint { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will not take it.</summary>
    public bool WillFail { get; init; }
}

/// <summary>An event, of which the body is made from the entities as they were when it was entered.</summary>
internal sealed record RazorpayEvent
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required long CreatedAt { get; init; }

    public required string PaymentId { get; init; }

    public string? RefundId { get; init; }

    public bool WithOrder { get; init; }
}

/// <summary>One entry of the journal: exactly one of these is set.</summary>
internal sealed record RazorpayEntry
{
    public RazorpayAccount? Account { get; init; }

    public RazorpayOrder? Order { get; init; }

    public RazorpayPayment? Payment { get; init; }

    public RazorpayRefund? Refund { get; init; }

    public RazorpayEvent? Event { get; init; }

    public RazorpayCustomer? Customer { get; init; }

    public RazorpayToken? Token { get; init; }

    /// <summary>The id of an event that needs no further delivery.</summary>
    [JsonPropertyName("settled")]
    public string? Completed { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<RazorpayEntry>))]
internal sealed partial class RazorpayJournalJson : JsonSerializerContext;
