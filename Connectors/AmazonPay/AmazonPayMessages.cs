using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Connectors.AmazonPay;

// Amazon Pay's JSON, as far as it is used: developer.amazon.com/docs/amazon-pay-api-v2 (checkout-session, charge,
// charge-permission, refund, error-handling) and …/amazon-pay-checkout/set-up-instant-payment-notifications.html.
// Members that are not named are ignored; those that are named must have the stated type. Classes, not records: what
// they hold is never printed.

/// <summary><c>POST /checkoutSessions</c>.</summary>
internal sealed class CreateSession
{
    public required WebDetails WebCheckoutDetails { get; init; }
    public required string StoreId { get; init; }
    public required string ChargePermissionType { get; init; }
    public OnFileMetadata? PaymentMethodOnFileMetadata { get; init; }
    public required PaymentDetails PaymentDetails { get; init; }
    public required Metadata MerchantMetadata { get; init; }
}

internal sealed class OnFileMetadata
{
    public required bool SetupOnly { get; init; }
}

internal sealed class WebDetails
{
    public string? CheckoutResultReturnUrl { get; init; }
    public string? CheckoutCancelUrl { get; init; }
    public string? CheckoutMode { get; init; }
    public string? AmazonPayRedirectUrl { get; init; }
}

internal sealed class PaymentDetails
{
    public string? PaymentIntent { get; init; }
    public bool? CanHandlePendingAuthorization { get; init; }
    public Amount? ChargeAmount { get; init; }
    public string? PresentmentCurrency { get; init; }
}

internal sealed class Metadata
{
    public string? MerchantReferenceId { get; init; }
    public string? NoteToBuyer { get; init; }
}

internal sealed class Amount
{
    /// <summary>Text in the documents; Amazon's own .NET library writes a number.</summary>
    [JsonPropertyName("amount")]
    public JsonElement Number { get; init; }

    public string? CurrencyCode { get; init; }
}

/// <summary><c>POST /checkoutSessions/{id}/complete</c>.</summary>
internal sealed class CompleteSession
{
    /// <summary>Null where a wallet is only saved.</summary>
    public required Amount? ChargeAmount { get; init; }
}

/// <summary><c>POST /charges</c>.</summary>
internal sealed class CreateCharge
{
    public required string ChargePermissionId { get; init; }
    public required Amount ChargeAmount { get; init; }
    public required bool CaptureNow { get; init; }
    public required bool CanHandlePendingAuthorization { get; init; }
    public required string ChargeInitiator { get; init; }
    public required string Channel { get; init; }
    public required Metadata MerchantMetadata { get; init; }
}

/// <summary><c>DELETE /chargePermissions/{id}/close</c>.</summary>
internal sealed class ClosePermission
{
    public required string ClosureReason { get; init; }
    public required bool CancelPendingCharges { get; init; }
}

/// <summary><c>POST /charges/{id}/capture</c>.</summary>
internal sealed class CreateCapture
{
    public required Amount CaptureAmount { get; init; }
}

/// <summary><c>DELETE /charges/{id}/cancel</c>.</summary>
internal sealed class CancelCharge
{
    public required string CancellationReason { get; init; }
}

/// <summary><c>POST /refunds</c>.</summary>
internal sealed class CreateRefund
{
    public required string ChargeId { get; init; }
    public required Amount RefundAmount { get; init; }
}

internal sealed class SessionEntity
{
    public string? CheckoutSessionId { get; init; }
    public WebDetails? WebCheckoutDetails { get; init; }
    public PaymentDetails? PaymentDetails { get; init; }
    public Status? StatusDetails { get; init; }
    public List<Constraint?>? Constraints { get; init; }
    public string? ChargePermissionId { get; init; }
    public string? ChargeId { get; init; }
}

internal sealed class Constraint
{
    public string? ConstraintId { get; init; }
}

internal sealed class ChargeEntity
{
    public string? ChargeId { get; init; }
    public string? ChargePermissionId { get; init; }
    public Amount? ChargeAmount { get; init; }
    public Amount? CaptureAmount { get; init; }
    public Status? StatusDetails { get; init; }
    public Metadata? MerchantMetadata { get; init; }

    /// <summary>Who requested it; charges of a checkout have none.</summary>
    public string? ChargeInitiator { get; init; }
}

internal sealed class PermissionEntity
{
    public string? ChargePermissionId { get; init; }
    public string? ChargePermissionType { get; init; }
    public PermissionStatus? StatusDetails { get; init; }
    public Metadata? MerchantMetadata { get; init; }
}

/// <summary>The status of a charge permission: it has a list of reasons where the other objects have one.</summary>
internal sealed class PermissionStatus
{
    public string? State { get; init; }
    public List<Reason?>? Reasons { get; init; }
}

internal sealed class Reason
{
    public string? ReasonCode { get; init; }
}

internal sealed class RefundEntity
{
    public string? RefundId { get; init; }
    public string? ChargeId { get; init; }
    public Amount? RefundAmount { get; init; }
    public Status? StatusDetails { get; init; }
}

/// <summary>The status of an object.</summary>
internal sealed class Status
{
    public string? State { get; init; }
    public string? ReasonCode { get; init; }
}

internal sealed class ErrorResponse
{
    public string? ReasonCode { get; init; }
}

/// <summary>A notification's envelope: docs.aws.amazon.com/sns (verify signatures of messages).</summary>
internal sealed record Envelope
{
    [JsonPropertyName("Type")]
    public string? Type { get; init; }

    [JsonPropertyName("MessageId")]
    public string? MessageId { get; init; }

    [JsonPropertyName("TopicArn")]
    public string? TopicArn { get; init; }

    [JsonPropertyName("Subject")]
    public string? Subject { get; init; }

    [JsonPropertyName("Message")]
    public string? Message { get; init; }

    [JsonPropertyName("Timestamp")]
    public string? Timestamp { get; init; }

    [JsonPropertyName("SignatureVersion")]
    public string? SignatureVersion { get; init; }

    [JsonPropertyName("Signature")]
    public string? Signature { get; init; }

    [JsonPropertyName("SigningCertURL")]
    public string? SigningCertUrl { get; init; }
}

/// <summary>What an envelope holds: what it is about, and nothing of its state.</summary>
internal sealed class Notification
{
    [JsonPropertyName("NotificationType")]
    public string? NotificationType { get; init; }

    [JsonPropertyName("NotificationId")]
    public string? NotificationId { get; init; }

    [JsonPropertyName("MerchantID")]
    public string? MerchantId { get; init; }

    [JsonPropertyName("ObjectType")]
    public string? ObjectType { get; init; }

    [JsonPropertyName("ObjectId")]
    public string? ObjectId { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(CreateSession))]
[JsonSerializable(typeof(CompleteSession))]
[JsonSerializable(typeof(CreateCharge))]
[JsonSerializable(typeof(ClosePermission))]
[JsonSerializable(typeof(CreateCapture))]
[JsonSerializable(typeof(CancelCharge))]
[JsonSerializable(typeof(CreateRefund))]
[JsonSerializable(typeof(SessionEntity))]
[JsonSerializable(typeof(ChargeEntity))]
[JsonSerializable(typeof(PermissionEntity))]
[JsonSerializable(typeof(RefundEntity))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(Notification))]
internal sealed partial class AmazonPayJson : JsonSerializerContext;
