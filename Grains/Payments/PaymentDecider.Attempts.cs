using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// How attempts begin: because somebody asked for one, or because the one before provably failed at its provider.
public static partial class PaymentDecider
{
    private static Decision NextAttempt(
        PaymentState state, Instrument instrument, TimeSpan? expiresIn, RequestKey? request, Terms terms)
    {
        if (CannotAttempt(state, terms) is { } refused)
        {
            return refused;
        }

        var number = state.Attempts.Length + 1;
        var expiresAt = terms.Now + (expiresIn ?? terms.ExpiresIn);
        var started = Attempt(number, Stored(instrument, terms), state.Capture, expiresAt, request, terms);
        return new Decision.Accepted([started], [new PaymentEffect.SendCharge(number, Resend: false)]);
    }

    // The customer's wallet says what a saved instrument is.
    private static StoredInstrument Stored(Instrument instrument, Terms terms) =>
        terms.Instrument ?? new StoredInstrument(PaymentMethod.Of(instrument));

    private static AttemptStarted Attempt(
        int number,
        StoredInstrument instrument,
        CaptureMode capture,
        DateTimeOffset expiresAt,
        RequestKey? request,
        Terms terms) => new()
        {
            At = terms.Now,
            Request = request,
            Attempt = number,
            Provider = terms.Route!.Provider,
            Method = instrument.Method,
            Send = terms.SendNow(terms.Route.SettleTime),
            ProviderCaptures = capture == CaptureMode.Automatic && terms.Route.CapturesByItself,
            LateSuccess = terms.Route.LateSuccess,
            ExpiresAt = expiresAt,
            CanVoid = terms.Route.CanVoid,
            CanCapturePart = terms.Route.CanCapturePart,
            RepeatWindow = terms.Route.RepeatWindow,
            Routing = terms.Route.Notes,
            Link = instrument.Link,
        };

    private static Decision.Rejected? CannotAttempt(PaymentState? state, Terms terms)
    {
        if (terms.Route is null)
        {
            return new Decision.Rejected(terms.NoRoute
                ?? Refusal.Of(
                    ErrorCode.NoProvider, "The merchant has no provider that takes such a payment.", "method"));
        }

        return state?.Attempts.Length >= AttemptId.MaxNumber
            ? Reject(ErrorCode.LimitReached, $"A payment has at most {AttemptId.MaxNumber} attempts.")
            : null;
    }

    // A proved failure that is the provider's own goes on at the next provider, in the same commit. After a customer
    // was given a step to take it does not: there is a page open that belongs to this attempt.
    private static Decision FailOrMoveOn(
        PaymentState state, AttemptState attempt, Failure failure, string? reference, Terms terms)
    {
        var failed = new AttemptFailed
        {
            At = terms.Now, Attempt = attempt.Number, Failure = failure, ProviderReference = reference,
        };
        if (!MayMoveOn(state, attempt, terms))
        {
            return Accept(failed);
        }

        var next = Attempt(
            attempt.Number + 1, new StoredInstrument(attempt.Method), state.Capture, state.ExpiresAt, null, terms);
        return new Decision.Accepted(
            [failed with { MovesOn = true }, next with { Follows = attempt.Number }],
            [new PaymentEffect.SendCharge(next.Attempt, Resend: false)]);
    }

    private static bool MayMoveOn(PaymentState state, AttemptState attempt, Terms terms) =>
        terms.Route is not null
            && state.Status == PaymentStatus.Pending
            && attempt.Number == state.Attempts.Length
            && attempt.Number < AttemptId.MaxNumber
            && attempt.Action is null
            && (attempt.Method.Kind != PaymentMethodKind.Card || terms.CardInMemory)
            && terms.Now < state.ExpiresAt;
}
