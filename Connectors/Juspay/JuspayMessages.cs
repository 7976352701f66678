using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Connectors.Juspay;

// Juspay's JSON, as far as it is used: docs.juspay.io/api-reference/docs/express-checkout (order, txns, order status,
// refund, customer, cards, wallets, webhooks). Requests are forms, or the same fields as one flat object in an
// envelope. Members that are not named are ignored; those that are named must have the stated type. Classes, not
// records: what they hold is never printed.

/// <summary>An order: the response to most calls, and the content of a webhook.</summary>
internal sealed class OrderObject
{
    public string? OrderId { get; init; }
    public string? Status { get; init; }

    /// <summary>A number, or text.</summary>
    public JsonElement Amount { get; init; }

    public JsonElement EffectiveAmount { get; init; }
    public string? Currency { get; init; }
    public string? TxnUuid { get; init; }
    public string? PaymentMethodType { get; init; }
    public string? BankErrorCode { get; init; }
    public string? BankErrorMessage { get; init; }
    public TxnDetail? TxnDetail { get; init; }
    public GatewayResponse? PaymentGatewayResponse { get; init; }
    public List<RefundObject?>? Refunds { get; init; }

    /// <summary>The attempt's full id.</summary>
    public string? Udf6 { get; init; }

    /// <summary>Of a session alone.</summary>
    public SdkPayload? SdkPayload { get; init; }
}

internal sealed class TxnDetail
{
    public JsonElement NetAmount { get; init; }
    public string? Currency { get; init; }
}

internal sealed class GatewayResponse
{
    public string? RespCode { get; init; }
    public string? RespMessage { get; init; }
    public string? Rrn { get; init; }
    public string? AuthIdCode { get; init; }
}

internal sealed class RefundObject
{
    public string? UniqueRequestId { get; init; }

    /// <summary>The gateway's, of a refund that it has.</summary>
    public string? Id { get; init; }

    public string? Status { get; init; }
    public JsonElement Amount { get; init; }
    public string? Arn { get; init; }
    public string? ErrorMessage { get; init; }
}

internal sealed class SdkPayload
{
    public SessionPayload? Payload { get; init; }
}

/// <summary>What a session shows of its order; its names are not spelt like all others.</summary>
internal sealed class SessionPayload
{
    [JsonPropertyName("orderId")]
    public string? OrderId { get; init; }

    public JsonElement Amount { get; init; }
    public string? Currency { get; init; }
}

/// <summary>The response to <c>POST /txns</c>.</summary>
internal sealed class TxnObject
{
    public string? OrderId { get; init; }
    public string? TxnUuid { get; init; }
    public string? Status { get; init; }
    public TxnPayment? Payment { get; init; }
}

internal sealed class TxnPayment
{
    public TxnAuthentication? Authentication { get; init; }
    public SdkParams? SdkParams { get; init; }
}

internal sealed class TxnAuthentication
{
    public string? Method { get; init; }
    public string? Url { get; init; }

    /// <summary>The fields to post, when the method is POST.</summary>
    public JsonElement Params { get; init; }
}

/// <summary>What a UPI link is made of.</summary>
internal sealed class SdkParams
{
    public string? MerchantVpa { get; init; }
    public string? MerchantName { get; init; }
    public string? Tr { get; init; }
    public string? Tid { get; init; }
    public string? Mcc { get; init; }
    public string? Tn { get; init; }
    public JsonElement Amount { get; init; }
}

internal sealed class ErrorObject
{
    public string? Status { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public string? UserMessage { get; init; }
    public ErrorInfo? ErrorInfo { get; init; }
}

internal sealed class ErrorInfo
{
    public string? Code { get; init; }
    public string? Category { get; init; }
    public string? UserMessage { get; init; }
}

/// <summary>A webhook's body.</summary>
internal sealed class EventObject
{
    public string? Id { get; init; }
    public string? EventName { get; init; }
    public EventContent? Content { get; init; }
}

internal sealed class EventContent
{
    /// <summary>An order, read as far as the event can be trusted.</summary>
    public JsonElement Order { get; init; }
}

/// <summary>Whose an event's order is.</summary>
internal sealed class EventOrder
{
    public string? OrderId { get; init; }
    public string? Udf6 { get; init; }
}

internal sealed class CustomerObject
{
    public string? Id { get; init; }
    public string? ObjectReferenceId { get; init; }
}

internal sealed class CardList
{
    public List<CardObject?>? Cards { get; init; }
}

internal sealed class CardObject
{
    public string? CardToken { get; init; }
    public string? CardReference { get; init; }
    public string? CardNumber { get; init; }
    public string? CardExpYear { get; init; }
    public string? CardExpMonth { get; init; }
    public string? CardIssuer { get; init; }
    public string? CardBrand { get; init; }
}

internal sealed class CardDeleted
{
    public string? CardToken { get; init; }
    public bool? Deleted { get; init; }
}

internal sealed class WalletObject
{
    public string? Id { get; init; }
    public string? Token { get; init; }
    public JsonElement CurrentBalance { get; init; }

    /// <summary>True, or the text <c>true</c>.</summary>
    public JsonElement Linked { get; init; }
}

internal sealed class VpaObject
{
    public string? Vpa { get; init; }
    public string? Status { get; init; }
    public string? CustomerName { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(OrderObject))]
[JsonSerializable(typeof(TxnObject))]
[JsonSerializable(typeof(ErrorObject))]
[JsonSerializable(typeof(EventObject))]
[JsonSerializable(typeof(EventOrder))]
[JsonSerializable(typeof(CustomerObject))]
[JsonSerializable(typeof(CardList))]
[JsonSerializable(typeof(CardDeleted))]
[JsonSerializable(typeof(WalletObject))]
[JsonSerializable(typeof(VpaObject))]
internal sealed partial class JuspayJson : JsonSerializerContext;
