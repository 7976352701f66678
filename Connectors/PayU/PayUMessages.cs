using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Connectors.PayU;

// PayU's JSON, as far as it is used: docs.payu.in/reference (UPI intent S2S, verify_payment, cancel_refund_transaction,
// check_action_status, validateVPA, get_user_cards, refund callback). Members that are not named are ignored. PayU
// writes numbers as texts and texts as numbers, and an empty object as an empty array, so that much of it is read
// loosely. Classes, not records: what they hold is never printed.

/// <summary>The response to <c>_payment</c> from a server (<c>txn_s2s_flow=4</c>), or a refusal in an older
/// form.</summary>
internal sealed class PaymentResponse
{
    [JsonPropertyName("metaData")]
    public PaymentMeta? Meta { get; init; }

    /// <summary>A <see cref="PaymentResult"/>, or empty.</summary>
    [JsonPropertyName("result")]
    public JsonElement Result { get; init; }

    [JsonPropertyName("status"), JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonPropertyName("error"), JsonConverter(typeof(LooseText))]
    public string? Error { get; init; }

    [JsonPropertyName("message"), JsonConverter(typeof(LooseText))]
    public string? Message { get; init; }
}

internal sealed class PaymentMeta
{
    [JsonPropertyName("txnId"), JsonConverter(typeof(LooseText))]
    public string? TxnId { get; init; }

    [JsonPropertyName("txnStatus"), JsonConverter(typeof(LooseText))]
    public string? TxnStatus { get; init; }

    [JsonPropertyName("statusCode"), JsonConverter(typeof(LooseText))]
    public string? StatusCode { get; init; }

    [JsonPropertyName("message"), JsonConverter(typeof(LooseText))]
    public string? Message { get; init; }
}

internal sealed class PaymentResult
{
    /// <summary>The <c>mihpayid</c>.</summary>
    [JsonPropertyName("paymentId"), JsonConverter(typeof(LooseText))]
    public string? PaymentId { get; init; }

    /// <summary>What follows <c>upi://pay?</c>.</summary>
    [JsonPropertyName("intentURIData"), JsonConverter(typeof(LooseText))]
    public string? IntentUriData { get; init; }

    /// <summary>A whole link.</summary>
    [JsonPropertyName("qrString"), JsonConverter(typeof(LooseText))]
    public string? QrString { get; init; }

    /// <summary>A page in base64.</summary>
    [JsonPropertyName("acsTemplate"), JsonConverter(typeof(LooseText))]
    public string? AcsTemplate { get; init; }
}

/// <summary>The response to a command.</summary>
internal sealed class CommandResponse
{
    /// <summary>1 or 0; of <c>validateVPA</c> a word.</summary>
    [JsonPropertyName("status"), JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonPropertyName("msg"), JsonConverter(typeof(LooseText))]
    public string? Message { get; init; }

    [JsonPropertyName("error_code"), JsonConverter(typeof(LooseText))]
    public string? ErrorCode { get; init; }

    [JsonPropertyName("mihpayid"), JsonConverter(typeof(LooseText))]
    public string? PaymentId { get; init; }

    [JsonPropertyName("request_id"), JsonConverter(typeof(LooseText))]
    public string? RequestId { get; init; }

    /// <summary>What a cancellation has in place of <see cref="RequestId"/>.</summary>
    [JsonPropertyName("txn_update_id"), JsonConverter(typeof(LooseText))]
    public string? CancelId { get; init; }

    /// <summary>By what was requested: <see cref="ChargeDetails"/>, actions by their id, or a sentence.</summary>
    [JsonPropertyName("transaction_details")]
    public JsonElement Details { get; init; }

    /// <summary><see cref="KeptCard"/> by token.</summary>
    [JsonPropertyName("user_cards")]
    public JsonElement Cards { get; init; }

    [JsonPropertyName("isVPAValid"), JsonConverter(typeof(LooseText))]
    public string? IsVpaValid { get; init; }

    [JsonPropertyName("payerAccountName"), JsonConverter(typeof(LooseText))]
    public string? PayerAccountName { get; init; }
}

/// <summary>What <c>verify_payment</c> says of one <c>txnid</c>.</summary>
internal sealed class ChargeDetails
{
    [JsonPropertyName("mihpayid"), JsonConverter(typeof(LooseText))]
    public string? PaymentId { get; init; }

    [JsonPropertyName("txnid"), JsonConverter(typeof(LooseText))]
    public string? TxnId { get; init; }

    [JsonPropertyName("status"), JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonPropertyName("unmappedstatus"), JsonConverter(typeof(LooseText))]
    public string? UnmappedStatus { get; init; }

    /// <summary>Additional charges included.</summary>
    [JsonPropertyName("amt"), JsonConverter(typeof(LooseText))]
    public string? Amount { get; init; }

