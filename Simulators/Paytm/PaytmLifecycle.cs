using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dials;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>
/// How transactions move: pending → success or failed, and blocked → captured or released where the order was a
/// pre-authorisation. Callers hold the folder's lock.
/// </summary>
internal sealed class PaytmLifecycle(
    PaytmBook book, PaytmAgenda agenda, CustomerSettings customer, IOptions<PaytmOptions> options, TimeProvider time)
{
    private readonly PaytmOptions _options = options.Value;

    /// <summary>Begins a transaction on an order.</summary>
    public PaytmTxn Begin(PaytmChange change, PaytmTxn draft)
    {
        var drawn = book.Dials.Covers(DialOperation.Payment);
        var txn = draft with
        {
            WillFailWith = draft.WillFailWith ?? (drawn && book.Dials.Fires(DialRate.Decline) ? "227" : null),
            WillMismatch = drawn && book.Dials.Fires(DialRate.AmountMismatch),
        };
        change.Put(txn);
        return txn;
    }

    /// <summary>Awaits the customer's decision on a new transaction.</summary>
    public void Await(PaytmTxn txn)
    {
        if (customer.Automatic)
        {
            agenda.Add(PaytmStepKind.Decide, txn.Id, txn.CreatedAt + (long)customer.ApprovalDelay.TotalMilliseconds);
        }

        agenda.Add(PaytmStepKind.Expire, txn.Id, txn.ExpiresAt);
    }

    /// <summary>The customer decides. A failed transaction can still be approved: the bank's yes came late.</summary>
    public DecisionOutcome Decide(PaytmFolder folder, string txnId, CustomerDecision decision)
    {
        var txn = folder.Txn(txnId);
        var late = txn.Status == PaytmTxnStatus.Failed && decision == CustomerDecision.Approve;
        if (txn.Status != PaytmTxnStatus.Pending && !late)
        {
            return DecisionOutcome.AlreadyDecided;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        if (folder.Txns.Any(other => other.PaidAt != 0))
        {
            Fail(change, txn, "325");
        }
        else if (decision == CustomerDecision.Decline)
        {
            Fail(change, txn, txn.WillFailWith ?? "810");
        }
        else if (!late && txn.WillFailWith is { } code)
        {
            Fail(change, txn, code);
        }
        else
        {
            Pay(change, txn);
        }

        _ = book.Commit(change);
        return DecisionOutcome.Taken;
    }

    /// <summary>An undecided transaction fails.</summary>
    public void Expire(PaytmFolder folder, string txnId)
    {
        var txn = folder.Txn(txnId);
        if (txn.Status != PaytmTxnStatus.Pending)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        Fail(change, txn, "810");
        _ = book.Commit(change);
    }

    /// <summary>The bank takes the money, or blocks it.</summary>
    public void Pay(PaytmChange change, PaytmTxn txn)
    {
        var order = change.Folder.Order;
        var blocked = order.Kind == PaytmOrderKind.PreAuth;
        var paid = txn with
        {
            Status = blocked ? PaytmTxnStatus.Blocked : PaytmTxnStatus.Success,
            Code = null,
            Amount = txn.WillMismatch ? txn.Amount + 100 : txn.Amount,
            Vpa = txn.Mode == "UPI" ? txn.Vpa ?? "success@paytm" : null,
            BankTxnId = PaytmIds.Digits(12),
            PaidAt = change.Now,
            ChangedAt = change.Now,
            ReleaseAt = blocked ? change.Now + (order.BlockSeconds * 1000) : 0,
        };
        change.Put(paid);
        change.Raise(paid.Id);
        if (blocked)
        {
            agenda.Add(PaytmStepKind.Release, paid.Id, paid.ReleaseAt);
        }
    }

    /// <summary>Releases a blocked amount, on request or because its time is over.</summary>
    public void Release(PaytmChange change, PaytmTxn txn) => change.Put(txn with
    {
        Status = PaytmTxnStatus.Released,
        ReleaseId = PaytmIds.New(time.GetUtcNow()),
        ChangedAt = change.Now,
    });

    public void ReleaseInTime(PaytmFolder folder, string txnId)
    {
        var txn = folder.Txn(txnId);
        if (txn.Status != PaytmTxnStatus.Blocked)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        Release(change, txn);
        _ = book.Commit(change);
    }

    /// <summary>Begins a refund.</summary>
    public void Refund(PaytmChange change, PaytmTxn txn, PaytmRefund refund)
    {
        change.Put(refund);
        change.Put(txn with { Refunded = txn.Refunded + refund.Amount, ChangedAt = change.Now });
        agenda.Add(PaytmStepKind.FinishRefund, refund.Id, FinishedAt(refund));
    }

    /// <summary>The bank is done with a refund.</summary>
    public void FinishRefund(PaytmFolder folder, string refundId)
    {
        var refund = folder.Refund(refundId);
        if (refund.Status != PaytmRefundStatus.Pending)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        if (refund.WillFail)
        {
            var txn = folder.Txn(refund.TxnId);
            change.Put(refund with { Status = PaytmRefundStatus.Failed, Code = "607", ChangedAt = change.Now });
            change.Put(txn with { Refunded = txn.Refunded - refund.Amount, ChangedAt = change.Now });
        }
        else
        {
            change.Put(refund with
            {
                Status = PaytmRefundStatus.Success,
                Code = "10",
                Rrn = PaytmIds.Digits(12),
                ChangedAt = change.Now,
            });
            change.Raise(refund.TxnId, refund.Id);
        }

        _ = book.Commit(change);
    }

    /// <summary>Puts what a folder still waits for on the agenda, after a restart.</summary>
    public void Resume(PaytmFolder folder)
    {
        foreach (var txn in folder.Txns)
        {
            if (txn.Status == PaytmTxnStatus.Pending)
            {
                Await(txn);
            }
            else if (txn.Status == PaytmTxnStatus.Blocked)
            {
                agenda.Add(PaytmStepKind.Release, txn.Id, txn.ReleaseAt);
            }
        }

        foreach (var refund in folder.Refunds)
        {
            if (refund.Status == PaytmRefundStatus.Pending)
            {
                agenda.Add(PaytmStepKind.FinishRefund, refund.Id, FinishedAt(refund));
            }
        }
    }

    private static void Fail(PaytmChange change, PaytmTxn txn, string code)
    {
        change.Put(txn with { Status = PaytmTxnStatus.Failed, Code = code, ChangedAt = change.Now });
        change.Raise(txn.Id);
    }

    private long FinishedAt(PaytmRefund refund) => refund.CreatedAt + (long)_options.RefundDelay.TotalMilliseconds;
}
