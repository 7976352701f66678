using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.PayU;

/// <summary>
/// How payments move: in progress → captured, or auth → captured or cancelled; or one of the ways to fail. Callers hold
/// the folder's lock.
/// </summary>
internal sealed class PayULifecycle(PayUBook book, PayUAgenda agenda, IOptions<PayUOptions> options, TimeProvider time)
{
    private readonly PayUOptions _options = options.Value;

    /// <summary>The customer decides. Money that arrives for a payment that PayU gave up is refunded automatically
    /// (<c>autoRefund</c>).</summary>
    public DecisionOutcome Decide(PayUFolder folder, string paymentId, CustomerDecision decision)
    {
        var payment = folder.Payment(paymentId);
        var late = payment.State is PayUPaymentState.Dropped or PayUPaymentState.Bounced
            && decision == CustomerDecision.Approve;
        if (payment.State != PayUPaymentState.InProgress && !late)
        {
            return DecisionOutcome.AlreadyDecided;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        if (late)
        {
            GiveBack(change, payment);
        }
        else if (decision == CustomerDecision.Decline)
        {
            Fail(
                change, payment, payment.Card?.Failure is null
                    ? PayUPaymentState.UserCancelled
                    : PayUPaymentState.Failed,
                    payment.Card?.Failure is { } code ? PayUFailures.Of(code) : PayUFailures.Cancelled);
        }
        else if (payment.WillDecline || payment.Vpa == PayUFailures.FailureVpa)
        {
            Fail(change, payment, PayUPaymentState.Failed, PayUFailures.Declined(payment));
        }
        else
        {
            Authorize(change, payment);
        }

        _ = book.Commit(change);
        return DecisionOutcome.Taken;
    }

    /// <summary>What the automatic customer does: approve, except with the values that select a failure.</summary>
    public void DecideAutomatically(PayUFolder folder, string paymentId) =>
        Decide(folder, paymentId, folder.Payment(paymentId).Card?.Failure is null
            ? CustomerDecision.Approve
            : CustomerDecision.Decline);

    /// <summary>An undecided payment is given up: left on PayU's page, or without a response from a bank.</summary>
    public void Expire(PayUFolder folder, string paymentId)
    {
        var payment = folder.Payment(paymentId);
        if (payment.State != PayUPaymentState.InProgress)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        Fail(
            change, payment, payment.Hosted ? PayUPaymentState.Bounced : PayUPaymentState.Dropped,
            PayUFailures.TimedOut);
        _ = book.Commit(change);
    }

    /// <summary>Queues a capture, refund or cancellation.</summary>
    public void Queue(PayUChange change, PayUPayment payment, PayUAction action)
    {
        change.Put(action);
        if (action.Kind == PayUActionKind.Refund)
        {
            change.Put(
                payment with { AmountRefunded = payment.AmountRefunded + action.Amount, ChangedAt = change.Now });
        }

        agenda.Add(PayUStepKind.Finish, payment.Id, FinishedAt(action), action.RequestId);
    }

    /// <summary>The bank is done with a capture, refund or cancellation.</summary>
    public void Finish(PayUFolder folder, string requestId)
    {
        var action = folder.Action(requestId);
        if (action.State != PayUActionState.Queued)
        {
            return;
        }

        var payment = folder.Payment(action.PaymentId);
        var change = book.Begin(folder, time.GetUtcNow());
        var finished = action with
        {
            State = action.WillFail ? PayUActionState.Failure : PayUActionState.Success,
            Arn = action.WillFail ? null : PayUIds.Digits(23),
            ChangedAt = change.Now,
        };
        change.Put(finished);
        change.Put((action.Kind, action.WillFail) switch
        {
            (PayUActionKind.Refund, true) => payment with { AmountRefunded = payment.AmountRefunded - action.Amount },
            (PayUActionKind.Capture, false) => payment with { State = PayUPaymentState.Captured },
            (PayUActionKind.Cancel, false) => payment with { State = PayUPaymentState.Cancelled },
            _ => payment,
        } with
        { ChangedAt = change.Now });
        if (action.Kind == PayUActionKind.Refund)
        {
            change.Raise(payment.Id, finished);
        }

        _ = book.Commit(change);
    }

    /// <summary>Puts what a folder still waits for on the agenda, after a restart.</summary>
    public void Resume(PayUFolder folder, CustomerSettings customer)
    {
        foreach (var payment in folder.Payments)
        {
            if (payment.State == PayUPaymentState.InProgress)
            {
                Await(payment, customer);
            }
        }

        foreach (var action in folder.Actions)
        {
            if (action.State == PayUActionState.Queued)
            {
                agenda.Add(PayUStepKind.Finish, action.PaymentId, FinishedAt(action), action.RequestId);
            }
        }
    }

    /// <summary>Awaits the customer's decision on a new payment.</summary>
    public void Await(PayUPayment payment, CustomerSettings customer)
    {
        if (customer.Automatic)
        {
            var at = payment.CreatedAt + (long)customer.ApprovalDelay.TotalMilliseconds;
            agenda.Add(PayUStepKind.Decide, payment.Id, at);
        }

        agenda.Add(PayUStepKind.Expire, payment.Id, payment.ExpiresAt);
    }

    private static void Fail(PayUChange change, PayUPayment payment, PayUPaymentState state, PayUFailure failure)
    {
        change.Put(payment with { State = state, Failure = failure, ChangedAt = change.Now });
        change.Raise(payment.Id);
    }

    private static void GiveBack(PayUChange change, PayUPayment payment)
    {
        change.Put(payment with
        {
            State = PayUPaymentState.AutoRefund,
            Failure = PayUFailures.TooLate,
            AmountRefunded = payment.Amount,
            BankReference = PayUIds.Digits(12),
            AuthorizedAt = change.Now,
            ChangedAt = change.Now,
        });
        change.Raise(payment.Id);
    }

    private static void Authorize(PayUChange change, PayUPayment payment)
    {
        var kept = payment is { KeepFor: { } owner, Card: { } card }
            ? new PayUKeptCard { Token = PayUIds.Hex(20), UserCredentials = owner, Card = card }
            : null;
        change.Put(payment with
        {
            State = payment.PreAuthorize ? PayUPaymentState.Auth : PayUPaymentState.Captured,
            Amount = payment.WillMismatch ? payment.Amount + 100 : payment.Amount,
            BankReference = PayUIds.Digits(12),
            CardToken = kept?.Token,
            AuthorizedAt = change.Now,
            ChangedAt = change.Now,
        });
        if (kept is not null)
        {
            change.Put(kept);
        }

        change.Raise(payment.Id);
    }

    private long FinishedAt(PayUAction action) => action.CreatedAt + (long)_options.ActionDelay.TotalMilliseconds;
}
