using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.PayU;

/// <summary>The simulated PayU as the host sees it: it resumes its work at start, and serves the control
/// surface.</summary>
internal sealed class PayUProvider(
    PayUBook book,
    PayULifecycle lifecycle,
    PayUAgenda agenda,
    CustomerSettings customer,
    WebhookSender sender,
    TimeProvider time) : IProvider, IHostedService
{
    public string Name => PayUBook.Name;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        agenda.Due = CarryOut;
        foreach (var folder in book.Folders)
        {
            lock (folder.Gate)
            {
                lifecycle.Resume(folder, customer);
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

    public async ValueTask<DecisionOutcome> DecideAsync(string paymentId, CustomerDecision decision)
    {
        if (book.Find(paymentId) is not { } folder)
        {
            return DecisionOutcome.NoSuchPayment;
        }

        DecisionOutcome outcome;
        Task durable;
        lock (folder.Gate)
        {
            outcome = lifecycle.Decide(folder, paymentId, decision);
            durable = folder.Durable;
        }

        await durable;
        return outcome;
    }

    public async ValueTask<DashboardOutcome> RefundAsync(string paymentId, long amount)
    {
        if (book.Find(paymentId) is not { } folder)
        {
            return DashboardOutcome.NoSuchPayment;
        }

        Task durable;
        lock (folder.Gate)
        {
            var payment = folder.Payment(paymentId);
            if (payment.State != PayUPaymentState.Captured || amount > payment.Amount - payment.AmountRefunded)
            {
                return DashboardOutcome.Refused;
            }

            var change = book.Begin(folder, time.GetUtcNow());
            lifecycle.Queue(change, payment, new PayUAction
            {
                RequestId = PayUIds.Request(),
                PaymentId = payment.Id,
                Key = payment.Key,
                Kind = PayUActionKind.Refund,
                Token = "dash" + PayUIds.Digits(16),
                Amount = amount,
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
            PayUPayment[] payments;
            PayUAction[] refunds;
            lock (folder.Gate)
            {
                payments = [.. folder.Payments.Where(payment => payment.AuthorizedAt != 0)];
                refunds = [.. folder.Actions.Where(action => action.Kind == PayUActionKind.Refund)];
            }

            foreach (var payment in payments)
            {
                yield return LineOf(payment);
            }

            foreach (var refund in refunds)
            {
                yield return LineOf(refund);
            }
        }
    }

    private static ChargeLine LineOf(PayUPayment payment) => new()
    {
        Provider = PayUBook.Name,
        Kind = "charge",
        Reference = payment.TxnId,
        ProviderId = payment.Id,
        Amount = payment.Amount,
        Currency = "INR",
        // Here alone the books say more than the documented words do.
        Status = payment.State == PayUPaymentState.Cancelled ? "cancelled" : PayUFields.Unmapped(payment.State),
        At = payment.ChangedAt,
        Account = payment.Key,
        Parent = payment.TxnId,
        Captured = payment.State is PayUPaymentState.Captured or PayUPaymentState.AutoRefund,
        AmountRefunded = payment.AmountRefunded,
    };

    private static ChargeLine LineOf(PayUAction refund) => new()
    {
        Provider = PayUBook.Name,
        Kind = "refund",
        Reference = refund.Token,
        ProviderId = refund.RequestId,
        Amount = refund.Amount,
        Currency = "INR",
        Status = refund.State switch
        {
            PayUActionState.Queued => "queued",
            PayUActionState.Success => "success",
            PayUActionState.Failure => "failure",
        },
        At = refund.ChangedAt,
        Account = refund.Key,
        Parent = refund.PaymentId,
        Captured = true,
        AmountRefunded = 0,
    };

    private void CarryOut(PayUStep step)
    {
        if (book.Find(step.PaymentId) is not { } folder)
        {
            return;
        }

        lock (folder.Gate)
        {
            switch (step.Kind)
            {
                case PayUStepKind.Decide:
                    lifecycle.DecideAutomatically(folder, step.PaymentId);
                    break;
                case PayUStepKind.Expire:
                    lifecycle.Expire(folder, step.PaymentId);
                    break;
                case PayUStepKind.Finish:
                    lifecycle.Finish(folder, step.RequestId);
                    break;
            }
        }
    }
}
