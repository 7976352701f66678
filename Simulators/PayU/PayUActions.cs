using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.PayU;

/// <summary>Captures, refunds and cancellations: queued at once, done a little later, one per token.</summary>
internal sealed class PayUActions(
    PayUBook book, PayULifecycle lifecycle, IOptions<PayUOptions> options, TimeProvider time)
{
    private const int LongestToken = 23;

    /// <summary><c>capture_transaction</c>: var1 = mihpayid, var2 = token, var3 = amount.</summary>
    public Task<SimulatedResponse> CaptureAsync(PayUAccount account, PayUForm form) =>
        ActAsync(
            account, form, static _ => PayUActionKind.Capture, static (payment, folder, amount) => payment.State switch
            {
                PayUPaymentState.Captured => ("Capture FAILURE - already captured", 301),
                not PayUPaymentState.Auth => ("Capture FAILURE - invalid status", 111),
                _ when IsQueued(folder, payment, PayUActionKind.Capture) =>
                    ("Capture FAILURE - request already logged", 109),
                _ when IsQueued(folder, payment, PayUActionKind.Cancel) => ("Capture FAILURE - invalid status", 111),
                _ when amount != payment.Amount => ("Capture FAILURE - invalid amount", 303),
                _ => null,
            });

    /// <summary><c>cancel_refund_transaction</c>: var1 = mihpayid, var2 = token, var3 = amount. Which of the two it is
    /// depends on the payment.</summary>
    public Task<SimulatedResponse> CancelOrRefundAsync(PayUAccount account, PayUForm form) => ActAsync(
        account,
        form,
        static payment => payment.State == PayUPaymentState.Auth ? PayUActionKind.Cancel : PayUActionKind.Refund,
        (payment, folder, amount) => payment.State switch
        {
            PayUPaymentState.Auth when IsQueued(folder, payment, PayUActionKind.Capture)
                || IsQueued(folder, payment, PayUActionKind.Cancel) => ("Cancel request failed", 120),
            PayUPaymentState.Auth => amount == payment.Amount ? null : ("Cancel request failed", 105),
            PayUPaymentState.Captured when amount > payment.Amount - payment.AmountRefunded =>
                ("Refund FAILURE - Invalid amount", 105),
            PayUPaymentState.Captured when IsTooSoon(folder, payment, amount) =>
                ("Refund FAILURE - same amount within 5 minutes", 214),
            PayUPaymentState.Captured => null,
            _ => ("Refund request failed", 111),
        });

    private static bool IsQueued(PayUFolder folder, PayUPayment payment, PayUActionKind kind) => folder.Actions.Any(
        action => action.PaymentId == payment.Id && action.Kind == kind && action.State == PayUActionState.Queued);

    private bool IsTooSoon(PayUFolder folder, PayUPayment payment, long amount)
    {
        var since = (time.GetUtcNow() - options.Value.SameAmountWindow).ToUnixTimeMilliseconds();
        return folder.Actions.Any(action => action.PaymentId == payment.Id && action.Kind == PayUActionKind.Refund
            && action.Amount == amount && action.State != PayUActionState.Failure && action.CreatedAt > since);
    }

    private async Task<SimulatedResponse> ActAsync(
        PayUAccount account,
        PayUForm form,
        Func<PayUPayment, PayUActionKind> kindOf,
        Func<PayUPayment, PayUFolder, long, (string Message, int Code)?> objection)
    {
        var (id, token) = (form["var1"], form["var2"]);
        if (token.Length == 0 || form["var3"].Length == 0)
        {
            return PayUResponses.Refused(token.Length == 0 ? "token is empty" : "amount is empty", id);
        }

        if (token.Length > LongestToken || PayUIds.Paise(form["var3"]) is not (> 0 and var amount))
        {
            return PayUResponses.Refused("Refund request failed", id, 105);
        }

        var callback = form["var5"];
        if (callback.Length > 0 && !Uri.TryCreate(callback, UriKind.Absolute, out _))
        {
            return PayUResponses.Refused("Refund request failed", id);
        }

        if (book.Find(account.Key, id) is not { } folder)
        {
            return PayUResponses.Refused("transaction not exists");
        }

        Task durable;
        PayUAction action;
        PayUPayment payment;
        lock (folder.Gate)
        {
            payment = folder.Payment(id);
            var kind = kindOf(payment);
            var requestId = PayUIds.Request();
            if (folder.Actions.Any(earlier => earlier.Token == token))
            {
                return PayUResponses.Refused("token already used or request pending", id);
            }

            if (objection(payment, folder, amount) is var (message, code))
            {
                return PayUResponses.Refused(message, id, code);
            }

            // Once for the account: another payment may not use it either.
            if (!book.Claim(account.Key, token, requestId))
            {
                return PayUResponses.Refused("token already used or request pending", id);
            }

            var change = book.Begin(folder, time.GetUtcNow());
            action = new PayUAction
            {
                RequestId = requestId,
                PaymentId = id,
                Key = account.Key,
                Kind = kind,
                Token = token,
                Amount = amount,
                CallbackUrl = callback.Length == 0 ? null : callback,
                CreatedAt = change.Now,
                ChangedAt = change.Now,
                WillFail = kind == PayUActionKind.Refund
                    && book.Dials.Covers(DialOperation.Refund) && book.Dials.Fires(DialRate.RefundFailed),
            };
            lifecycle.Queue(change, payment, action);
            durable = book.Commit(change);
        }

        await durable;
        return PayUResponses.Queued(payment, action);
    }
}
