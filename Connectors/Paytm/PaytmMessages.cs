using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Connectors.Paytm;

// Paytm's JSON, as far as it is used: paytmpayments.com/docs/api (initiate, process, v3 status, refund, v2 pre-auth,
// capture and release). Members that are not named are ignored; those that are named must have the stated type.
// Classes, not records: what they hold is never printed.

/// <summary>The order of a sale.</summary>
internal sealed class InitiateBody
{
    public required string RequestType { get; init; }
    public required string Mid { get; init; }
    public required string WebsiteName { get; init; }
    public required string OrderId { get; init; }
    public required TxnAmount TxnAmount { get; init; }
    public required UserInfo UserInfo { get; init; }
    public string? CallbackUrl { get; init; }
    public string? PaytmSsoToken { get; init; }
}

internal sealed class TxnAmount
{
    public required string Value { get; init; }
    public required string Currency { get; init; }
}

internal sealed class UserInfo
{
    public required string CustId { get; init; }
    public string? Mobile { get; init; }
    public string? Email { get; init; }
}

/// <summary>The order of a pre-authorisation.</summary>
internal sealed class PreAuthBody
{
    public required string Mid { get; init; }
    public required string OrderId { get; init; }
    public required string TxnAmount { get; init; }
    public required string PreAuthBlockSeconds { get; init; }
    public required string CardPreAuthType { get; init; }
    public required string WebsiteName { get; init; }
    public required string BlockType { get; init; }
    public required string ExpiryAction { get; init; }
    public required bool TxnTokenRequired { get; init; }
    public required string CallbackUrl { get; init; }
    public required UserInfo UserInfo { get; init; }
    public string? PaytmSsoToken { get; init; }
}

/// <summary>A payment of an order.</summary>
internal sealed class ProcessBody
{
    public required string RequestType { get; init; }
    public required string Mid { get; init; }
    public required string OrderId { get; init; }
    public string? PaymentMode { get; set; }
    public string? PayerAccount { get; set; }
    public string? ChannelCode { get; set; }
    public string? AuthMode { get; set; }
    public string? CardInfo { get; set; }
    public string? StoreInstrument { get; set; }
}

internal sealed class BinBody
{
    public required string Bin { get; init; }
    public required string Mid { get; init; }
}

internal sealed class VpaBody
{
    public required string Vpa { get; init; }
    public required string Mid { get; init; }
}

internal sealed class StatusBody
{
    public required string Mid { get; init; }
    public required string OrderId { get; init; }
    public string? TxnType { get; init; }
}

internal sealed class CaptureBody
{
    public required string Mid { get; init; }
    public required string OrderId { get; init; }
    public required string TxnAmount { get; init; }
    public required string PreAuthId { get; init; }
}

internal sealed class ReleaseBody
{
    public required string Mid { get; init; }
    public required string PreAuthId { get; init; }
}

internal sealed class RefundBody
{
    public required string Mid { get; init; }
    public required string TxnType { get; init; }
    public required string OrderId { get; init; }
    public required string TxnId { get; init; }
    public required string RefId { get; init; }
    public required string RefundAmount { get; init; }
    public string? Comments { get; init; }
}

internal sealed class RefundStatusBody
{
    public required string Mid { get; init; }
    public required string OrderId { get; init; }
    public required string RefId { get; init; }
}

/// <summary>The head of a call that is made for the buyer, with the order's token.</summary>
internal sealed class TokenHead
{
    public required string Version { get; init; }
    public required string ChannelId { get; init; }
    public required string RequestTimestamp { get; init; }
    public string? TxnToken { get; init; }
    public string? TokenType { get; init; }
    public string? Token { get; init; }
}

/// <summary>A response, and what a refund's webhook posts. The body stays text, because a checksum covers its
/// bytes.</summary>
internal sealed class Envelope
{
    public EnvelopeHead? Head { get; init; }
    public JsonElement Body { get; init; }
}

internal sealed class EnvelopeHead
{
    public string? Signature { get; init; }
}

/// <summary>What every response's body has.</summary>
internal class ResponseBody
{
    public ResultInfo? ResultInfo { get; init; }
}

