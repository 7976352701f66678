using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments;

// How attempts begin: because somebody asked for one, or because the one before provably failed at its provider.
public static partial class PaymentDecider
{
    private static Decision NextAttempt(
        PaymentState state,
        PaymentMethod method,
        CardDetails? card,
        TimeSpan? expiresIn,
        RequestKey? request,
        Terms terms)
    {
        if (CannotAttempt(state, method, card, terms) is { } refused)
        {
            return refused;
        }

        var number = state.Attempts.Length + 1;
        var started = Attempt(
            number, method, state.Capture, terms.Now + (expiresIn ?? terms.ExpiresIn), request, terms);
        return new Decision.Accepted([started], [new PaymentEffect.SendCharge(number, Resend: false)]);
    }

    private static AttemptStarted Attempt(
        int number, PaymentMethod method, CaptureMode capture, DateTimeOffset expiresAt, RequestKey? request, Terms terms) => new()
    {
        At = terms.Now,
        Request = request,
        Attempt = number,
        Provider = terms.Route!.Provider,
        Method = method,
        Send = terms.SendNow(terms.Route.SettleTime),
        ProviderCaptures = capture == CaptureMode.Automatic && terms.Route.CapturesByItself,
        LateSuccess = terms.Route.LateSuccess,
        ExpiresAt = expiresAt,
        CanVoid = terms.Route.CanVoid,
        CanCapturePart = terms.Route.CanCapturePart,
        RepeatWindow = terms.Route.RepeatWindow,
        Routing = terms.Route.Notes,
        Link = terms.Link,
    };

    private static Decision.Rejected? CannotAttempt(
        PaymentState? state, PaymentMethod method, CardDetails? card, Terms terms)
    {
        // A saved card was found, and why it was not stands with the route.
        if (method.Kind == PaymentMethodKind.Card && card is null && !terms.HasCard && terms.NoRoute is null)
        {
            return Reject(ErrorCode.MissingField, "A card payment needs the card.", "card");
        }

        if (terms.Route is null)
        {
            return new Decision.Rejected(terms.NoRoute
                ?? Refusal.Of(ErrorCode.NoProvider, "The merchant has no provider that takes such a payment.", "method"));
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

        var next = Attempt(attempt.Number + 1, attempt.Method, state.Capture, state.ExpiresAt, null, terms);
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
            && (attempt.Method.Kind != PaymentMethodKind.Card || terms.HasCard)
            && terms.Now < state.ExpiresAt;
}
