using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>The simulated Juspay as the host sees it: it resumes its work at start, and serves the control
/// surface.</summary>
internal sealed class JuspayProvider(
    JuspayBook book,
    JuspayLifecycle lifecycle,
    JuspayAgenda agenda,
    CustomerSettings customer,
    WebhookSender sender,
    TimeProvider time) : IProvider, IHostedService
{
    public string Name => JuspayBook.Name;

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
        if (book.Find(paymentId) is not { } folder || !folder.View.Txns.Exists(txn => txn.Uuid == paymentId))
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
        if (book.Find(paymentId) is not { } folder || !folder.View.Txns.Exists(txn => txn.Uuid == paymentId))
        {
            return DashboardOutcome.NoSuchPayment;
        }

        Task durable;
        lock (folder.Gate)
        {
            if (folder.View.Leading is not { Status: JuspayStatus.Charged } txn
                || txn.Uuid != paymentId
                || amount > txn.Amount - folder.View.Refunded(txn.Uuid))
            {
                return DashboardOutcome.Refused;
            }

            var change = book.Begin(folder, time.GetUtcNow());
            lifecycle.Refund(change, new JuspayRefund
            {
                RequestId = JuspayIds.New("dash"),
                Order = folder.View.Order.Id,
                Txn = txn.Uuid,
                Amount = amount,
                InitiatedBy = "USER",
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
        foreach (var view in book.Folders.Select(folder => folder.View))
        {
            foreach (var txn in view.Txns.Where(txn => txn.AuthorizedAt != 0))
            {
                yield return LineOf(view, txn);
            }

            foreach (var refund in view.Refunds)
            {
                yield return LineOf(view, refund);
            }
        }
    }

    // Order ids are too short for most references; the merchant's own is looked for in the free fields first.
    private static string ReferenceOf(JuspayOrder order) =>
        order.Udfs.Values.FirstOrDefault(value => value.Length > 0) ?? order.OrderId;

    private static ChargeLine LineOf(JuspayView view, JuspayTxn txn) => new()
    {
        Provider = JuspayBook.Name,
        Kind = "charge",
        Reference = ReferenceOf(view.Order),
        ProviderId = txn.Uuid,
        Amount = txn.Amount,
        Currency = view.Order.Currency,
        Status = txn.Status.Word().ToLowerInvariant(),
        At = txn.ChangedAt,
        Account = view.Order.MerchantId,
        Parent = view.Order.OrderId,
        Captured = txn.Captured,
        AmountRefunded = view.Refunded(txn.Uuid),
    };

    private static ChargeLine LineOf(JuspayView view, JuspayRefund refund) => new()
    {
        Provider = JuspayBook.Name,
        Kind = "refund",
        Reference = refund.RequestId,
        ProviderId = refund.RequestId,
        Amount = refund.Amount,
        Currency = view.Order.Currency,
        Status = refund.Status.Word().ToLowerInvariant(),
        At = refund.ChangedAt,
        Account = view.Order.MerchantId,
        Parent = refund.Txn,
        Captured = view.Txn(refund.Txn).Captured,
        AmountRefunded = 0,
    };

    private void CarryOut(JuspayStep step)
    {
        if (book.Find(step.Txn) is not { } folder)
        {
            return;
        }

        lock (folder.Gate)
        {
            switch (step.Kind)
            {
                case JuspayStepKind.Decide:
                    lifecycle.DecideAutomatically(folder, step.Txn);
                    break;
                case JuspayStepKind.Expire:
                    lifecycle.Expire(folder, step.Txn);
                    break;
                case JuspayStepKind.GiveBack:
                    lifecycle.GiveBack(folder, step.Txn);
                    break;
                case JuspayStepKind.FinishVoid:
                    lifecycle.FinishVoid(folder, step.Txn);
                    break;
                case JuspayStepKind.FinishRefund:
                    lifecycle.FinishRefund(folder, step.Refund!);
                    break;
            }
        }
    }
}
