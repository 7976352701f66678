using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>The simulated Paytm as the host sees it: it resumes its work at start, and serves the control
/// surface.</summary>
internal sealed class PaytmProvider(
    PaytmBook book, PaytmLifecycle lifecycle, PaytmAgenda agenda, WebhookSender sender, TimeProvider time)
    : IProvider, IHostedService
{
    public string Name => PaytmBook.Name;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        agenda.Due = CarryOut;
        foreach (var folder in book.Folders)
        {
            lock (folder.Gate)
            {
                lifecycle.Resume(folder);
            }
        }

        foreach (var webhook in book.Undelivered)
        {
            sender.Send(webhook);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        agenda.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The transaction's id, or the order's where the merchant has not learnt that.</summary>
    public async ValueTask<DecisionOutcome> DecideAsync(string paymentId, CustomerDecision decision)
    {
        var folder = book.FindById(paymentId) ?? book.Folders.FirstOrDefault(known => known.Order.OrderId == paymentId);
        if (folder is null)
        {
            return DecisionOutcome.NoSuchPayment;
        }

        DecisionOutcome outcome;
        Task durable;
        lock (folder.Gate)
        {
            var txn = folder.Txns.FirstOrDefault(known => known.Id == paymentId)
                ?? (folder.Order.OrderId == paymentId ? folder.Current : null);
            outcome = txn is null ? DecisionOutcome.NoSuchPayment : lifecycle.Decide(folder, txn.Id, decision);
            durable = folder.Durable;
        }

        await durable;
        return outcome;
    }

    public async ValueTask<DashboardOutcome> RefundAsync(string paymentId, long amount)
    {
        if (book.FindById(paymentId) is not { } folder)
        {
            return DashboardOutcome.NoSuchPayment;
        }

        Task durable;
        lock (folder.Gate)
        {
            var refId = "dash" + PaytmIds.Digits(16);
            if (folder.Current is not { Status: PaytmTxnStatus.Success } txn
                || (txn.Id != paymentId && txn.CaptureId != paymentId)
                || amount > (txn.CaptureId is null ? txn.Amount : txn.Captured) - txn.Refunded
                || !book.TryTake(folder, refId))
            {
                return DashboardOutcome.Refused;
            }

            var now = time.GetUtcNow();
            var change = book.Begin(folder, now);
            lifecycle.Refund(change, txn, new PaytmRefund
            {
                Id = PaytmIds.New(now),
                RefId = refId,
                Mid = folder.Order.Mid,
                OrderId = folder.Order.OrderId,
                TxnId = txn.Id,
                Amount = amount,
                Code = "601",
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
        foreach (var folder in book.Folders)
        {
            PaytmTxn[] txns;
            PaytmRefund[] refunds;
            lock (folder.Gate)
            {
                txns = [.. folder.Txns.Where(txn => txn.PaidAt != 0)];
                refunds = [.. folder.Refunds];
            }

            foreach (var txn in txns)
            {
                yield return LineOf(txn);
            }

            foreach (var refund in refunds)
            {
                yield return LineOf(refund);
            }
        }
    }

    private static ChargeLine LineOf(PaytmTxn txn)
    {
        var taken = txn.CaptureId is null ? txn.Amount : txn.Captured;
        return new()
        {
            Provider = PaytmBook.Name,
            Kind = "charge",
            Reference = txn.OrderId,
            ProviderId = txn.Id,
            Amount = taken,
            Currency = "INR",
            Status = txn.Status switch
            {
                PaytmTxnStatus.Success when txn.Refunded == taken => "refunded",
                PaytmTxnStatus.Success => "captured",
                PaytmTxnStatus.Released => "released",
                _ => "authorized",
            },
            At = txn.ChangedAt,
            Account = txn.Mid,
            Parent = txn.OrderId,
            Captured = txn.Status == PaytmTxnStatus.Success,
            AmountRefunded = txn.Refunded,
        };
    }

    private static ChargeLine LineOf(PaytmRefund refund) => new()
    {
        Provider = PaytmBook.Name,
        Kind = "refund",
        Reference = refund.RefId,
        ProviderId = refund.Id,
        Amount = refund.Amount,
        Currency = "INR",
        Status = refund.Status switch
        {
            PaytmRefundStatus.Pending => "pending",
            PaytmRefundStatus.Success => "processed",
            PaytmRefundStatus.Failed => "failed",
        },
        At = refund.ChangedAt,
        Account = refund.Mid,
        Parent = refund.TxnId,
        Captured = true,
        AmountRefunded = 0,
    };

    private void CarryOut(PaytmStep step)
    {
        if (book.FindById(step.Id) is not { } folder)
        {
            return;
        }

        lock (folder.Gate)
        {
            switch (step.Kind)
            {
                case PaytmStepKind.Decide:
                    lifecycle.Decide(folder, step.Id, CustomerDecision.Approve);
                    break;
                case PaytmStepKind.Expire:
                    lifecycle.Expire(folder, step.Id);
                    break;
                case PaytmStepKind.Release:
                    lifecycle.ReleaseInTime(folder, step.Id);
                    break;
                case PaytmStepKind.FinishRefund:
                    lifecycle.FinishRefund(folder, step.Id);
                    break;
            }
        }
    }
}
