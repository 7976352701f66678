using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>The rules of a payment: what each command means in each status. Pure: no clock, no store, no provider.
/// <c>docs/states.md</c> is generated from it. This file holds what merchants command; what providers report, and what
/// time brings, are in files beside it.</summary>
public static partial class PaymentDecider
{
    /// <summary>How many idempotency keys a payment remembers before it keeps those that changed nothing no
    /// more.</summary>
    public const int MaxRepeats = 64;

    /// <summary>Take the payment; for an order that failed or expired, start the next attempt; else return what is
    /// there.</summary>
    public static Decision Decide(PaymentState? state, StartPayment command, DecisionContext context)
    {
        if (state is null)
        {
            return context.NoReturn is { } unregistered ? new Decision.Rejected(unregistered)
                : command.Instrument is not null && CannotAttempt(null, context) is { } refused ? refused
                : Create(command, context);
        }

        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        // A page learns nothing of an order that it did not create.
        if (command.IsByPage)
        {
            return Reject(ErrorCode.OrderConflict, "The order already has a payment.");
        }

        if (command.Amount.Currency != state.Amount.Currency)
        {
            return OrderDiffers("currency", state);
        }

        if (command.Amount != state.Amount)
        {
            return OrderDiffers("amount", state);
        }

        return state.Status switch
        {
            PaymentStatus.Failed or PaymentStatus.Expired => command.Instrument is null
                ? Unchanged(state, command.Request, context)
                : NextAttempt(state, command.Instrument, command.ExpiresIn, command.Request, context),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success
                or PaymentStatus.Cancelled or PaymentStatus.NeedsReview => Unchanged(state, command.Request, context),
        };
    }

    /// <summary>Say what the payment is paid with: its first attempt, the next one after a failure, or another one
    /// instead of the one that waits for the customer. That one stays open, because it may still be paid, and is
    /// queried.</summary>
    public static Decision Decide(PaymentState state, ConfirmPayment command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        return state.Status switch
        {
            PaymentStatus.Pending when state.Attempts.IsEmpty && context.Now >= state.ExpiresAt =>
                RejectStatus(state, "confirmed after its time"),
            PaymentStatus.Pending when state.Attempts.IsEmpty =>
                NextAttempt(state, command.Instrument, state.ExpiresAt - context.Now, command.Request, context),
            PaymentStatus.Failed or PaymentStatus.Expired =>
                NextAttempt(state, command.Instrument, null, command.Request, context),
            PaymentStatus.Pending => OutcomePending("An attempt is under way."),
            PaymentStatus.RequiresAction
                when command.Replaces == state.Attempts.Length && context.Now < state.ExpiresAt =>
                NextAttempt(state, command.Instrument, state.ExpiresAt - context.Now, command.Request, context),
            PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled
                or PaymentStatus.NeedsReview => RejectStatus(state, "confirmed"),
        };
    }

    /// <summary>Give captured money back: any number of times, never more than was captured.</summary>
    public static Decision Decide(PaymentState state, RefundPayment command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        return state.Status switch
        {
            PaymentStatus.Success => Refund(state, state.Attempts[state.PaidAttempt - 1], command, context),
            // The order is not paid, or not provably; but money that was captured can be given back.
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Failed
                or PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.NeedsReview =>
                    state.Attempts.LastOrDefault(attempt => state.RefundableMinor(attempt) > 0) is { } captured
                        ? Refund(state, captured, command, context)
                        : RejectStatus(state, "refunded"),
        };
    }

    private static Decision Create(StartPayment command, DecisionContext context)
    {
        var expiresAt = context.Now + (command.ExpiresIn ?? context.ExpiresIn);
        var created = new PaymentCreated
        {
            At = context.Now,
            Request = command.Request,
            OrderId = command.OrderId,
            Amount = command.Amount,
            Capture = command.Capture,
            Customer = command.Customer,
            Description = command.Description,
            ReturnUrl = command.ReturnUrl,
            Metadata = command.Metadata,
            ExpiresAt = expiresAt,
            Basket = command.Basket,
            ByCheckout = command.Instrument is null,
        };
        if (command.Instrument is not { } instrument)
        {
            return Accept(created);
        }

        var started = Attempt(1, Stored(instrument, context), command.Capture, expiresAt, null, context);
        return new Decision.Accepted([created, started], [SendCharge(1)]);
    }

    private static Decision Refund(
        PaymentState state, AttemptState attempt, RefundPayment command, DecisionContext context)
    {
        var left = state.RefundableMinor(attempt);
        var amount = command.AmountMinor ?? left;
        if (amount > left || left == 0)
        {
            return Reject(
                ErrorCode.RefundAmountExceeded,
                $"{Money.Of(left, state.Amount.Currency)} of the captured amount can be refunded.",
                "amount");
        }

        if (state.Refunds.Length >= RefundId.MaxNumber)
        {
            return Reject(ErrorCode.LimitReached, $"A payment has at most {RefundId.MaxNumber} refunds.");
        }

        var requested = RefundOf(state, attempt, amount, context) with
        {
            Reason = command.Reason,
            Request = command.Request,
        };
        return new Decision.Accepted(
            [requested], [new PaymentEffect.SendOperation(OperationKey.Refund(requested.Refund), Resend: false)])
        {
            Refund = requested.Refund,
        };
    }

    private static RefundRequested RefundOf(
        PaymentState state, AttemptState attempt, long amountMinor, DecisionContext context) =>
        new()
        {
            At = context.Now,
            Refund = state.Refunds.Length + 1,
            Attempt = attempt.Number,
            AmountMinor = amountMinor,
            Automatic = false,
            Send = context.SendAgain(attempt.Charge.Send),
        };

    // A request that took effect under this name is not made again; another request under this name is a mistake of the
    // client's.
    private static Decision? Remembered(PaymentState state, RequestKey? request)
    {
        if (request is null || !state.Requests.TryGetValue(request.Key, out var earlier))
        {
            return null;
        }

        return earlier.Fingerprint == request.Fingerprint
            ? new Decision.AlreadyApplied(Replayed: true, earlier.Refund)
            : Reject(ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request with other content.");
    }

    // Nothing to do; but if the client gave the request a name, the name is kept, so that it cannot mean something else
    // later. Past the bound it is not: a payment's events are all read to load it, and a client that repeats itself
    // under ever new names must not make it too long to be read.
    private static Decision Unchanged(PaymentState state, RequestKey? request, DecisionContext context) =>
        request is null || state.Requests.Count >= MaxRepeats
            ? new Decision.AlreadyApplied()
            : Accept(new RequestRepeated { At = context.Now, Request = request });

    private static Decision.Accepted Accept(params PaymentEvent[] events) => new([.. events], []);

    private static Decision.Rejected Reject(ErrorCode code, string detail, string? field = null) =>
        new(Refusal.Of(code, detail, field));

    private static Decision.Rejected OutcomePending(string why) =>
        Reject(ErrorCode.OutcomePending, why + " Try again when it is known.");

    private static Decision.Rejected RejectStatus(PaymentState state, string participle) => Reject(
        ErrorCode.StatusConflict, $"A payment that is {PaymentNames.Of(state.Status)} cannot be {participle}.");

    private static Decision.Rejected OrderDiffers(string field, PaymentState state) => Reject(
        ErrorCode.OrderConflict, $"The order exists with another {field}: {state.Amount}.", field);
}