internal sealed class ResultInfo
{
    public string? ResultStatus { get; init; }
    public string? ResultCode { get; init; }
    public string? ResultMsg { get; init; }
}

internal sealed class TokenResponse : ResponseBody
{
    public string? TxnToken { get; init; }
}

internal sealed class ProcessResponse : ResponseBody
{
    public string? TransId { get; init; }
    public DeepLinkInfo? DeepLinkInfo { get; init; }
    public BankForm? BankForm { get; init; }
}

internal sealed class DeepLinkInfo
{
    public string? DeepLink { get; init; }
    public string? TransId { get; init; }
}

internal sealed class BankForm
{
    public RedirectForm? RedirectForm { get; init; }
}

internal sealed class RedirectForm
{
    public string? ActionUrl { get; init; }
    public string? Method { get; init; }
    public Dictionary<string, JsonElement>? Content { get; init; }
}

internal sealed class BinResponse : ResponseBody
{
    public BinDetail? BinDetail { get; init; }
}

internal sealed class BinDetail
{
    public string? PaymentMode { get; init; }
}

internal sealed class VpaResponse : ResponseBody
{
    public bool? Valid { get; init; }
}

internal sealed class StatusResponse : ResponseBody
{
    public string? TxnId { get; init; }
    public string? BankTxnId { get; init; }
    public string? OrderId { get; init; }
    public string? TxnAmount { get; init; }
    public string? TxnType { get; init; }
    public string? Mid { get; init; }
}

internal sealed class RefundResponse : ResponseBody
{
    public string? OrderId { get; init; }
    public string? RefId { get; init; }
    public string? RefundId { get; init; }
    public string? RefundAmount { get; init; }
    public List<RefundDetail?>? RefundDetailInfoList { get; init; }
}

internal sealed class RefundDetail
{
    public string? Rrn { get; init; }
}

internal sealed class BalanceBody
{
    public required string PaymentMode { get; init; }
}

internal sealed class BalanceResponse : ResponseBody
{
    public TxnAmountResponse? BalanceInfo { get; init; }
}

internal sealed class TxnAmountResponse
{
    public string? Value { get; init; }
    public string? Currency { get; init; }
}

/// <summary>Requests a one-time password: <c>POST /signin/otp</c>.</summary>
internal sealed class SignInBody
{
    public required string Phone { get; init; }
    public required string ClientId { get; init; }
    public required string Scope { get; init; }
    public required string ResponseType { get; init; }
}

/// <summary>Confirms it: <c>POST /signin/validate/otp</c>.</summary>
internal sealed class PasswordBody
{
    public required string Otp { get; init; }
    public required string State { get; init; }
}

/// <summary>The response to both, of another form than the payment calls' responses.</summary>
internal sealed class SignInResponse
{
    public string? Status { get; init; }
    public string? State { get; init; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    public string? ResourceOwnerId { get; init; }
}

/// <summary>The body of a refund's webhook, as far as it is used.</summary>
internal sealed class RefundNotice
{
    public string? Mid { get; init; }
    public string? OrderId { get; init; }
    public string? RefId { get; init; }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(InitiateBody))]
[JsonSerializable(typeof(PreAuthBody))]
[JsonSerializable(typeof(ProcessBody))]
[JsonSerializable(typeof(BinBody))]
[JsonSerializable(typeof(VpaBody))]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(CaptureBody))]
[JsonSerializable(typeof(ReleaseBody))]
[JsonSerializable(typeof(RefundBody))]
[JsonSerializable(typeof(RefundStatusBody))]
[JsonSerializable(typeof(TokenHead))]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(ResponseBody))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(ProcessResponse))]
[JsonSerializable(typeof(BinResponse))]
[JsonSerializable(typeof(VpaResponse))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(RefundResponse))]
[JsonSerializable(typeof(RefundNotice))]
[JsonSerializable(typeof(BalanceBody))]
[JsonSerializable(typeof(BalanceResponse))]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(SignInResponse))]
internal sealed partial class PaytmJson : JsonSerializerContext
{
    /// <summary>As it goes over the wire: text as it is, not as <c>\u</c> escapes, which is how Paytm's own libraries
    /// write what they sign.</summary>
    public static PaytmJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
