using System.Collections.Frozen;

namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>One line of the error reference.</summary>
/// <param name="Code">The code.</param>
/// <param name="Name">The stable name that answers carry, in snake_case.</param>
/// <param name="HttpStatus">The HTTP status of the answer.</param>
/// <param name="Retryable">Whether the same request can succeed later without being changed.</param>
/// <param name="Meaning">What it means, in one sentence.</param>
public sealed record ErrorEntry(ErrorCode Code, string Name, int HttpStatus, bool Retryable, string Meaning);

/// <summary>The error reference: <c>docs/errors.md</c> is this table, and a test holds the two together.</summary>
public static class ErrorCatalogue
{
    private static readonly FrozenDictionary<ErrorCode, ErrorEntry> Entries = new ErrorEntry[]
    {
        new(ErrorCode.MalformedJson, "malformed_json", 400, false, "The body is not one JSON object in UTF-8."),
        new(ErrorCode.UnknownField, "unknown_field", 400, false, "The body has a member that this call does not know."),
        new(ErrorCode.DuplicateField, "duplicate_field", 400, false, "The body names a member twice."),
        new(ErrorCode.MissingField, "missing_field", 400, false, "A member that this call needs is missing."),
        new(ErrorCode.InvalidField, "invalid_field", 400, false, "A member, query value or path segment has the wrong type or form."),
        new(ErrorCode.AmountInvalid, "amount_invalid", 400, false, "An amount is a positive whole number of minor units, at most 100000000000000."),
        new(ErrorCode.CurrencyUnknown, "currency_unknown", 400, false, "The currency is not an ISO 4217 code."),
        new(ErrorCode.OrderIdInvalid, "order_id_invalid", 400, false, "An order id has 1 to 64 letters, digits, '.', '_', ':' or '-'."),
        new(ErrorCode.CardInvalid, "card_invalid", 400, false, "The card's number, expiry or security code cannot be right."),
        new(ErrorCode.CursorInvalid, "cursor_invalid", 400, false, "The cursor was not given by this list."),
        new(ErrorCode.IdempotencyKeyInvalid, "idempotency_key_invalid", 400, false, "An idempotency key has 1 to 255 printable ASCII characters."),
        new(ErrorCode.BodyTooLarge, "body_too_large", 413, false, "The body is larger than this call takes."),
        new(ErrorCode.UnsupportedMediaType, "unsupported_media_type", 415, false, "The body's media type is not application/json."),
        new(ErrorCode.AuthenticationRequired, "authentication_required", 401, false, "No API key was sent; send it as 'Authorization: Bearer <key>'."),
        new(ErrorCode.ApiKeyInvalid, "api_key_invalid", 401, false, "The API key is unknown or revoked."),
        new(ErrorCode.PermissionDenied, "permission_denied", 403, false, "The API key may not make this call."),
        new(ErrorCode.PaymentNotFound, "payment_not_found", 404, false, "The merchant has no such payment."),
        new(ErrorCode.RefundNotFound, "refund_not_found", 404, false, "The merchant has no such refund."),
        new(ErrorCode.MerchantNotFound, "merchant_not_found", 404, false, "There is no such merchant."),
        new(ErrorCode.NotFound, "not_found", 404, false, "There is nothing at this address."),
        new(ErrorCode.MethodNotAllowed, "method_not_allowed", 405, false, "The address does not take this HTTP method."),
        new(ErrorCode.ApiKeyNotFound, "api_key_not_found", 404, false, "The merchant has no such API key."),
        new(ErrorCode.CustomerNotFound, "customer_not_found", 404, false, "The merchant has no such customer."),
        new(ErrorCode.InstrumentNotFound, "instrument_not_found", 404, false, "The customer has no such saved card, UPI id or linked wallet."),
        new(ErrorCode.OrderConflict, "order_conflict", 409, false, "The merchant's order exists with other content; the detail names the field."),
        new(ErrorCode.StatusConflict, "status_conflict", 409, false, "The payment's status does not allow this command."),
        new(ErrorCode.OutcomePending, "outcome_pending", 409, true, "The provider's answer to an earlier step is outstanding; try again when it is known."),
        new(ErrorCode.IdempotencyKeyReused, "idempotency_key_reused", 422, false, "The idempotency key belongs to a request with other content."),
        new(ErrorCode.CaptureAmountInvalid, "capture_amount_invalid", 422, false, "The amount is not one that can be captured."),
        new(ErrorCode.RefundAmountExceeded, "refund_amount_exceeded", 422, false, "The amount is more than is left of the captured amount."),
        new(ErrorCode.LimitReached, "limit_reached", 409, false, "There are as many attempts, refunds, API keys or saved instruments as there may be; the detail says which."),
        new(ErrorCode.NoProvider, "no_provider", 422, false, "The merchant has no provider configured that takes such a payment."),
        new(ErrorCode.FlowNotSupported, "flow_not_supported", 422, false, "The provider does not offer this method, flow or currency."),
        new(ErrorCode.UpiCollectNotAllowed, "upi_collect_not_allowed", 422, false, "UPI collect was withdrawn on 28 February 2026 and is switched on for exempt merchants alone; use intent or qr."),
        new(ErrorCode.CredentialsRefused, "credentials_refused", 422, false, "The provider refuses these credentials; nothing was changed."),
        new(ErrorCode.ProviderInUse, "provider_in_use", 409, false, "Payments at the provider are still open or watched; switch it off in the routing and come back when they are settled."),
        new(ErrorCode.VersionConflict, "version_conflict", 412, false, "It was changed since the version that If-Match names; read it and decide anew."),
        new(ErrorCode.ConsentRequired, "consent_required", 422, false, "A card is kept only if the customer agreed to it explicitly."),
        new(ErrorCode.CardNotKept, "card_not_kept", 422, false, "The card may not be kept this way; the detail says why, and which way is left."),
        new(ErrorCode.InstrumentUnusable, "instrument_unusable", 422, false, "The saved instrument cannot be used now; the detail says why."),
        new(ErrorCode.ProviderRefused, "provider_refused", 422, false, "The provider refuses; the detail says why."),
        new(ErrorCode.RateLimited, "rate_limited", 429, true, "The rate of such requests is exhausted; Retry-After says when to come back."),
        new(ErrorCode.Overloaded, "overloaded", 503, true, "The system has more work than it can accept; nothing was accepted."),
        new(ErrorCode.Unavailable, "unavailable", 503, true, "Something that this call needs is out of reach; repeat it with the same idempotency key."),
        new(ErrorCode.InternalError, "internal_error", 500, true, "A fault of ours; the trace id finds it in the logs."),
        new(ErrorCode.WebhookSignatureInvalid, "webhook_signature_invalid", 401, false, "The webhook's signature does not match the merchant's secret."),
        new(ErrorCode.WebhookMalformed, "webhook_malformed", 400, false, "The webhook's content is not what the provider documents."),
    }.ToFrozenDictionary(entry => entry.Code);

    /// <summary>All entries, in the order of their numbers.</summary>
    public static IEnumerable<ErrorEntry> All => Entries.Values.OrderBy(entry => entry.Code);

    /// <summary>The entry of a code.</summary>
    public static ErrorEntry Entry(this ErrorCode code) => Entries[code];
}
