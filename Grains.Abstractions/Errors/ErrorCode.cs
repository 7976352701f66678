namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>
/// Every failure that a caller can meet. The name in snake_case is the stable <c>code</c> of the response; what it
/// means, its HTTP status and whether a retry helps are in <see cref="ErrorCatalogue"/>. Numbers cross processes and
/// are never reused.
/// </summary>
public enum ErrorCode
{
    /// <summary>The body is not JSON, or not one JSON object.</summary>
    MalformedJson = 1,

    /// <summary>The body has an unknown field.</summary>
    UnknownField = 2,

    /// <summary>A field is duplicated.</summary>
    DuplicateField = 3,

    /// <summary>A required field is missing.</summary>
    MissingField = 4,

    /// <summary>A field, query parameter or path segment is invalid.</summary>
    InvalidField = 5,

    /// <summary>An amount is not a positive integer of minor units within bounds.</summary>
    AmountInvalid = 6,

    /// <summary>The currency is not an ISO 4217 code.</summary>
    CurrencyUnknown = 7,

    /// <summary>The order id is malformed.</summary>
    OrderIdInvalid = 8,

    /// <summary>The card's number, expiry date or security code is invalid.</summary>
    CardInvalid = 9,

    /// <summary>The cursor was not returned by this list.</summary>
    CursorInvalid = 10,

    /// <summary>The <c>Idempotency-Key</c> header is malformed.</summary>
    IdempotencyKeyInvalid = 11,

    /// <summary>The body is too large.</summary>
    BodyTooLarge = 12,

    /// <summary>The call does not accept the body's media type or encoding.</summary>
    UnsupportedMediaType = 13,

    /// <summary>The order token is not one that the merchant signed.</summary>
    OrderTokenInvalid = 14,

    /// <summary>The order token has expired.</summary>
    OrderTokenExpired = 15,

    /// <summary>No API key was sent, or not as a bearer token.</summary>
    AuthenticationRequired = 20,

    /// <summary>The API key is unknown or revoked.</summary>
    ApiKeyInvalid = 21,

    /// <summary>The API key is not allowed to make this call.</summary>
    PermissionDenied = 22,

    /// <summary>A page creates payments only with an order token.</summary>
    OrderTokenRequired = 23,

    /// <summary>The page's origin is not registered with the merchant.</summary>
    OriginNotRegistered = 24,

    /// <summary>The API key does not work from the caller's address.</summary>
    NetworkNotAllowed = 25,

    /// <summary>The API key has expired.</summary>
    ApiKeyExpired = 26,

    /// <summary>A call with a card came in clear text.</summary>
    HttpsRequired = 27,

    /// <summary>The merchant has no such payment.</summary>
    PaymentNotFound = 30,

    /// <summary>The merchant has no such refund.</summary>
    RefundNotFound = 31,

    /// <summary>There is no such merchant.</summary>
    MerchantNotFound = 32,

    /// <summary>There is no such URL.</summary>
    NotFound = 33,

    /// <summary>The URL does not support this HTTP method.</summary>
    MethodNotAllowed = 34,

    /// <summary>The merchant has no such API key.</summary>
    ApiKeyNotFound = 35,

    /// <summary>The merchant has no such customer.</summary>
    CustomerNotFound = 36,

    /// <summary>The customer has no such saved instrument.</summary>
    InstrumentNotFound = 37,

    /// <summary>The payment has no such unexpected money.</summary>
    UnexpectedMoneyNotFound = 38,

    /// <summary>The order already has a payment, or exists with different content.</summary>
    OrderConflict = 40,

    /// <summary>The payment's status does not allow this command.</summary>
    StatusConflict = 41,

    /// <summary>The outcome of an earlier step is not known yet.</summary>
    OutcomePending = 42,

    /// <summary>The idempotency key belongs to another request.</summary>
    IdempotencyKeyReused = 43,

    /// <summary>The amount cannot be captured.</summary>
    CaptureAmountInvalid = 44,

    /// <summary>The refund is larger than what is left of the captured amount.</summary>
    RefundAmountExceeded = 45,

    /// <summary>The maximum number of attempts, refunds, API keys or saved instruments is reached.</summary>
    LimitReached = 46,

    /// <summary>The merchant has no provider that accepts the payment.</summary>
    NoProvider = 47,

    /// <summary>The provider does not support this method, flow or currency.</summary>
    FlowNotSupported = 48,

    /// <summary>UPI collect is not allowed for this merchant.</summary>
    UpiCollectNotAllowed = 49,

    /// <summary>The provider rejected the credentials.</summary>
    CredentialsRefused = 50,

    /// <summary>Payments at the provider are still open.</summary>
    ProviderInUse = 51,

    /// <summary>It was changed after the version that was read.</summary>
    VersionConflict = 52,

    /// <summary>The customer did not consent.</summary>
    ConsentRequired = 53,

    /// <summary>The card cannot be saved.</summary>
    CardNotKept = 54,

    /// <summary>The saved instrument cannot be used now.</summary>
    InstrumentUnusable = 55,

    /// <summary>The provider rejected the request.</summary>
    ProviderRefused = 56,

    /// <summary>The payment's history is in an archive.</summary>
    PaymentArchived = 57,

    /// <summary>The request body did not arrive in time.</summary>
    RequestTimeout = 59,

    /// <summary>The caller exceeded its rate limit.</summary>
    RateLimited = 60,

    /// <summary>The service is overloaded.</summary>
    Overloaded = 61,

    /// <summary>The service is temporarily unavailable.</summary>
    Unavailable = 62,

    /// <summary>An internal error.</summary>
    InternalError = 63,

    /// <summary>Attempts by card are slowed.</summary>
    TooManyAttempts = 64,

    /// <summary>Attempts by card are blocked.</summary>
    AttemptsBlocked = 65,

    /// <summary>The webhook's signature does not match the merchant's secret.</summary>
    WebhookSignatureInvalid = 70,

    /// <summary>The webhook's signature is right, its content does not match the provider's documentation.</summary>
    WebhookMalformed = 71,
}
