using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.AmazonPay;

// These records are the journal's format: a field may be added, none may change its meaning. Times are Unix
// milliseconds, amounts minor units.
internal enum AmazonPaySessionState
{
    Open,
    Completed,
    Canceled,
}

internal enum AmazonPayPermissionState
{
    Chargeable,
    NonChargeable,
    Closed,
}

internal enum AmazonPayChargeState
{
    Authorized,
    Captured,
    Canceled,
}

internal enum AmazonPayRefundState
{
    RefundInitiated,
    Refunded,
    Declined,
}

/// <summary>A merchant's account under one public key, and where its notifications go.</summary>
internal sealed record AmazonPayAccount
{
    public required string PublicKeyId { get; init; }

    /// <summary>PEM.</summary>
    public required string PublicKey { get; init; }

    public required string MerchantId { get; init; }

    public required string StoreId { get; init; }

    /// <summary><c>na</c>, <c>eu</c> or <c>jp</c>.</summary>
    public required string Region { get; init; }

    public string? IpnUrl { get; init; }

    /// <summary>Where the certificate of its notifications is fetched.</summary>
    public string? CertificateUrl { get; init; }

    /// <summary>Switched off after a day of failures.</summary>
    public bool IpnDisabled { get; init; }
}

/// <summary>What the merchant says of an order.</summary>
internal sealed record AmazonPayMetadata
{
    public string? MerchantReferenceId { get; init; }

    public string? MerchantStoreName { get; init; }

    public string? NoteToBuyer { get; init; }

    public string? CustomInformation { get; init; }
}

internal sealed record AmazonPaySession
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string StoreId { get; init; }

    /// <summary>Where this API is, as its maker saw it.</summary>
    public required string BaseUrl { get; init; }

    public required string ChargePermissionType { get; init; }

    public string? ReviewUrl { get; init; }

    public string? ResultUrl { get; init; }

    public string? CancelUrl { get; init; }

    public string? CheckoutMode { get; init; }

    public string? Intent { get; init; }

    public bool CanHandlePending { get; init; }

    public long? Amount { get; init; }

    public string? Currency { get; init; }

    public string? SoftDescriptor { get; init; }

    /// <summary>What the buyer will be charged in, where that is not what the merchant is paid in.</summary>
    public string? PresentmentCurrency { get; init; }

    /// <summary>Whether a payment method is saved for later, and nothing is charged.</summary>
    public bool SetupOnly { get; init; }

    public required AmazonPayMetadata Metadata { get; init; }

    public AmazonPaySessionState State { get; init; }

    public string? Reason { get; init; }

    /// <summary>Whether the buyer placed the order; it waits for the merchant's confirmation.</summary>
    public bool Approved { get; init; }

    public string? PermissionId { get; init; }

    public string? ChargeId { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will say no.</summary>
    public bool WillDecline { get; init; }

    /// <summary>Drawn at its start: the bank will take another amount.</summary>
    public bool WillMismatch { get; init; }
}

internal sealed record AmazonPayPermission
{
    /// <summary>The type of a saved wallet's.</summary>
    public const string OnFile = "PaymentMethodOnFile";

    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string SessionId { get; init; }

    public required string Type { get; init; }

    /// <summary>What can be charged in all; null for a saved wallet, which has no such limit.</summary>
    public long? Limit { get; init; }

    /// <summary>What of the limit is left to be charged.</summary>
    public long Balance { get; init; }

    /// <summary>Null: what the merchant is paid in.</summary>
    public string? Currency { get; init; }

    public required AmazonPayMetadata Metadata { get; init; }

    public AmazonPayPermissionState State { get; init; }

    public string? Reason { get; init; }

    public required long CreatedAt { get; init; }

    /// <summary>Null for a saved wallet, which is good until it is closed.</summary>
    public long? ExpiresAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>How many charges and refunds were made of it; it numbers them.</summary>
    public int Made { get; init; }
}

internal sealed record AmazonPayCharge
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string PermissionId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public long Captured { get; init; }

    public long Refunded { get; init; }

    public string? SoftDescriptor { get; init; }

    /// <summary>Who initiated it, where the merchant said so: the customer or the merchant, unscheduled or
    /// not.</summary>
    public string? Initiator { get; init; }

    public string? Channel { get; init; }

    public required AmazonPayMetadata Metadata { get; init; }

    public AmazonPayChargeState State { get; init; }

    public string? Reason { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    public required long ChangedAt { get; init; }
}

internal sealed record AmazonPayRefund
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string ChargeId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public string? SoftDescriptor { get; init; }

    /// <summary>The merchant's name of it; Amazon Pay keeps no other.</summary>
    public required string IdempotencyKey { get; init; }

    public AmazonPayRefundState State { get; init; }

    public required long CreatedAt { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>Drawn at its start: the bank will not take it.</summary>
    public bool WillFail { get; init; }
}

/// <summary>An idempotency key that was used, what for, and the response.</summary>
internal sealed record AmazonPayClaim
{
    public required string MerchantId { get; init; }

    public required string Key { get; init; }

    public required string Fingerprint { get; init; }

    public required int Status { get; init; }

    public required string Body { get; init; }
}

/// <summary>A notification; it names an object and says nothing of it.</summary>
internal sealed record AmazonPayEvent
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string ObjectType { get; init; }

    public required string ObjectId { get; init; }

    public required string PermissionId { get; init; }

    public required long CreatedAt { get; init; }
}

/// <summary>One entry of the journal: exactly one of these is set.</summary>
internal sealed record AmazonPayEntry
{
    public AmazonPayAccount? Account { get; init; }

    public AmazonPaySession? Session { get; init; }

    public AmazonPayPermission? Permission { get; init; }

    public AmazonPayCharge? Charge { get; init; }

    public AmazonPayRefund? Refund { get; init; }

    public AmazonPayClaim? Claim { get; init; }

    public AmazonPayEvent? Event { get; init; }

    /// <summary>The id of a notification that needs no further delivery.</summary>
    [JsonPropertyName("settled")]
    public string? Completed { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<AmazonPayEntry>))]
internal sealed partial class AmazonPayJournalJson : JsonSerializerContext;
