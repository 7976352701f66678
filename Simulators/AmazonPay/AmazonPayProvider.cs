using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The simulated Amazon Pay as the host sees it: it resumes its work at start, and serves the control
/// surface.</summary>
internal sealed class AmazonPayProvider(
    AmazonPayBook book,
    AmazonPayLifecycle lifecycle,
    AmazonPayAgenda agenda,
    CustomerSettings customer,
    WebhookSender sender,
    TimeProvider time) : IProvider, IHostedService
{
    public string Name => AmazonPayBook.Name;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        agenda.Due = step =>
        {
            lock (book.Gate)
            {
                lifecycle.CarryOut(step);
            }
        };
        AmazonPayNotification[] undelivered;
        lock (book.Gate)
        {
            lifecycle.Resume(customer);
            undelivered = [.. book.Undelivered];
        }

        foreach (var notification in undelivered)
        {
            sender.Send(notification);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        agenda.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The payment is named by its checkout session. A saved wallet is named by its permission, and can be
    /// given up.</summary>
    public async ValueTask<DecisionOutcome> DecideAsync(string paymentId, CustomerDecision decision)
    {
        DecisionOutcome outcome;
        Task durable;
        lock (book.Gate)
        {
            if (book.Session(paymentId) is { } session)
            {
                outcome = lifecycle.Decide(session, decision);
            }
            else if (book.Permission(paymentId) is { Type: AmazonPayPermission.OnFile } permission)
            {
                outcome = lifecycle.Decide(permission, decision);
            }
            else
            {
                return DecisionOutcome.NoSuchPayment;
            }

            durable = book.Durable;
        }

        await durable;
        return outcome;
    }

    /// <summary>The payment is named by its charge. In Seller Central no idempotency key is given.</summary>
    public async ValueTask<DashboardOutcome> RefundAsync(string paymentId, long amount)
    {
        Task durable;
        lock (book.Gate)
        {
            if (book.Charge(paymentId) is not { } charge)
            {
                return DashboardOutcome.NoSuchPayment;
            }

            if (charge.State != AmazonPayChargeState.Captured
                || charge.Refunded + amount
                    > charge.Captured + AmazonPayCurrencies.RefundableExcess(charge.Captured, charge.Currency))
            {
                return DashboardOutcome.Refused;
            }

            var change = book.Begin(charge.KeyId, time.GetUtcNow());
            lifecycle.Refund(change, charge, new AmazonPayRefund
            {
                Id = AmazonPayIds.Refund(book.Permission(charge.PermissionId)!),
                KeyId = charge.KeyId,
                ChargeId = charge.Id,
                Amount = amount,
                Currency = charge.Currency,
                IdempotencyKey = "",
                CreatedAt = change.Now,
                ChangedAt = change.Now,
                WillFail = book.Dials.Covers(DialOperation.Refund) && book.Dials.Fires(DialRate.RefundFailed),
            });
            durable = book.Commit(change);
        }

        await durable;
        return DashboardOutcome.Made;
    }

    public IEnumerable<ChargeLine> Charges()
    {
        lock (book.Gate)
        {
            return [.. book.Charges.Select(LineOf), .. book.Refunds.Select(LineOf)];
        }
    }

    private ChargeLine LineOf(AmazonPayCharge charge) => new()
    {
        Provider = AmazonPayBook.Name,
        Kind = "charge",
        Reference = charge.Metadata.MerchantReferenceId,
        ProviderId = charge.Id,
        Amount = charge.State == AmazonPayChargeState.Captured ? charge.Captured : charge.Amount,
        Currency = charge.Currency,
        Status = charge.State switch
        {
            AmazonPayChargeState.Authorized => "authorized",
            AmazonPayChargeState.Captured when charge.Refunded >= charge.Captured => "refunded",
            AmazonPayChargeState.Captured => "captured",
            AmazonPayChargeState.Canceled => "voided",
        },
        At = charge.ChangedAt,
        Account = charge.KeyId,
        Parent = book.Permission(charge.PermissionId)!.SessionId,
        Captured = charge.State == AmazonPayChargeState.Captured,
        AmountRefunded = charge.Refunded,
    };

    private static ChargeLine LineOf(AmazonPayRefund refund) => new()
    {
        Provider = AmazonPayBook.Name,
        Kind = "refund",
        Reference = refund.IdempotencyKey.Length == 0 ? null : refund.IdempotencyKey,
        ProviderId = refund.Id,
        Amount = refund.Amount,
        Currency = refund.Currency,
        Status = refund.State switch
        {
            AmazonPayRefundState.RefundInitiated => "pending",
            AmazonPayRefundState.Refunded => "processed",
            AmazonPayRefundState.Declined => "failed",
        },
        At = refund.ChangedAt,
        Account = refund.KeyId,
        Parent = refund.ChargeId,
        Captured = true,
        AmountRefunded = 0,
    };
}
