using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>
/// How transactions move: PENDING_VBV → CHARGED or AUTHORIZED → CHARGED or VOIDED, or failed. Callers hold the folder's
/// lock.
/// </summary>
internal sealed class JuspayLifecycle(
    JuspayBook book, JuspayAgenda agenda, IOptions<JuspayOptions> options, TimeProvider time)
{
    private readonly JuspayOptions _options = options.Value;

    /// <summary>The customer decides. A failed transaction can still be approved: the bank's yes came late. If the
    /// order was paid by another one meanwhile, that money is refunded automatically.</summary>
    public DecisionOutcome Decide(JuspayFolder folder, string uuid, CustomerDecision decision)
    {
        var txn = folder.View.Txn(uuid);
        var late = txn.Status is JuspayStatus.AuthenticationFailed or JuspayStatus.AuthorizationFailed
            && decision == CustomerDecision.Approve;
        if (txn.Status != JuspayStatus.PendingVbv && !late)
        {
            return DecisionOutcome.AlreadyDecided;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        if (decision == CustomerDecision.Decline)
        {
            Fail(change, txn, JuspayFailures.Refused(txn));
        }
        else if (!late && (txn.WillDecline || JuspayFailures.IsFailing(txn.Vpa)))
        {
            Fail(change, txn, JuspayFailures.Declined(txn));
        }
        else
        {
            Approve(change, txn);
        }

        _ = book.Commit(change);
        return DecisionOutcome.Taken;
    }

    /// <summary>What the automatic customer does: approve, except with the values that select a failure.</summary>
    public void DecideAutomatically(JuspayFolder folder, string uuid) =>
        Decide(folder, uuid, folder.View.Txn(uuid).Card?.Failure is null
            ? CustomerDecision.Approve
            : CustomerDecision.Decline);

    /// <summary>An undecided transaction fails.</summary>
    public void Expire(JuspayFolder folder, string uuid)
    {
        var txn = folder.View.Txn(uuid);
        if (txn.Status != JuspayStatus.PendingVbv)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        Fail(change, txn, JuspayFailures.TimedOut(txn));
        _ = book.Commit(change);
    }

    /// <summary>The bank said yes: the money is taken, or held where the order wants that.</summary>
    public void Approve(JuspayChange change, JuspayTxn txn)
    {
        var view = change.Folder.View;
        var approved = txn with
        {
            Amount = txn.WillMismatch ? txn.Amount + 100 : txn.Amount,
            Vpa = txn.MethodType == "UPI" ? txn.Vpa ?? "customer@simulator" : null,
            ErrorCode = null,
            ErrorMessage = null,
            Rrn = JuspayIds.Digits(12),
            AuthorizedAt = change.Now,
        };
        if (
            view.Txns.Exists(
                other => other.Uuid != txn.Uuid && other.Status is JuspayStatus.Charged or JuspayStatus.Authorized))
        {
            GiveBackLate(change, approved);
        }
        else if (view.Order.AutoCapture)
        {
            Capture(change, approved);
        }
        else
        {
            change.Put(approved with { Status = JuspayStatus.Authorized });
            agenda.Add(JuspayStepKind.GiveBack, txn.Uuid, GivenBackAt(approved));
        }
    }

    /// <summary>Takes the money.</summary>
    public static void Capture(JuspayChange change, JuspayTxn txn)
    {
        change.Put(txn with { Status = JuspayStatus.Charged, Captured = true });
        change.Raise("ORDER_SUCCEEDED");
    }

    /// <summary>Begins to release what is held.</summary>
    public void Void(JuspayChange change, JuspayTxn txn)
    {
        change.Put(txn with { Status = JuspayStatus.VoidInitiated });
        agenda.Add(JuspayStepKind.FinishVoid, txn.Uuid, change.Now + (long)_options.VoidDelay.TotalMilliseconds);
    }

    /// <summary>An authorisation that was not captured in time is released.</summary>
    public void GiveBack(JuspayFolder folder, string uuid) => Move(folder, uuid, JuspayStatus.Authorized, Void);

    /// <summary>The bank is done with a release.</summary>
    public void FinishVoid(JuspayFolder folder, string uuid) =>
        Move(
            folder, uuid, JuspayStatus.VoidInitiated,
            (change, txn) => change.Put(txn with { Status = JuspayStatus.Voided }));

    /// <summary>Begins a refund: it is queued first.</summary>
    public void Refund(JuspayChange change, JuspayRefund refund)
    {
        change.Put(refund);
        agenda.Add(JuspayStepKind.FinishRefund, refund.Txn, FinishedAt(refund), refund.RequestId);
    }

    /// <summary>The bank is done with a refund.</summary>
    public void FinishRefund(JuspayFolder folder, string requestId)
    {
        var refund = folder.View.Refunds.Find(known => known.RequestId == requestId);
        if (refund is not { Status: JuspayRefundStatus.Pending })
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        change.Put(refund.WillFail
            ? refund with { Status = JuspayRefundStatus.Failure }
            : refund with
            {
                Status = JuspayRefundStatus.Success,
                Reference = JuspayIds.New("ref_"),
                Arn = JuspayIds.Digits(23),
            });
        var byItself = refund.InitiatedBy == "JUSPAY";
        change.Raise((byItself, refund.WillFail) switch
        {
            (true, true) => "AUTO_REFUND_FAILED",
            (true, false) => "AUTO_REFUND_SUCCEEDED",
            (false, true) => "ORDER_REFUND_FAILED",
            (false, false) => "ORDER_REFUNDED",
        });
        _ = book.Commit(change);
    }

    /// <summary>Puts what a folder still waits for on the agenda, after a restart.</summary>
    public void Resume(JuspayFolder folder, CustomerSettings customer)
    {
        foreach (var txn in folder.View.Txns)
        {
            if (txn.Status == JuspayStatus.PendingVbv)
            {
                Await(txn, customer);
            }
            else if (txn.Status == JuspayStatus.Authorized)
            {
                agenda.Add(JuspayStepKind.GiveBack, txn.Uuid, GivenBackAt(txn));
            }
            else if (txn.Status == JuspayStatus.VoidInitiated)
            {
                agenda.Add(
                    JuspayStepKind.FinishVoid, txn.Uuid, txn.ChangedAt + (long)_options.VoidDelay.TotalMilliseconds);
            }
        }

        foreach (var refund in folder.View.Refunds.Where(refund => refund.Status == JuspayRefundStatus.Pending))
        {
            agenda.Add(JuspayStepKind.FinishRefund, refund.Txn, FinishedAt(refund), refund.RequestId);
        }
    }

    /// <summary>Awaits the customer's decision on a new transaction.</summary>
    public void Await(JuspayTxn txn, CustomerSettings customer)
    {
        if (customer.Automatic)
        {
            agenda.Add(JuspayStepKind.Decide, txn.Uuid, txn.CreatedAt + (long)customer.ApprovalDelay.TotalMilliseconds);
        }

        agenda.Add(JuspayStepKind.Expire, txn.Uuid, txn.CreatedAt + (long)_options.PaymentWindow.TotalMilliseconds);
    }

    /// <summary>The transaction ends without money.</summary>
    public static void Fail(JuspayChange change, JuspayTxn txn, JuspayFailure failure)
    {
        change.Put(txn with { Status = failure.Status, ErrorCode = failure.Code, ErrorMessage = failure.Message });
        change.Raise("ORDER_FAILED");
    }

    // "Late success on a closed order": the money was taken, and is refunded.
    private void GiveBackLate(JuspayChange change, JuspayTxn txn)
    {
        change.Put(txn with { Status = JuspayStatus.AutoRefunded, Captured = true });
        Refund(change, new JuspayRefund
        {
            RequestId = JuspayIds.New("auto"),
            Order = txn.Order,
            Txn = txn.Uuid,
            Amount = txn.Amount,
            InitiatedBy = "JUSPAY",
            CreatedAt = change.Now,
            ChangedAt = change.Now,
        });
    }

    private void Move(JuspayFolder folder, string uuid, JuspayStatus from, Action<JuspayChange, JuspayTxn> move)
    {
        var txn = folder.View.Txn(uuid);
        if (txn.Status != from)
        {
            return;
        }

        var change = book.Begin(folder, time.GetUtcNow());
        move(change, txn);
        _ = book.Commit(change);
    }

    private long GivenBackAt(JuspayTxn txn) => txn.CreatedAt + (long)_options.CaptureWindow.TotalMilliseconds;

    private long FinishedAt(JuspayRefund refund) => refund.CreatedAt + (long)_options.RefundDelay.TotalMilliseconds;
}
