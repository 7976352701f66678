using System.Collections.Frozen;

namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>One line of the error reference.</summary>
/// <param name="Code">The code.</param>
/// <param name="Name">The stable name in responses, in snake_case.</param>
/// <param name="HttpStatus">The HTTP status of the response.</param>
/// <param name="Retryable">Whether the same request can succeed later unchanged.</param>
/// <param name="Meaning">What it means, in one sentence.</param>
public sealed record ErrorEntry(ErrorCode Code, string Name, int HttpStatus, bool Retryable, string Meaning);

/// <summary>The error reference. <c>docs/errors.md</c> has the same table, as a test proves.</summary>
public static class ErrorCatalogue
{
    private static readonly FrozenDictionary<ErrorCode, ErrorEntry> Entries = new ErrorEntry[]
    {
        new(ErrorCode.MalformedJson, "malformed_json", 400, false, "The request body is not valid JSON."),
        new(ErrorCode.UnknownField, "unknown_field", 400, false, "The request body contains an unknown field."),
        new(ErrorCode.DuplicateField, "duplicate_field", 400, false, "The request body contains a duplicated field."),
        new(ErrorCode.MissingField, "missing_field", 400, false, "A required field is missing."),
        new(
            ErrorCode.InvalidField, "invalid_field", 400, false,
            "A field, query parameter or path segment is invalid."),
        new(
            ErrorCode.AmountInvalid, "amount_invalid", 400, false,
            "An amount must be a positive whole number of minor units, at most 100000000000000."),
        new(ErrorCode.CurrencyUnknown, "currency_unknown", 400, false, "The currency is not an ISO 4217 code."),
        new(
            ErrorCode.OrderIdInvalid, "order_id_invalid", 400, false,
            "An order id must be 1 to 64 letters, digits, '.', '_', ':' or '-'."),
        new(
            ErrorCode.CardInvalid, "card_invalid", 400, false,
            "The card's number, expiry date or security code is invalid."),
        new(ErrorCode.CursorInvalid, "cursor_invalid", 400, false, "The cursor was not returned by this list."),
        new(
            ErrorCode.IdempotencyKeyInvalid, "idempotency_key_invalid", 400, false,
            "An Idempotency-Key must be 1 to 255 printable ASCII characters without spaces."),
        new(ErrorCode.BodyTooLarge, "body_too_large", 413, false, "The request body is too large."),
        new(
            ErrorCode.UnsupportedMediaType, "unsupported_media_type", 415, false,
            "The request body must be application/json in UTF-8, not compressed."),
        new(
            ErrorCode.OrderTokenInvalid, "order_token_invalid", 400, false,
            "The order token is malformed, or signed by another merchant or with a key that was replaced."),
        new(
            ErrorCode.OrderTokenExpired, "order_token_expired", 400, false,
            "The order token has expired. The shop's server makes a new one."),
        new(
            ErrorCode.AuthenticationRequired, "authentication_required", 401, false,
            "No API key was sent. Send it as 'Authorization: Bearer <key>'."),
        new(ErrorCode.ApiKeyInvalid, "api_key_invalid", 401, false, "The API key is unknown or revoked."),
        new(
            ErrorCode.PermissionDenied, "permission_denied", 403, false,
            "The API key is not allowed to make this call."),
        new(
            ErrorCode.OrderTokenRequired, "order_token_required", 403, false,
            "With a publishable key a payment is created only with an order token, which the shop's server makes."),
        new(
            ErrorCode.OriginNotRegistered, "origin_not_registered", 403, false,
            "The page's origin is not among the merchant's registered origins."),
        new(
            ErrorCode.NetworkNotAllowed, "network_not_allowed", 403, false,
            "The API key does not work from this address."),
        new(ErrorCode.ApiKeyExpired, "api_key_expired", 401, false, "The API key has expired."),
        new(
            ErrorCode.HttpsRequired, "https_required", 403, false,
            "Calls that can bring a card come over https. A proxy that ends TLS has to be named in "
            + "Gateway:KnownProxies."),
        new(ErrorCode.PaymentNotFound, "payment_not_found", 404, false, "The merchant has no such payment."),
        new(ErrorCode.RefundNotFound, "refund_not_found", 404, false, "The merchant has no such refund."),
        new(ErrorCode.MerchantNotFound, "merchant_not_found", 404, false, "There is no such merchant."),
        new(ErrorCode.NotFound, "not_found", 404, false, "No such URL."),
        new(
            ErrorCode.MethodNotAllowed, "method_not_allowed", 405, false,
            "This URL does not support that HTTP method; see the Allow header."),
        new(ErrorCode.ApiKeyNotFound, "api_key_not_found", 404, false, "The merchant has no such API key."),
        new(ErrorCode.CustomerNotFound, "customer_not_found", 404, false, "The merchant has no such customer."),
        new(
            ErrorCode.InstrumentNotFound, "instrument_not_found", 404, false,
            "The customer has no such saved card, UPI ID or linked wallet."),
        new(
            ErrorCode.UnexpectedMoneyNotFound, "unexpected_money_not_found", 404, false,
            "The payment has no such unexpected money."),
        new(
            ErrorCode.OrderConflict, "order_conflict", 409, false,
            "The order already has a payment, or exists with different content; to a server the detail names the "
            + "field."),
        new(ErrorCode.StatusConflict, "status_conflict", 409, false, "The payment's status does not allow this call."),
        new(
            ErrorCode.OutcomePending, "outcome_pending", 409, true,
            "The outcome of an earlier step is not known yet. Retry when it is."),
        new(
            ErrorCode.IdempotencyKeyReused, "idempotency_key_reused", 422, false,
            "The Idempotency-Key was used for a request with different content."),
        new(ErrorCode.CaptureAmountInvalid, "capture_amount_invalid", 422, false, "This amount cannot be captured."),
        new(
            ErrorCode.RefundAmountExceeded, "refund_amount_exceeded", 422, false,
            "The refund is larger than what is left of the captured amount."),
        new(
            ErrorCode.LimitReached, "limit_reached", 409, false,
            "The maximum number of attempts, refunds, API keys or saved instruments is reached; the "
            + "detail says which."),
        new(ErrorCode.NoProvider, "no_provider", 422, false, "The merchant has no provider that accepts this payment."),
        new(
            ErrorCode.FlowNotSupported, "flow_not_supported", 422, false,
            "The provider does not support this method, flow or currency."),
        new(
            ErrorCode.UpiCollectNotAllowed, "upi_collect_not_allowed", 422, false,
            "UPI collect was withdrawn on 28 February 2026 and is available to exempt merchants only. "
            + "Use intent or qr."),
        new(
            ErrorCode.CredentialsRefused, "credentials_refused", 422, false,
            "The provider rejected these credentials. Nothing was changed."),
        new(
            ErrorCode.ProviderInUse, "provider_in_use", 409, false,
            "Payments at the provider are still open or monitored. Switch it off in the routing and "
            + "retry when they are final."),
        new(
            ErrorCode.VersionConflict, "version_conflict", 412, false,
            "It was changed after the version in If-Match. Read it again and retry."),
        new(
            ErrorCode.ConsentRequired, "consent_required", 422, false,
            "A card is saved only with the customer's explicit consent."),
        new(
            ErrorCode.CardNotKept, "card_not_kept", 422, false,
            "The card cannot be saved this way; the detail says why and what is possible instead."),
        new(
            ErrorCode.InstrumentUnusable, "instrument_unusable", 422, false,
            "The saved instrument cannot be used now; the detail says why."),
        new(
            ErrorCode.ProviderRefused, "provider_refused", 422, false,
            "The provider rejected the request; the detail says why."),
        new(
            ErrorCode.PaymentArchived, "payment_archived", 409, false,
            "The payment's history is archived. It shows its status and amounts; the operator of this service can "
            + "restore it."),
        new(
            ErrorCode.RequestTimeout, "request_timeout", 408, true,
            "The request body did not arrive in time. Send the request again."),
        new(
            ErrorCode.RateLimited, "rate_limited", 429, true,
            "Too many requests. Retry after the time in Retry-After."),
        new(
            ErrorCode.Overloaded, "overloaded", 503, true,
            "The service is overloaded. Nothing was processed; retry later."),
        new(
            ErrorCode.Unavailable, "unavailable", 503, true,
            "The service is temporarily unavailable. Retry with the same Idempotency-Key."),
        new(
            ErrorCode.InternalError, "internal_error", 500, true,
            "Internal error. Quote the traceId when you contact support."),
        new(
            ErrorCode.TooManyAttempts, "too_many_attempts", 429, true,
            "Too many attempts to pay by card were unsuccessful, or are under way. Retry after the time in "
            + "Retry-After; other methods are possible."),
        new(
            ErrorCode.AttemptsBlocked, "attempts_blocked", 429, true,
            "Attempts to pay by card are blocked because too many were unsuccessful. Retry after the time in "
            + "Retry-After; other methods are possible."),
        new(
            ErrorCode.WebhookSignatureInvalid, "webhook_signature_invalid", 401, false,
            "The webhook's signature does not match the merchant's secret."),
        new(
            ErrorCode.WebhookMalformed, "webhook_malformed", 400, false,
            "The webhook's content does not match the provider's documentation."),
    }.ToFrozenDictionary(entry => entry.Code);

    /// <summary>All entries, in the order of their numbers.</summary>
    public static IEnumerable<ErrorEntry> All => Entries.Values.OrderBy(entry => entry.Code);

    /// <summary>The entry of a code.</summary>
    public static ErrorEntry Entry(this ErrorCode code) => Entries[code];
}
