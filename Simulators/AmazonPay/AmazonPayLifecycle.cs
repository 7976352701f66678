using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dials;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>
/// How sessions, charges and refunds move. The buyer places the order on Amazon's page; nothing is authorised before
/// the merchant completes the session. Callers hold the book's gate.
/// </summary>
internal sealed class AmazonPayLifecycle(
    AmazonPayBook book, AmazonPayAgenda agenda, IOptions<AmazonPayOptions> options, TimeProvider time)
{
    private static readonly TimeSpan PermissionLife = TimeSpan.FromDays(180);

    private readonly AmazonPayOptions _options = options.Value;

    /// <summary>The buyer places the order, or leaves.</summary>
    public DecisionOutcome Decide(AmazonPaySession session, CustomerDecision decision)
    {
        if (session.State != AmazonPaySessionState.Open || session.Approved || AmazonPayJson.Constraints(session).Any())
        {
            return DecisionOutcome.AlreadyDecided;
        }

        var change = book.Begin(session.KeyId, time.GetUtcNow());
        var decided = session with { ChangedAt = change.Now };
        change.Put((decision, session.WillDecline) switch
        {
            (CustomerDecision.Decline, _) => Cancelled(decided, "BuyerCanceled"),
            // The buyer had other instruments to try, and gave up.
            (_, true) => Cancelled(decided, "Declined"),
            _ => decided with { Approved = true },
        });
        _ = book.Commit(change);
        return DecisionOutcome.Taken;
    }

    /// <summary>The buyer gives a saved wallet up, at Amazon.</summary>
    public DecisionOutcome Decide(AmazonPayPermission permission, CustomerDecision decision)
    {
        if (permission.State == AmazonPayPermissionState.Closed || decision != CustomerDecision.Decline)
        {
            return DecisionOutcome.AlreadyDecided;
        }

        var change = book.Begin(permission.KeyId, time.GetUtcNow());
        Close(change, permission, "BuyerCanceled");
        _ = book.Commit(change);
        return DecisionOutcome.Taken;
    }

    /// <summary>Confirms a session whose buyer placed the order: now the intent is carried out.</summary>
    public AmazonPaySession Complete(AmazonPayChange change, AmazonPaySession session)
    {
        var charged = session.WillMismatch ? session.Amount + 100 : session.Amount;
        var isOnFile = session.ChargePermissionType == AmazonPayPermission.OnFile;
        var permission = new AmazonPayPermission
        {
            Id = AmazonPayIds.Permission(change.Account, session.ChargePermissionType),
            KeyId = session.KeyId,
            SessionId = session.Id,
            Type = session.ChargePermissionType,
            Limit = isOnFile ? null : charged,
            Balance = isOnFile ? 0 : charged!.Value,
            Currency = session.Currency ?? session.PresentmentCurrency,
            Metadata = session.Metadata,
            CreatedAt = change.Now,
            ExpiresAt = isOnFile ? null : change.Now + (long)PermissionLife.TotalMilliseconds,
            ChangedAt = change.Now,
        };
        AmazonPayCharge? charge = null;
        if (session.Intent == "Confirm")
        {
            change.Put(permission);
        }
        else
        {
            charge = Charge(
                change,
                permission,
                new AmazonPayOrder(charged!.Value, session.Currency!, session.Intent == "AuthorizeWithCapture")
                {
                    SoftDescriptor = session.SoftDescriptor,
                });
        }

        var completed = session with
        {
            State = AmazonPaySessionState.Completed,
            PermissionId = permission.Id,
            ChargeId = charge?.Id,
            ChangedAt = change.Now,
        };
        change.Put(completed);
        return completed;
    }

    /// <summary>Authorises an amount, and captures it if it is wanted.</summary>
    public AmazonPayCharge Charge(AmazonPayChange change, AmazonPayPermission permission, AmazonPayOrder order)
    {
        var charge = new AmazonPayCharge
        {
            Id = AmazonPayIds.Charge(permission),
            KeyId = permission.KeyId,
            PermissionId = permission.Id,
            Amount = order.Amount,
            Currency = order.Currency,
            Captured = order.Captures ? order.Amount : 0,
            SoftDescriptor = order.SoftDescriptor,
            Initiator = order.Initiator,
            Channel = order.Channel,
            Metadata = order.Metadata ?? permission.Metadata,
            State = order.Captures ? AmazonPayChargeState.Captured : AmazonPayChargeState.Authorized,
            CreatedAt = change.Now,
            ExpiresAt = change.Now + (long)_options.CaptureWindow.TotalMilliseconds,
            ChangedAt = change.Now,
        };
        change.Put(charge);
        change.Put(permission with
        {
            Balance = permission.Limit is null ? 0 : permission.Balance - order.Amount,
            Made = permission.Made + 1,
            ChangedAt = change.Now,
        });
        change.Raise("CHARGE", charge.Id, charge.PermissionId);
        if (!order.Captures)
        {
            agenda.Add(AmazonPayStepKind.ExpireCharge, charge.Id, charge.ExpiresAt);
        }

        return charge;
    }

    /// <summary>Releases an authorisation.</summary>
    public static AmazonPayCharge Cancel(AmazonPayChange change, AmazonPayCharge charge, string reason)
    {
        var cancelled = charge with
        {
            State = AmazonPayChargeState.Canceled,
            Reason = reason,
            ChangedAt = change.Now,
        };
        change.Put(cancelled);
        change.Raise("CHARGE", charge.Id, charge.PermissionId);
        return cancelled;
    }

    /// <summary>Ends a permission for good.</summary>
    public static AmazonPayPermission Close(AmazonPayChange change, AmazonPayPermission permission, string reason)
    {
        var closed = permission with
        {
            State = AmazonPayPermissionState.Closed,
            Reason = reason,
            ChangedAt = change.Now,
        };
        change.Put(closed);
        change.Raise("CHARGE_PERMISSION", permission.Id, permission.Id);
        return closed;
    }

    /// <summary>Begins a refund; the bank takes its time with each.</summary>
    public void Refund(AmazonPayChange change, AmazonPayCharge charge, AmazonPayRefund refund)
    {
        var permission = book.Permission(charge.PermissionId)!;
        change.Put(refund);
        change.Put(charge with { Refunded = charge.Refunded + refund.Amount, ChangedAt = change.Now });
        change.Put(permission with { Made = permission.Made + 1 });
        agenda.Add(AmazonPayStepKind.FinishRefund, refund.Id, FinishedAt(refund));
    }

    /// <summary>Does what is due.</summary>
    public void CarryOut(AmazonPayStep step)
    {
        switch (step.Kind)
        {
            case AmazonPayStepKind.Decide when book.Session(step.Id) is { } session:
                Decide(session, CustomerDecision.Approve);
                break;
            case AmazonPayStepKind.ExpireSession
                when book.Session(step.Id) is { State: AmazonPaySessionState.Open } session:
                var expired = book.Begin(session.KeyId, time.GetUtcNow());
                expired.Put(Cancelled(session with { ChangedAt = expired.Now }, "Expired"));
                _ = book.Commit(expired);
                break;
            case AmazonPayStepKind.ExpireCharge
                when book.Charge(step.Id) is { State: AmazonPayChargeState.Authorized } charge:
                var change = book.Begin(charge.KeyId, time.GetUtcNow());
                Cancel(change, charge, "ExpiredUnused");
                _ = book.Commit(change);
                break;
            case AmazonPayStepKind.FinishRefund
                when book.Refund(step.Id) is { State: AmazonPayRefundState.RefundInitiated } refund:
                Finish(refund);
                break;
        }
    }

    /// <summary>Puts what is still waited for on the agenda, after a restart.</summary>
    public void Resume(CustomerSettings customer)
    {
        foreach (var session in book.Sessions.Where(session => session.State == AmazonPaySessionState.Open))
        {
            Await(session, customer);
        }

        foreach (var charge in book.Charges.Where(charge => charge.State == AmazonPayChargeState.Authorized))
        {
            agenda.Add(AmazonPayStepKind.ExpireCharge, charge.Id, charge.ExpiresAt);
        }

        foreach (var refund in book.Refunds.Where(refund => refund.State == AmazonPayRefundState.RefundInitiated))
        {
            agenda.Add(AmazonPayStepKind.FinishRefund, refund.Id, FinishedAt(refund));
        }
    }

    /// <summary>Awaits the buyer's decision.</summary>
    public void Await(AmazonPaySession session, CustomerSettings customer)
    {
        agenda.Add(AmazonPayStepKind.ExpireSession, session.Id, session.ExpiresAt);
        if (customer.Automatic && !AmazonPayJson.Constraints(session).Any())
        {
            var at = session.ChangedAt + (long)customer.ApprovalDelay.TotalMilliseconds;
            agenda.Add(AmazonPayStepKind.Decide, session.Id, at);
        }
    }

    /// <summary>A new session, with what fate has in store for it.</summary>
    public AmazonPaySession Drawn(AmazonPaySession session)
    {
        // Where a payment method is only saved, no bank is called.
        var draws = !session.SetupOnly && book.Dials.Covers(DialOperation.Payment);
        return session with
        {
            ExpiresAt = session.CreatedAt + (long)_options.SessionWindow.TotalMilliseconds,
            WillDecline = draws && book.Dials.Fires(DialRate.Decline),
            WillMismatch = draws && book.Dials.Fires(DialRate.AmountMismatch),
        };
    }

    private static AmazonPaySession Cancelled(AmazonPaySession session, string reason) =>
        session with { State = AmazonPaySessionState.Canceled, Reason = reason };

    private void Finish(AmazonPayRefund refund)
    {
        var charge = book.Charge(refund.ChargeId)!;
        var change = book.Begin(refund.KeyId, time.GetUtcNow());
        change.Put(refund with
        {
            State = refund.WillFail ? AmazonPayRefundState.Declined : AmazonPayRefundState.Refunded,
            ChangedAt = change.Now,
        });
        if (refund.WillFail)
        {
            change.Put(charge with { Refunded = charge.Refunded - refund.Amount, ChangedAt = change.Now });
        }

        change.Raise("REFUND", refund.Id, charge.PermissionId);
        _ = book.Commit(change);
    }

    private long FinishedAt(AmazonPayRefund refund) =>
        refund.CreatedAt + (long)_options.RefundDelay.TotalMilliseconds;
}

/// <summary>What is to be charged.</summary>
/// <param name="Amount">In minor units.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Captures">Whether it is captured at once.</param>
internal sealed record AmazonPayOrder(long Amount, string Currency, bool Captures)
{
    public string? SoftDescriptor { get; init; }

    /// <summary>Null: the permission's.</summary>
    public AmazonPayMetadata? Metadata { get; init; }

    public string? Initiator { get; init; }

    public string? Channel { get; init; }
}
