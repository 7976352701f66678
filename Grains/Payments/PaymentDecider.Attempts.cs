using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// How attempts begin: because a command started one, or because the one before provably failed at its provider.
public static partial class PaymentDecider
{
    private static Decision NextAttempt(
        PaymentState state, Instrument instrument, TimeSpan? expiresIn, RequestKey? request, DecisionContext context)
    {
        if (CannotAttempt(state, context) is { } refused)
        {
            return refused;
        }

        var number = state.Attempts.Length + 1;
        var expiresAt = context.Now + (expiresIn ?? context.ExpiresIn);
        var started = Attempt(number, Stored(instrument, context), state.Capture, expiresAt, request, context);
        return new Decision.Accepted([started], [SendCharge(number)]);
    }

    // The customer's wallet says what a saved instrument is.
    private static StoredInstrument Stored(Instrument instrument, DecisionContext context) =>
        context.Instrument ?? new StoredInstrument(PaymentMethod.Of(instrument));

    private static AttemptStarted Attempt(
        int number,
        StoredInstrument instrument,
        CaptureMode capture,
        DateTimeOffset expiresAt,
        RequestKey? request,
        DecisionContext context) => new()
        {
            At = context.Now,
            Request = request,
            Attempt = number,
            Provider = context.Route!.Provider,
            Method = instrument.Method,
            Send = context.SendNow(context.Route.VisibilityWindow),
            ProviderCaptures = capture == CaptureMode.Automatic && context.Route.CapturesByItself,
            LateSuccess = context.Route.LateSuccess,
            ExpiresAt = expiresAt,
            CanVoid = context.Route.CanVoid,
            CanCapturePart = context.Route.CanCapturePart,
            IdempotencyWindow = context.Route.IdempotencyWindow,
            Routing = context.Route.Notes,
            Link = instrument.Link,
            Account = context.Route.Account,
            Subjects = instrument.Subjects,
        };

    private static Decision.Rejected? CannotAttempt(PaymentState? state, DecisionContext context)
    {
        if (context.Route is null)
        {
            return new Decision.Rejected(context.NoRoute
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
        PaymentState state, AttemptState attempt, Failure failure, string? reference, DecisionContext context)
    {
        var failed = new AttemptFailed
        {
            At = context.Now, Attempt = attempt.Number, Failure = failure, ProviderReference = reference,
        };
        if (!MayMoveOn(state, attempt, context))
        {
            return Accept(failed);
        }

        var next = Attempt(
            attempt.Number + 1,
            new StoredInstrument(attempt.Method, Subjects: attempt.Subjects),
            state.Capture,
            state.ExpiresAt,
            null,
            context);
        return new Decision.Accepted(
            [failed with { MovesOn = true }, next with { Follows = attempt.Number }],
            [SendCharge(next.Attempt)]);
    }

    private static PaymentEffect SendCharge(int attempt) =>
        new PaymentEffect.SendOperation(OperationKey.Charge(attempt), Resend: false);

    private static bool MayMoveOn(PaymentState state, AttemptState attempt, DecisionContext context) =>
        context.Route is not null
            && state.Status == PaymentStatus.Pending
            && attempt.Number == state.Attempts.Length
            && attempt.Number < AttemptId.MaxNumber
            && attempt.Action is null
            && (attempt.Method.Kind != PaymentMethodKind.Card || context.CardInMemory)
            && context.Now < state.ExpiresAt;
}
