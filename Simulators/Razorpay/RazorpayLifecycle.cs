using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>
/// How payments move: created → authorized → captured → refunded, or failed. Callers hold the folder's lock.
/// </summary>
internal sealed class RazorpayLifecycle(
    RazorpayBook book, RazorpayAgenda agenda, IOptions<RazorpayOptions> options, TimeProvider time)
{
    private readonly RazorpayOptions _options = options.Value;

    /// <summary>
    /// The customer decides. A failed payment can still be approved: the bank's yes came late, or the customer tried
    /// again in their app; Razorpay documents both.
    /// </summary>
    public DecisionOutcome Decide(RazorpayFolder folder, string paymentId, CustomerDecision decision)
    {
        var payment = folder.Payment(paymentId);
        var late = payment.Status == RazorpayPaymentStatus.Failed && decision == CustomerDecision.Approve;
        if (payment.Status != RazorpayPaymentStatus.Created && !late)
        {
            return DecisionOutcome.AlreadyDecided;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        if (decision == CustomerDecision.Decline)
        {
            Fail(change, payment, payment.Card?.Failure is { } reason
                ? RazorpayFailures.Of(reason)
                : RazorpayFailures.Cancelled);
        }
        else if (!late && (payment.WillDecline || payment.Vpa == RazorpayFailures.FailureVpa))
        {
            Fail(change, payment, RazorpayFailures.Declined(payment));
        }
        else
        {
            Authorize(change, payment);
        }

        _ = book.Commit(change);
        return DecisionOutcome.Taken;
    }

    /// <summary>What the automatic customer does: approve, except with the values that select a failure.</summary>
    public void DecideAutomatically(RazorpayFolder folder, string paymentId) =>
        Decide(folder, paymentId, folder.Payment(paymentId).Card?.Failure is null
            ? CustomerDecision.Approve
            : CustomerDecision.Decline);

    /// <summary>An undecided payment fails.</summary>
    public void Expire(RazorpayFolder folder, string paymentId)
    {
        var payment = folder.Payment(paymentId);
        if (payment.Status != RazorpayPaymentStatus.Created)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        Fail(change, payment, RazorpayFailures.TimedOut(payment));
        _ = book.Commit(change);
    }

    /// <summary>Captures an authorised payment, which pays its order.</summary>
    public void Capture(RazorpayChange change, RazorpayPayment payment, RazorpayOrder order)
    {
        var net = ((payment.Amount * _options.FeeBasisPoints) + 5000) / 10000;
        var tax = ((net * _options.TaxPercent) + 50) / 100;
        change.Put(payment with
        {
            Status = RazorpayPaymentStatus.Captured,
            Captured = true,
            Fee = net + tax,
            Tax = tax,
            ChangedAt = change.Now,
        });
        var paid = order.AmountPaid + payment.Amount;
        // A single payment pays an order whatever the bank took; parts must add up.
        var complete = !order.PartialPayment || paid >= order.Amount;
        change.Put(order with
        {
            AmountPaid = paid,
            Status = complete ? RazorpayOrderStatus.Paid : order.Status,
        });
        change.Raise("payment.captured", payment.Id);
        if (complete)
        {
            change.Raise("order.paid", payment.Id, withOrder: true);
        }
    }

    /// <summary>An authorised payment that was not captured in time is released to the customer.</summary>
    public void GiveBack(RazorpayFolder folder, string paymentId)
    {
        var payment = folder.Payment(paymentId);
        if (payment.Status != RazorpayPaymentStatus.Authorized)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        Refund(change, payment, new RazorpayRefund
        {
            Id = RazorpayIds.New("rfnd_"),
            PaymentId = payment.Id,
            KeyId = payment.KeyId,
            Amount = payment.Amount,
            Currency = payment.Currency,
            Speed = "normal",
            CreatedAt = change.Now,
            ChangedAt = change.Now,
        });
        _ = book.Commit(change);
    }

    /// <summary>Begins a refund.</summary>
    public void Refund(RazorpayChange change, RazorpayPayment payment, RazorpayRefund refund)
    {
        var refunded = payment.AmountRefunded + refund.Amount;
        change.Put(refund);
        change.Put(payment with
        {
            AmountRefunded = refunded,
            Status = refunded == payment.Amount ? RazorpayPaymentStatus.Refunded : payment.Status,
            ChangedAt = change.Now,
        });
        change.Raise("refund.created", payment.Id, refund.Id);
        agenda.Add(RazorpayStepKind.FinishRefund, refund.Id, FinishedAt(refund));
    }

    /// <summary>The bank is done with a refund.</summary>
    public void FinishRefund(RazorpayFolder folder, string refundId)
    {
        var refund = folder.Refund(refundId);
        if (refund.Status != RazorpayRefundStatus.Pending)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        if (refund.WillFail)
        {
            var payment = folder.Payment(refund.PaymentId);
            change.Put(refund with { Status = RazorpayRefundStatus.Failed, ChangedAt = change.Now });
            change.Put(payment with
            {
                AmountRefunded = payment.AmountRefunded - refund.Amount,
                Status = payment.Captured ? RazorpayPaymentStatus.Captured : RazorpayPaymentStatus.Authorized,
                ChangedAt = change.Now,
            });
            change.Raise("refund.failed", refund.PaymentId, refund.Id);
        }
        else
        {
            change.Put(refund with
            {
                Status = RazorpayRefundStatus.Processed,
                Arn = RazorpayIds.Digits(23),
                ChangedAt = change.Now,
            });
            change.Raise("refund.processed", refund.PaymentId, refund.Id);
        }

        _ = book.Commit(change);
    }

    /// <summary>Puts what a folder still waits for on the agenda, after a restart.</summary>
    public void Resume(RazorpayFolder folder, CustomerSettings customer)
    {
        foreach (var payment in folder.Payments)
        {
            if (payment.Status == RazorpayPaymentStatus.Created)
            {
                Await(payment, customer);
            }
            else if (payment.Status == RazorpayPaymentStatus.Authorized)
            {
                agenda.Add(RazorpayStepKind.GiveBack, payment.Id, payment.CaptureBefore);
            }
        }

        foreach (var refund in folder.Refunds)
        {
            if (refund.Status == RazorpayRefundStatus.Pending)
            {
                agenda.Add(RazorpayStepKind.FinishRefund, refund.Id, FinishedAt(refund));
            }
        }
    }

    /// <summary>Awaits the customer's decision on a new payment.</summary>
    public void Await(RazorpayPayment payment, CustomerSettings customer)
    {
        if (customer.Automatic)
        {
            var at = payment.CreatedAt + (long)customer.ApprovalDelay.TotalMilliseconds;
            agenda.Add(RazorpayStepKind.Decide, payment.Id, at);
        }

        agenda.Add(RazorpayStepKind.Expire, payment.Id, payment.ExpiresAt);
    }

    private static void Fail(RazorpayChange change, RazorpayPayment payment, RazorpayFailure failure)
    {
        change.Put(payment with
        {
            Status = RazorpayPaymentStatus.Failed,
            Failure = failure,
            ChangedAt = change.Now,
        });
        change.Raise("payment.failed", payment.Id);
    }

    private void Authorize(RazorpayChange change, RazorpayPayment payment)
    {
        var authorized = payment with
        {
            Status = RazorpayPaymentStatus.Authorized,
            Failure = null,
            Amount = payment.WillMismatch ? payment.Amount + 100 : payment.Amount,
            Vpa = payment.Method == "upi" ? payment.Vpa ?? RazorpayFailures.SuccessVpa : null,
            BankReference = RazorpayIds.Digits(12),
            AuthorizedAt = change.Now,
            ChangedAt = change.Now,
        };
        authorized = Keep(change, authorized);
        change.Put(authorized);
        change.Raise("payment.authorized", payment.Id);
        var order = change.Folder.Order;
        var inTime = order.AutomaticExpiryMinutes is not { } minutes
            || change.Now - payment.CreatedAt <= minutes * 60_000L;
        if ((order.AutoCapture ?? _options.AutoCapture) && inTime && order.Status != RazorpayOrderStatus.Paid)
        {
            Capture(change, authorized, order);
        }
        else
        {
            agenda.Add(RazorpayStepKind.GiveBack, payment.Id, payment.CaptureBefore);
        }
    }

    // The card is kept now that its holder has shown to be its holder, and not before.
    private RazorpayPayment Keep(RazorpayChange change, RazorpayPayment payment)
    {
        if (payment is not { Save: true, CustomerId: { } customerId, Card: { } card })
        {
            return payment;
        }

        RazorpayToken? token;
        lock (book.People.Gate)
        {
            token = book.People.TokenOf(customerId, card);
        }

        if (token is null)
        {
            token = new RazorpayToken
            {
                Id = RazorpayIds.New("token_"),
                KeyId = payment.KeyId,
                CustomerId = customerId,
                Card = card,
                CreatedAt = change.Now,
            };
            change.Put(token);
        }

        return payment with { TokenId = token.Id };
    }

    private long FinishedAt(RazorpayRefund refund) => refund.CreatedAt + (long)_options.RefundDelay.TotalMilliseconds;
}
