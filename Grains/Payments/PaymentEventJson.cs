using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>The stored form of payment events: a name and UTF-8 JSON. The names here are what the journal holds for
/// ever.</summary>
public static class PaymentEventJson
{
    private static readonly PaymentEventJsonContext Json = PaymentEventJsonContext.Default;

    // Name, the public event's name if there is one, and the type's JSON contract.
    private static readonly EventFormat[] Formats =
    [
        new("payment_created", null, Json.PaymentCreated),
        new("request_repeated", null, Json.RequestRepeated),
        new("attempt_started", null, Json.AttemptStarted),
        new("attempt_resent", null, Json.AttemptResent),
        new("attempt_not_sent", null, Json.AttemptNotSent),
        new("outcome_unknown", null, Json.OutcomeUnknown),
        new("attempt_accepted", "payment.requires_action", Json.AttemptAccepted),
        new("payment_authorized", "payment.authorized", Json.PaymentAuthorized),
        new("capture_requested", null, Json.CaptureRequested),
        new("capture_not_sent", null, Json.CaptureNotSent),
        new("capture_outcome_unknown", null, Json.CaptureOutcomeUnknown),
        new("capture_refused", "payment.capture_failed", Json.CaptureRefused),
        new("payment_captured", "payment.succeeded", Json.PaymentCaptured),
        new("capture_confirmed", null, Json.CaptureConfirmed),
        new("capture_reversed", null, Json.CaptureReversed),
        new("surplus_captured", "payment.surplus_captured", Json.SurplusCaptured),
        new("attempt_failed", "payment.failed", Json.AttemptFailed),
        new("surplus_authorized", null, Json.SurplusAuthorized),
        new("void_requested", null, Json.VoidRequested),
        new("void_not_sent", null, Json.VoidNotSent),
        new("void_outcome_unknown", null, Json.VoidOutcomeUnknown),
        new("void_refused", null, Json.VoidRefused),
        new("authorization_released", "payment.authorization_released", Json.AuthorizationReleased),
        new("payment_cancelled", "payment.cancelled", Json.PaymentCancelled),
        new("payment_expired", "payment.expired", Json.PaymentExpired),
        new("review_required", "payment.needs_review", Json.ReviewRequired),
        new("review_resolved", null, Json.ReviewResolved),
        new("refund_review_resolved", null, Json.RefundReviewResolved),
        new("refund_requested", "refund.created", Json.RefundRequested),
        new("refund_resent", null, Json.RefundResent),
        new("refund_not_sent", null, Json.RefundNotSent),
        new("refund_outcome_unknown", null, Json.RefundOutcomeUnknown),
        new("refund_accepted", null, Json.RefundAccepted),
        new("refund_succeeded", "refund.succeeded", Json.RefundSucceeded),
        new("refund_confirmed", null, Json.RefundConfirmed),
        new("refund_reversed", null, Json.RefundReversed),
        new("refund_failed", "refund.failed", Json.RefundFailed),
        new("refund_review_required", "refund.needs_review", Json.RefundReviewRequired),
        new("refund_found", "refund.succeeded", Json.RefundFound),
        new("unexpected_money_reported", "payment.unexpected_money", Json.UnexpectedMoneyReported),
        new("unexpected_money_cleared", null, Json.UnexpectedMoneyCleared),
    ];

    private static readonly FrozenDictionary<Type, EventFormat> ByType = Formats.ToFrozenDictionary(
        format => format.Json.Type);
    private static readonly FrozenDictionary<string, EventFormat> ByName =
        Formats.ToFrozenDictionary(format => format.Name, StringComparer.Ordinal);

    /// <summary>The name under which an event is stored.</summary>
    public static string NameOf(PaymentEvent happened) => ByType[happened.GetType()].Name;

    /// <summary>The name under which events of a type are stored.</summary>
    public static string NameOf<T>()
        where T : PaymentEvent => ByType[typeof(T)].Name;

