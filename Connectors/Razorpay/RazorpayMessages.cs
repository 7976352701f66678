using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Connectors.Razorpay;

// Razorpay's JSON, as far as it is used: razorpay.com/docs/api (orders, payments, refunds, errors) and /docs/webhooks.
// Members that are not named are ignored; those that are named must have the stated type. Classes, not records: what
// they hold is never printed.

/// <summary><c>POST /v1/orders</c>.</summary>
internal sealed class CreateOrder
{
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string Receipt { get; init; }
    public required Dictionary<string, string> Notes { get; init; }
    public required OrderPayment Payment { get; init; }
}

/// <summary>Who captures: razorpay.com/docs/payments/payments/capture-settings/api.</summary>
internal sealed class OrderPayment
{
    public required string Capture { get; init; }
    public required CaptureOptions CaptureOptions { get; init; }
}

internal sealed class CaptureOptions
{
    /// <summary>Minutes.</summary>
    public int? AutomaticExpiryPeriod { get; init; }

    /// <summary>Minutes.</summary>
    public required int ManualExpiryPeriod { get; init; }

    public required string RefundSpeed { get; init; }
}

/// <summary><c>POST /v1/payments/create/json</c>.</summary>
internal sealed class CreatePayment
{
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string OrderId { get; init; }
    public required string Email { get; init; }
    public required string Contact { get; init; }
    public string? Method { get; set; }
    public CreateUpi? Upi { get; set; }
    public CreateCard? Card { get; set; }
    public Authentication? Authentication { get; set; }
    public Browser? Browser { get; set; }
    public string? Wallet { get; set; }
    public string? Bank { get; set; }

    /// <summary>Whose card is kept, or was.</summary>
    public string? CustomerId { get; set; }

    /// <summary>Whether the card that is paid with is kept.</summary>
    public bool? Save { get; set; }

    /// <summary>The card that is kept, instead of one that was typed in.</summary>
    public string? Token { get; set; }

    public required Dictionary<string, string> Notes { get; init; }
    public string? Description { get; init; }
    public required string CallbackUrl { get; init; }
    public required string Ip { get; init; }
    public required string UserAgent { get; init; }
    public required string Referer { get; init; }
}

internal sealed class CreateUpi
{
    public required string Flow { get; init; }
    public string? Vpa { get; init; }

    /// <summary>Minutes; collect alone.</summary>
    public int? ExpiryTime { get; init; }
}

/// <summary>A card that was typed in; of one that is kept, the security code alone.</summary>
internal sealed class CreateCard
{
    public string? Number { get; init; }
    public string? Name { get; init; }
    public string? ExpiryMonth { get; init; }
    public string? ExpiryYear { get; init; }
    public required string Cvv { get; init; }
}

internal sealed class Authentication
{
    public required string AuthenticationChannel { get; init; }
}

internal sealed class Browser
{
    public required bool JavaEnabled { get; init; }
    public required bool JavascriptEnabled { get; init; }
    public required int TimezoneOffset { get; init; }
    public required int ColorDepth { get; init; }
    public required int ScreenWidth { get; init; }
    public required int ScreenHeight { get; init; }
    public required string Language { get; init; }
}

/// <summary><c>POST /v1/payments/{id}/capture</c>.</summary>
internal sealed class CreateCapture
{
    public required long Amount { get; init; }
    public required string Currency { get; init; }
}

/// <summary><c>POST /v1/payments/{id}/refund</c>.</summary>
internal sealed class CreateRefund
{
    public required long Amount { get; init; }
    public required string Speed { get; init; }
    public required string Receipt { get; init; }
    public required Dictionary<string, string> Notes { get; init; }
}

internal sealed class OrderEntity
{
    public string? Id { get; init; }
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Receipt { get; init; }
}

/// <summary>The response to <see cref="CreatePayment"/>.</summary>
internal sealed class PaymentCreated
{
    public string? RazorpayPaymentId { get; init; }
    public List<NextStep>? Next { get; init; }
}

internal sealed class NextStep
{
    public string? Action { get; init; }
    public string? Url { get; init; }
}

internal sealed class PaymentEntity
{
    public string? Id { get; init; }
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Status { get; init; }
    public string? OrderId { get; init; }
    public bool? Captured { get; init; }

    /// <summary>Taxes included, in paise.</summary>
    public long? Fee { get; init; }

    /// <summary>An object, or an empty array when there are none.</summary>
    public JsonElement Notes { get; init; }

    public JsonElement AcquirerData { get; init; }

