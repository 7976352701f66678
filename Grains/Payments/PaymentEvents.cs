using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Payments;

// The events of a payment. This is a stored format: the journal holds them as JSON under the names in PaymentEventJson,
// for ever. Members may be added if old events without them still make sense; none may be renamed, retyped or removed.
// No card data, no secrets.

/// <summary>The merchant requested a payment, and it was accepted.</summary>
public sealed record PaymentCreated : PaymentEvent
{
    /// <summary>The merchant's order.</summary>
    public required string OrderId { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>Who captures.</summary>
    public required CaptureMode Capture { get; init; }

    /// <summary>Who pays.</summary>
    public required Customer Customer { get; init; }

    /// <summary>What the customer reads.</summary>
    public string? Description { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    public required ImmutableDictionary<string, string> Metadata { get; init; }

    /// <summary>Until when the customer can pay.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the order consists of.</summary>
    public Basket? Basket { get; init; }

    /// <summary>Whether the method was left open, for the customer to choose on the checkout page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByCheckout { get; init; }
}

/// <summary>A request was recognised as one that had taken effect under another name; only its name is new.</summary>
public sealed record RequestRepeated : PaymentEvent;

/// <summary>A charge is about to be sent to a provider: the intent, durable before any byte leaves.</summary>
public sealed record AttemptStarted : PaymentEvent
{
    /// <summary>The attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>What it is paid with.</summary>
    public required PaymentMethod Method { get; init; }

    /// <summary>Until when the request may leave, and from when on a "not found" is final.</summary>
    public required SendTerms Send { get; init; }

    /// <summary>Whether the charge requested automatic capture.</summary>
    public required bool ProviderCaptures { get; init; }

    /// <summary>How long after it was given up the attempt can still turn into a success.</summary>
    public required TimeSpan LateSuccess { get; init; }

    /// <summary>Until when the customer can pay.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether the provider can release what it authorised.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CanVoid { get; init; }

    /// <summary>Whether the provider can capture less than it authorised.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CanCapturePart { get; init; }

    /// <summary>How long the provider recognises the attempt when it is sent again; null: always.</summary>
    [JsonPropertyName("repeat_window")]
    public TimeSpan? IdempotencyWindow { get; init; }

    /// <summary>The attempt that provably failed at its provider, and which this one replaces; 0 if none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Follows { get; init; }

    /// <summary>Why this provider was chosen and others were passed over; null where there was nothing to
    /// choose.</summary>
    public ImmutableArray<RouteNote>? Routing { get; init; }

    /// <summary>The merchant's account at the provider, to which all that follows goes; null where it was not
    /// known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Account { get; init; }

    /// <summary>The provider's name of the linked wallet that is charged, so that what became of the charge can be
    /// queried also when the customer has unlinked it since; null for anything else.</summary>
    public string? Link { get; init; }

    /// <summary>What the guard counts the attempt by; null if nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AttemptSubjects? Subjects { get; init; }
}

/// <summary>The time limits of one send.</summary>
public sealed record SendTerms
{
    /// <summary>No byte leaves after this.</summary>
    public required DateTimeOffset Before { get; init; }

    /// <summary>A provider's "not found" is final from here on: the send's end, the clocks' error and the provider's
    /// visibility window.</summary>
    [JsonPropertyName("believe_not_found_at")]
    public required DateTimeOffset NotFoundFinalAt { get; init; }
}

/// <summary>The attempt provably did not leave this machine, or provably did not arrive; it is sent again under the
/// same id.</summary>
public sealed record AttemptResent : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The new limits.</summary>
    public required SendTerms Send { get; init; }
}

/// <summary>The attempt did not leave this machine.</summary>
public sealed record AttemptNotSent : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>What stood in the way.</summary>
    public required string Reason { get; init; }

    /// <summary>When it is tried again.</summary>
    public required DateTimeOffset RetryAt { get; init; }
}

/// <summary>The attempt may have arrived; a status query follows.</summary>
public sealed record OutcomeUnknown : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>What was seen.</summary>
    public required string Reason { get; init; }

    /// <summary>The provider's id of the order, if it was learnt.</summary>
    public string? ProviderOrder { get; init; }
}

/// <summary>The provider took the attempt and works on it, or waits for the customer.</summary>
public sealed record AttemptAccepted : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The customer's step, when there is one.</summary>
    public CustomerAction? Action { get; init; }

    /// <summary>The provider's id of the order.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }
}

/// <summary>The money is reserved.</summary>
public sealed record PaymentAuthorized : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }
}

/// <summary>A capture is about to be sent to the provider.</summary>
public sealed record CaptureRequested : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The limits of the send.</summary>
    public required SendTerms Send { get; init; }
}

/// <summary>The capture did not leave this machine.</summary>
public sealed record CaptureNotSent : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why not.</summary>
    public required string Reason { get; init; }

    /// <summary>When it is tried again.</summary>
    public required DateTimeOffset RetryAt { get; init; }
}

/// <summary>The capture may have arrived; a status query will tell.</summary>
public sealed record CaptureOutcomeUnknown : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>What was seen.</summary>
    public required string Reason { get; init; }
}

/// <summary>The provider refused the capture; the authorisation stays.</summary>
public sealed record CaptureRefused : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why.</summary>
    public required Failure Failure { get; init; }
}

/// <summary>The money is captured: the order is paid.</summary>
public sealed record PaymentCaptured : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>What the provider keeps, in minor units; null if it did not say.</summary>
    public long? FeeMinor { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }

    /// <summary>Whether a webhook said so, which a status query has to confirm.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByWebhook { get; init; }
}

/// <summary>Money arrived for an order that is paid otherwise or was given up. Its refund follows in the same
/// commit.</summary>
public sealed record SurplusCaptured : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>What the provider keeps, in minor units; null if it did not say.</summary>
    public long? FeeMinor { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }
}

/// <summary>The attempt failed.</summary>
public sealed record AttemptFailed : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why.</summary>
    public required Failure Failure { get; init; }

    /// <summary>The provider's id of the payment, if it was learnt.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>Whether an attempt at another provider follows in the same commit: the payment goes on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MovesOn { get; init; }
}

/// <summary>Money was reserved for an order that is paid otherwise or was given up.</summary>
public sealed record SurplusAuthorized : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }
}

/// <summary>A release of the authorisation is about to be sent to the provider.</summary>
public sealed record VoidRequested : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The limits of the send.</summary>
    public required SendTerms Send { get; init; }
}

/// <summary>The release did not leave this machine.</summary>
public sealed record VoidNotSent : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why not.</summary>
    public required string Reason { get; init; }

    /// <summary>When it is tried again.</summary>
    public required DateTimeOffset RetryAt { get; init; }
}

/// <summary>The release may have arrived; a status query will tell.</summary>
public sealed record VoidOutcomeUnknown : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>What was seen.</summary>
    public required string Reason { get; init; }
}

/// <summary>The provider refused to release the authorisation: it runs out, or turns out to be captured.</summary>
public sealed record VoidRefused : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why.</summary>
    public required Failure Failure { get; init; }
}

/// <summary>The reserved money is free again.</summary>
public sealed record AuthorizationReleased : PaymentEvent
{
    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }
}

/// <summary>The merchant gave the payment up.</summary>
public sealed record PaymentCancelled : PaymentEvent
{
    /// <summary>Why, as the merchant said.</summary>
    public string? Reason { get; init; }
}

/// <summary>The customer did not pay in time.</summary>
public sealed record PaymentExpired : PaymentEvent;