    /// <summary>An event in its stored form.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="version">Its number within the payment.</param>
    public static JournaledEvent Write(PaymentEvent happened, int version)
    {
        var format = ByType[happened.GetType()];
        return new JournaledEvent
        {
            Version = version,
            Type = format.Name,
            At = happened.At,
            Data = JsonSerializer.SerializeToUtf8Bytes(happened, format.Json),
            PublicType = happened is AttemptAccepted { Action: null } or AttemptFailed { MovesOn: true }
                ? null
                : format.PublicName,
        };
    }

    /// <summary>An event from its stored form. Members that this build does not know are passed over: no event is ever
    /// written again, so that the journal keeps them.</summary>
    /// <exception cref="EventUnreadableException">The journal is newer than this program, or damaged.</exception>
    public static PaymentEvent Read(JournaledEvent stored)
    {
        try
        {
            return ByName.TryGetValue(stored.Type, out var format)
                && JsonSerializer.Deserialize(stored.Data, format.Json) is PaymentEvent happened
                    ? happened
                    : throw new EventUnreadableException(stored.Type, null);
        }
        catch (JsonException exception)
        {
            throw new EventUnreadableException(stored.Type, exception);
        }
    }

    private sealed record EventFormat(string Name, string? PublicName, JsonTypeInfo Json);
}

// Options in the attribute alone: with any that are set in code, events are written by reading metadata instead of by
// generated code.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentCreated))]
[JsonSerializable(typeof(RequestRepeated))]
[JsonSerializable(typeof(AttemptStarted))]
[JsonSerializable(typeof(AttemptResent))]
[JsonSerializable(typeof(AttemptNotSent))]
[JsonSerializable(typeof(OutcomeUnknown))]
[JsonSerializable(typeof(AttemptAccepted))]
[JsonSerializable(typeof(PaymentAuthorized))]
[JsonSerializable(typeof(CaptureRequested))]
[JsonSerializable(typeof(CaptureNotSent))]
[JsonSerializable(typeof(CaptureOutcomeUnknown))]
[JsonSerializable(typeof(CaptureRefused))]
[JsonSerializable(typeof(PaymentCaptured))]
[JsonSerializable(typeof(CaptureConfirmed))]
[JsonSerializable(typeof(CaptureReversed))]
[JsonSerializable(typeof(SurplusCaptured))]
[JsonSerializable(typeof(AttemptFailed))]
[JsonSerializable(typeof(SurplusAuthorized))]
[JsonSerializable(typeof(VoidRequested))]
[JsonSerializable(typeof(VoidNotSent))]
[JsonSerializable(typeof(VoidOutcomeUnknown))]
[JsonSerializable(typeof(VoidRefused))]
[JsonSerializable(typeof(AuthorizationReleased))]
[JsonSerializable(typeof(ReviewResolved))]
[JsonSerializable(typeof(RefundReviewResolved))]
[JsonSerializable(typeof(PaymentCancelled))]
[JsonSerializable(typeof(PaymentExpired))]
[JsonSerializable(typeof(ReviewRequired))]
[JsonSerializable(typeof(RefundRequested))]
[JsonSerializable(typeof(RefundResent))]
[JsonSerializable(typeof(RefundNotSent))]
[JsonSerializable(typeof(RefundOutcomeUnknown))]
[JsonSerializable(typeof(RefundAccepted))]
[JsonSerializable(typeof(RefundSucceeded))]
[JsonSerializable(typeof(RefundConfirmed))]
[JsonSerializable(typeof(RefundReversed))]
[JsonSerializable(typeof(RefundFailed))]
[JsonSerializable(typeof(RefundFound))]
[JsonSerializable(typeof(UnexpectedMoneyReported))]
[JsonSerializable(typeof(UnexpectedMoneyCleared))]
[JsonSerializable(typeof(RefundReviewRequired))]
[JsonSerializable(typeof(ImmutableDictionary<string, string>))]
internal sealed partial class PaymentEventJsonContext : JsonSerializerContext;
