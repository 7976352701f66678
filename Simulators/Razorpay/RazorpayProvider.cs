using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The simulated Razorpay as the host sees it: it resumes its work at start, and serves the control
/// surface.</summary>
internal sealed class RazorpayProvider(
    RazorpayBook book,
    RazorpayLifecycle lifecycle,
    RazorpayAgenda agenda,
    CustomerSettings customer,
    WebhookSender sender,
    TimeProvider time) : IProvider, IHostedService
{
    public string Name => RazorpayBook.Name;

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
        if (!RazorpayIds.IsValid(paymentId, "pay_") || book.Find(paymentId) is not { } folder)
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
        if (!RazorpayIds.IsValid(paymentId, "pay_") || book.Find(paymentId) is not { } folder)
        {
            return DashboardOutcome.NoSuchPayment;
        }

        Task durable;
        lock (folder.Gate)
        {
            var payment = folder.Payment(paymentId);
            if (payment.Status != RazorpayPaymentStatus.Captured || amount > payment.Amount - payment.AmountRefunded)
            {
                return DashboardOutcome.Refused;
            }

            var change = book.Begin(folder, time.GetUtcNow());
            lifecycle.Refund(change, payment, new RazorpayRefund
            {
                Id = RazorpayIds.New("rfnd_"),
                PaymentId = payment.Id,
                KeyId = payment.KeyId,
                Amount = amount,
                Currency = payment.Currency,
                Speed = "normal",
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
            RazorpayPayment[] payments;
            RazorpayRefund[] refunds;
            lock (folder.Gate)
            {
                payments = [.. folder.Payments.Where(payment => payment.AuthorizedAt != 0)];
                refunds = [.. folder.Refunds];
            }

            foreach (var payment in payments)
            {
                yield return LineOf(folder.Order, payment);
            }

            foreach (var refund in refunds)
            {
                yield return LineOf(refund, Array.Find(payments, payment => payment.Id == refund.PaymentId)!);
            }
        }
    }

    private static ChargeLine LineOf(RazorpayOrder order, RazorpayPayment payment) => new()
    {
        Provider = RazorpayBook.Name,
        Kind = "charge",
        Reference = order.Receipt,
        ProviderId = payment.Id,
        Amount = payment.Amount,
        Currency = payment.Currency,
        Status = payment.Status.Word(),
        At = payment.ChangedAt,
        Account = payment.KeyId,
        Parent = order.Id,
        Captured = payment.Captured,
        AmountRefunded = payment.AmountRefunded,
    };

    private static ChargeLine LineOf(RazorpayRefund refund, RazorpayPayment payment) => new()
    {
        Provider = RazorpayBook.Name,
        Kind = "refund",
        Reference = refund.Receipt,
        ProviderId = refund.Id,
        Amount = refund.Amount,
        Currency = refund.Currency,
        Status = refund.Status.Word(),
        At = refund.ChangedAt,
        Account = refund.KeyId,
        Parent = payment.Id,
        Captured = payment.Captured,
        AmountRefunded = 0,
    };

    private void CarryOut(RazorpayStep step)
    {
        if (book.Find(step.Id) is not { } folder)
        {
            return;
        }

        lock (folder.Gate)
        {
            switch (step.Kind)
            {
                case RazorpayStepKind.Decide:
                    lifecycle.DecideAutomatically(folder, step.Id);
                    break;
                case RazorpayStepKind.Expire:
                    lifecycle.Expire(folder, step.Id);
                    break;
                case RazorpayStepKind.GiveBack:
                    lifecycle.GiveBack(folder, step.Id);
                    break;
                case RazorpayStepKind.FinishRefund:
                    lifecycle.FinishRefund(folder, step.Id);
                    break;
            }
        }
    }
}