    /// <summary>The amount of the merchant's request.</summary>
    [JsonPropertyName("transaction_amount"), JsonConverter(typeof(LooseText))]
    public string? TransactionAmount { get; init; }

    [JsonPropertyName("additional_charges"), JsonConverter(typeof(LooseText))]
    public string? AdditionalCharges { get; init; }

    [JsonPropertyName("bank_ref_num"), JsonConverter(typeof(LooseText))]
    public string? BankReference { get; init; }

    [JsonPropertyName("mode"), JsonConverter(typeof(LooseText))]
    public string? Mode { get; init; }

    [JsonPropertyName("error_code"), JsonConverter(typeof(LooseText))]
    public string? ErrorCode { get; init; }

    [JsonPropertyName("error_Message"), JsonConverter(typeof(LooseText))]
    public string? ErrorMessage { get; init; }

    /// <summary>The bank's words; of UPI often NPCI's code first.</summary>
    [JsonPropertyName("field9"), JsonConverter(typeof(LooseText))]
    public string? BankMessage { get; init; }
}

/// <summary>What <c>check_action_status</c> says of a capture, refund or cancellation.</summary>
internal sealed class ActionDetails
{
    [JsonPropertyName("mihpayid"), JsonConverter(typeof(LooseText))]
    public string? PaymentId { get; init; }

    [JsonPropertyName("request_id"), JsonConverter(typeof(LooseText))]
    public string? RequestId { get; init; }

    /// <summary><c>capture</c>, <c>refund</c> or <c>cancel</c>.</summary>
    [JsonPropertyName("action"), JsonConverter(typeof(LooseText))]
    public string? Action { get; init; }

    [JsonPropertyName("token"), JsonConverter(typeof(LooseText))]
    public string? Token { get; init; }

    [JsonPropertyName("amt"), JsonConverter(typeof(LooseText))]
    public string? Amount { get; init; }

    [JsonPropertyName("status"), JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonPropertyName("bank_arn"), JsonConverter(typeof(LooseText))]
    public string? Arn { get; init; }

    [JsonPropertyName("bank_ref_num"), JsonConverter(typeof(LooseText))]
    public string? BankReference { get; init; }
}

/// <summary>A card that PayU keeps.</summary>
internal sealed class KeptCard
{
    [JsonPropertyName("card_token"), JsonConverter(typeof(LooseText))]
    public string? Token { get; init; }

    /// <summary>Masked.</summary>
    [JsonPropertyName("card_no"), JsonConverter(typeof(LooseText))]
    public string? Number { get; init; }

    [JsonPropertyName("card_type"), JsonConverter(typeof(LooseText))]
    public string? Type { get; init; }

    [JsonPropertyName("network_token")]
    public JsonElement NetworkToken { get; init; }

    [JsonPropertyName("issuer_token")]
    public JsonElement IssuerToken { get; init; }
}

internal sealed class CardToken
{
    [JsonPropertyName("is_expired"), JsonConverter(typeof(LooseText))]
    public string? IsExpired { get; init; }

    [JsonPropertyName("token_exp_mon"), JsonConverter(typeof(LooseText))]
    public string? ExpiryMonth { get; init; }

    [JsonPropertyName("token_exp_yr"), JsonConverter(typeof(LooseText))]
    public string? ExpiryYear { get; init; }
}

/// <summary>The callback of a refund; nothing in it is signed.</summary>
internal sealed class RefundCallback
{
    [JsonPropertyName("action"), JsonConverter(typeof(LooseText))]
    public string? Action { get; init; }

    [JsonPropertyName("status"), JsonConverter(typeof(LooseText))]
    public string? Status { get; init; }

    [JsonPropertyName("merchantTxnId"), JsonConverter(typeof(LooseText))]
    public string? TxnId { get; init; }

    /// <summary>The token of the request; a refund that was not requested through the API has none of ours.</summary>
    [JsonPropertyName("token"), JsonConverter(typeof(LooseText))]
    public string? Token { get; init; }

    [JsonPropertyName("key"), JsonConverter(typeof(LooseText))]
    public string? Key { get; init; }
}

/// <summary>A text, or a number as it is spelled; anything else is none.</summary>
internal sealed class LooseText : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("PayU takes forms, not JSON.");
}

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, MaxDepth = 16)]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(PaymentResult))]
[JsonSerializable(typeof(CommandResponse))]
[JsonSerializable(typeof(ChargeDetails))]
[JsonSerializable(typeof(ActionDetails))]
[JsonSerializable(typeof(KeptCard))]
[JsonSerializable(typeof(CardToken))]
[JsonSerializable(typeof(RefundCallback))]
internal sealed partial class PayUJson : JsonSerializerContext;