    /// <summary>Unix seconds.</summary>
    public long? CreatedAt { get; init; }

    public string? ErrorCode { get; init; }
    public string? ErrorDescription { get; init; }
    public string? ErrorSource { get; init; }
    public string? ErrorReason { get; init; }
}

internal sealed class RefundEntity
{
    public string? Id { get; init; }
    public string? PaymentId { get; init; }
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Status { get; init; }
    public string? Receipt { get; init; }
    public JsonElement Notes { get; init; }
    public JsonElement AcquirerData { get; init; }
}

internal sealed class Collection<T>
{
    public List<T?>? Items { get; init; }
}

internal sealed class ErrorResponse
{
    public ErrorBody? Error { get; init; }
}

internal sealed class ErrorBody
{
    public string? Code { get; init; }
    public string? Description { get; init; }
    public string? Source { get; init; }
    public string? Reason { get; init; }

    /// <summary>The name of the field at fault, if there is one.</summary>
    public JsonElement Field { get; init; }

    /// <summary>An object with the ids of payment and order, if any.</summary>
    public JsonElement Metadata { get; init; }
}

/// <summary><c>POST /v1/customers</c>: razorpay.com/docs/api/customers/create.</summary>
internal sealed class CreateCustomer
{
    public string? Name { get; init; }
    public required string Email { get; init; }
    public string? Contact { get; init; }

    /// <summary>As text: the number is not taken for it.</summary>
    public required string FailExisting { get; init; }

    public required Dictionary<string, string> Notes { get; init; }
}

internal sealed class CustomerEntity
{
    public string? Id { get; init; }

    /// <summary>An object, or an empty array when there are none.</summary>
    public JsonElement Notes { get; init; }
}

/// <summary>What is kept of a customer's: …/payment-methods/cards/token-hq/razorpay-requestor/apis.</summary>
internal sealed class TokenEntity
{
    public string? Id { get; init; }
    public string? Method { get; init; }
    public TokenCard? Card { get; init; }
    public string? Status { get; init; }
    public bool? CompliantWithTokenisationGuidelines { get; init; }

    /// <summary>Unix seconds, as a number or as text, or null.</summary>
    public JsonElement ExpiredAt { get; init; }
}

internal sealed class TokenCard
{
    /// <summary>Text, but in some samples a number.</summary>
    public JsonElement Last4 { get; init; }

    public string? Network { get; init; }
    public string? Issuer { get; init; }
    public bool? International { get; init; }
    public JsonElement ExpiryMonth { get; init; }
    public JsonElement ExpiryYear { get; init; }
}

internal sealed class TokenDeleted
{
    public bool? Deleted { get; init; }
}

/// <summary><c>POST /v1/payments/validate/vpa</c>.</summary>
internal sealed class ValidateVpa
{
    public required string Vpa { get; init; }
}

internal sealed class VpaValidated
{
    public bool? Success { get; init; }
    public string? CustomerName { get; init; }
}

/// <summary>A webhook's body.</summary>
internal sealed class EventBody
{
    public string? Event { get; init; }
    public EventPayload? Payload { get; init; }
}

internal sealed class EventPayload
{
    public EventPart<PaymentEntity>? Payment { get; init; }
    public EventPart<OrderEntity>? Order { get; init; }
    public EventPart<RefundEntity>? Refund { get; init; }
}

internal sealed class EventPart<T>
{
    public T? Entity { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(CreateOrder))]
[JsonSerializable(typeof(CreatePayment))]
[JsonSerializable(typeof(CreateCapture))]
[JsonSerializable(typeof(CreateRefund))]
[JsonSerializable(typeof(CreateCustomer))]
[JsonSerializable(typeof(ValidateVpa))]
[JsonSerializable(typeof(CustomerEntity))]
[JsonSerializable(typeof(Collection<TokenEntity>))]
[JsonSerializable(typeof(TokenDeleted))]
[JsonSerializable(typeof(VpaValidated))]
[JsonSerializable(typeof(OrderEntity))]
[JsonSerializable(typeof(PaymentCreated))]
[JsonSerializable(typeof(PaymentEntity))]
[JsonSerializable(typeof(RefundEntity))]
[JsonSerializable(typeof(Collection<OrderEntity>))]
[JsonSerializable(typeof(Collection<PaymentEntity>))]
[JsonSerializable(typeof(Collection<RefundEntity>))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(EventBody))]
internal sealed partial class RazorpayJson : JsonSerializerContext;
