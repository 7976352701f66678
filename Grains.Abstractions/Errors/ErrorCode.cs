namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>
/// Every failure that a caller can meet. The name in snake_case is the stable <c>code</c> of the answer; what it means,
/// its HTTP status and whether a retry can help are in <see cref="ErrorCatalogue"/>. Numbers cross processes and are
/// never reused.
/// </summary>
public enum ErrorCode
{
    /// <summary>The body is not JSON, or not one JSON object.</summary>
    MalformedJson = 1,

    /// <summary>A member that this call does not know.</summary>
    UnknownField = 2,

    /// <summary>A member stands twice.</summary>
    DuplicateField = 3,

    /// <summary>A member that this call needs is missing.</summary>
    MissingField = 4,

    /// <summary>A member, query value or path segment has the wrong type or form.</summary>
    InvalidField = 5,

    /// <summary>An amount is not a positive integer of minor units within bounds.</summary>
    AmountInvalid = 6,

    /// <summary>The currency is not an ISO 4217 code.</summary>
    CurrencyUnknown = 7,

    /// <summary>The order id is out of form.</summary>
    OrderIdInvalid = 8,

    /// <summary>The card's number, expiry or security code cannot be right.</summary>
    CardInvalid = 9,

    /// <summary>The cursor was not made by this list.</summary>
    CursorInvalid = 10,

    /// <summary>The <c>Idempotency-Key</c> header is out of form.</summary>
    IdempotencyKeyInvalid = 11,

    /// <summary>The body is larger than this call takes.</summary>
    BodyTooLarge = 12,

    /// <summary>The body's media type is not the one this call takes.</summary>
    UnsupportedMediaType = 13,

    /// <summary>No API key was sent, or not as a bearer token.</summary>
    AuthenticationRequired = 20,

    /// <summary>The API key is unknown or revoked.</summary>
    ApiKeyInvalid = 21,

    /// <summary>The API key may not make this call.</summary>
    PermissionDenied = 22,

    /// <summary>The merchant has no such payment.</summary>
    PaymentNotFound = 30,

    /// <summary>The merchant has no such refund.</summary>
    RefundNotFound = 31,

    /// <summary>There is no such merchant.</summary>
    MerchantNotFound = 32,

    /// <summary>There is nothing at this address.</summary>
    NotFound = 33,

    /// <summary>The address does not take this HTTP method.</summary>
    MethodNotAllowed = 34,

    /// <summary>The merchant has no such API key.</summary>
    ApiKeyNotFound = 35,

    /// <summary>The merchant has no such customer.</summary>
    CustomerNotFound = 36,

    /// <summary>The customer has no such saved instrument.</summary>
    InstrumentNotFound = 37,

    /// <summary>The order exists with other content.</summary>
    OrderConflict = 40,

    /// <summary>The payment's status does not allow this command.</summary>
    StatusConflict = 41,

    /// <summary>The provider's answer to an earlier step is outstanding.</summary>
    OutcomePending = 42,

    /// <summary>The idempotency key belongs to another request.</summary>
    IdempotencyKeyReused = 43,

    /// <summary>The capture is not for an amount that can be captured.</summary>
    CaptureAmountInvalid = 44,

    /// <summary>The refund is for more than is left of the captured amount.</summary>
    RefundAmountExceeded = 45,

    /// <summary>There are as many attempts, refunds or API keys as there may be.</summary>
    LimitReached = 46,

    /// <summary>The merchant has no provider that takes such a payment.</summary>
    NoProvider = 47,

    /// <summary>The provider does not offer this flow.</summary>
    FlowNotSupported = 48,

    /// <summary>UPI collect is not allowed for this merchant.</summary>
    UpiCollectNotAllowed = 49,

    /// <summary>The provider refuses the credentials.</summary>
    CredentialsRefused = 50,

    /// <summary>Something at the provider is still open.</summary>
    ProviderInUse = 51,

    /// <summary>It was changed meanwhile.</summary>
    VersionConflict = 52,

    /// <summary>The customer did not agree.</summary>
    ConsentRequired = 53,

    /// <summary>Nobody may keep the card.</summary>
    CardNotKept = 54,

    /// <summary>The saved instrument cannot be used now.</summary>
    InstrumentUnusable = 55,

    /// <summary>The provider refuses.</summary>
    ProviderRefused = 56,

    /// <summary>The caller sends more requests than its key may.</summary>
    RateLimited = 60,

    /// <summary>The system has more work than it can accept.</summary>
    Overloaded = 61,

    /// <summary>Something that this call needs is out of reach.</summary>
    Unavailable = 62,

    /// <summary>A fault of ours.</summary>
    InternalError = 63,

    /// <summary>The webhook's signature is not the merchant's provider's.</summary>
    WebhookSignatureInvalid = 70,

    /// <summary>The webhook's signature is right, its content is not what the provider documents.</summary>
    WebhookMalformed = 71,
}
