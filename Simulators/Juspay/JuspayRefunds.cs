using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>The refunds API.</summary>
internal sealed class JuspayRefunds(
    JuspayBook book, JuspayLifecycle lifecycle, IOptions<JuspayOptions> options, TimeProvider time)
{
    /// <summary><c>POST /orders/{id}/refunds</c>: one refund per <c>unique_request_id</c>; the response is the
    /// order.</summary>
    public async Task<SimulatedResponse> CreateAsync(JuspayCall call)
    {
        var fields = call.Fields;
        var requestId = fields.Required("unique_request_id");
        var text = fields.Text("amount");
        var named = fields.Text("order_id");
        fields.Ignore("note");
        if (requestId.Length > 20 || !requestId.All(char.IsAsciiLetterOrDigit))
        {
            fields.Refuse("unique_request_id", "Must be alphanumeric and of less than 21 characters");
        }

        if (named is not null && named != call.Id)
        {
            fields.Refuse("order_id", "Missing field or Invalid Value");
        }

        if (fields.Finish() is { } invalid)
        {
            return invalid;
        }

        if (book.Find(call.Account.MerchantId, call.Id) is not { } folder)
        {
            return JuspayErrors.NoSuchOrder(call.Id);
        }

        var currency = folder.View.Order.Currency;
        var amount = text is null ? null : JuspayAmounts.Read(text, currency);
        if (text is not null && amount is null)
        {
            return JuspayErrors.Simple(400, "error", "invalid amount", "Invalid amount");
        }

        lock (folder.Gate)
        {
            if (Refuse(folder.View, call.Account.MerchantId, requestId, amount) is { } no)
            {
                return no;
            }

            var change = book.Begin(folder, time.GetUtcNow());
            var txn = folder.View.Leading!;
            lifecycle.Refund(change, new JuspayRefund
            {
                RequestId = requestId,
                Order = folder.View.Order.Id,
                Txn = txn.Uuid,
                Amount = amount ?? (txn.Amount - folder.View.Refunded(txn.Uuid)),
                InitiatedBy = "API",
                CreatedAt = change.Now,
                ChangedAt = change.Now,
                WillFail = book.Dials.Covers(DialOperation.Refund) && book.Dials.Fires(DialRate.RefundFailed),
            });
            _ = book.Commit(change);
        }

        await folder.Durable;
        return SimulatedResponse.Json(200, folder.View, JuspayJson.Write);
    }

    private SimulatedResponse? Refuse(JuspayView view, string merchantId, string requestId, long? amount)
    {
        if (book.FindRefund(merchantId, requestId) is not null)
        {
            return JuspayErrors.Duplicate("Duplicate request: unique_request_id was used before");
        }

        if (view.Leading is not { Status: JuspayStatus.Charged } txn)
        {
            return JuspayErrors.Refused(
                "INVALID_ACTION", "Only charged orders can be refunded", "invalid.order.not_successful");
        }

        var left = txn.Amount - view.Refunded(txn.Uuid);
        if ((amount ?? left) > left || left == 0)
        {
            return JuspayErrors.Simple(
                400, "error", "invalid.amount.exceeded", "The amount exceeds what can be refunded");
        }

        var since = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)options.Value.RefundRepeatGap.TotalMilliseconds;
        return view.Refunds.Exists(refund => refund.Amount == (amount ?? left) && refund.CreatedAt > since)
            ? JuspayErrors.Duplicate("A refund of the same amount was made a moment ago")
            : null;
    }
}
