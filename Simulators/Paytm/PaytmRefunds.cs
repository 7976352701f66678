using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Refunds and their status. Amounts with a meaning of their own, for the traps in the table of codes: ₹5.01
/// is taken and reported as a system error, ₹6.28 as 628 while the bank works.</summary>
internal sealed class PaytmRefunds(
    PaytmBook book, PaytmAccess access, PaytmLifecycle lifecycle, IOptions<PaytmOptions> options)
{
    private const long SystemErrorAmount = 501;
    private const long BankPendingAmount = 628;

    /// <summary><c>POST /refund/apply</c>, and the same under the client library's address.</summary>
    public async Task<SimulatedResponse> ApplyAsync(PaytmCall call)
    {
        if (access.CheckSigned(call, PaytmResult.StatusMid, PaytmResult.StatusChecksum) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        var (orderId, txnId, refId) = (call.Text("orderId"), call.Text("txnId"), call.Text("refId"));
        var amountText = call.Text("refundAmount");
        call.Tolerate("comments", "preferredDestination", "subWalletAmount");
        if (orderId is null || txnId is null || refId is not { Length: <= 50 } || amountText is null
            || call.Text("txnType") != "REFUND" || call.HasUnknownField)
        {
            return Refused(call, "600");
        }

        if (!PaytmAmounts.TryRead(amountText, out var amount))
        {
            return Refused(call, "619");
        }

        if (book.Find(call.Account!.Mid, orderId) is not { } folder)
        {
            return Refused(call, "631");
        }

        PaytmRefund refund;
        Task durable;
        lock (folder.Gate)
        {
            if (book.FindRefund(call.Account.Mid, refId) is not null)
            {
                return Refused(call, CodeOfRepetition(call, folder, refId, txnId, amount));
            }

            if (WhyNot(folder, txnId, amount) is { } code)
            {
                return Refused(call, code);
            }

            if (!book.TryTake(folder, refId))
            {
                return Refused(call, "627");
            }

            var change = book.Begin(folder, call.Now);
            refund = new PaytmRefund
            {
                Id = PaytmIds.New(call.Now),
                RefId = refId,
                Mid = call.Account.Mid,
                OrderId = orderId,
                TxnId = folder.Current!.Id,
                Amount = amount,
                Code = amount == BankPendingAmount ? "628" : "601",
                CreatedAt = change.Now,
                ChangedAt = change.Now,
                WillFail = book.Dials.Covers(DialOperation.Refund) && book.Dials.Fires(DialRate.RefundFailed),
            };
            lifecycle.Refund(change, folder.Current, refund);
            durable = book.Commit(change);
        }

        await durable;
        return amount == SystemErrorAmount ? Refused(call, "501") : Taken(call, refund);
    }

    private static SimulatedResponse Taken(PaytmCall call, PaytmRefund refund) =>
        PaytmResponses.Body(call, PaytmResult.OfRefund("601"), json =>
        {
            json.WriteString("txnTimestamp", PaytmIds.Spell(refund.CreatedAt));
            json.WriteString("orderId", refund.OrderId);
            json.WriteString("mid", refund.Mid);
            json.WriteString("refId", refund.RefId);
            json.WriteString("refundId", refund.Id);
            json.WriteString("txnId", refund.TxnId);
            json.WriteString("refundAmount", PaytmAmounts.Spell(refund.Amount));
        });

    /// <summary><c>POST /v2/refund/status</c>, and the same under the client library's address.</summary>
    public async Task<SimulatedResponse> StatusAsync(PaytmCall call)
    {
        if (access.CheckSigned(call, PaytmResult.StatusMid, PaytmResult.StatusChecksum) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        if (call.Text("orderId") is not { } orderId || call.Text("refId") is not { } refId || call.HasUnknownField)
        {
            return Refused(call, "600");
        }

        if (book.FindRefund(call.Account!.Mid, refId) is not { } folder || folder.Order.OrderId != orderId)
        {
            return Refused(call, "631");
        }

        PaytmRefund? refund;
        PaytmTxn? txn;
        Task durable;
        lock (folder.Gate)
        {
            refund = folder.Refunds.FirstOrDefault(known => known.RefId == refId);
            txn = refund is null ? null : folder.Txn(refund.TxnId);
            durable = folder.Durable;
        }

        await durable;
        return refund is null ? Refused(call, "631") : PaytmResponses.Body(
            call, PaytmResult.OfRefund(refund.Code), json => Write(json, refund, txn!));
    }

    public static void Write(Utf8JsonWriter json, PaytmRefund refund, PaytmTxn txn)
    {
        var done = refund.Status == PaytmRefundStatus.Success;
        json.WriteString("orderId", refund.OrderId);
        json.WriteString("mid", refund.Mid);
        json.WriteString("refId", refund.RefId);
        json.WriteString("refundId", refund.Id);
        json.WriteString("txnId", txn.CaptureId ?? txn.Id);
        json.WriteString("txnAmount", PaytmAmounts.Spell(txn.Amount));
        json.WriteString("refundAmount", PaytmAmounts.Spell(refund.Amount));
        json.WriteString("totalRefundAmount", PaytmAmounts.Spell(txn.Refunded));
        json.WriteString("merchantRefundRequestTimestamp", PaytmIds.Spell(refund.CreatedAt));
        json.WriteString("acceptRefundStatus", "SUCCESS");
        json.WriteString("acceptRefundTimestamp", PaytmIds.Spell(refund.CreatedAt));
        json.WriteString("userCreditInitiateStatus", done ? "SUCCESS" : "PENDING");
        if (done)
        {
            json.WriteString("userCreditInitiateTimestamp", PaytmIds.Spell(refund.ChangedAt));
        }

        json.WriteStartArray("refundDetailInfoList");
        json.WriteStartObject();
        json.WriteString("refundType", "TO_SOURCE");
        json.WriteString("payMethod", txn.Mode == "PPI" ? "BALANCE" : txn.Mode);
        json.WriteString("refundAmount", PaytmAmounts.Spell(refund.Amount));
        if (refund.Rrn is not null)
        {
            json.WriteString("rrn", refund.Rrn);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static SimulatedResponse Refused(PaytmCall call, string code) =>
        PaytmResponses.Only(call, PaytmResult.OfRefund(code));

    private static string? WhyNot(PaytmFolder folder, string txnId, long amount)
    {
        if (folder.Current is not { } txn || (txn.Id != txnId && txn.CaptureId != txnId))
        {
            return "627";
        }

        if (txn.Status != PaytmTxnStatus.Success)
        {
            return "607";
        }

        if (amount < 100)
        {
            return "635";
        }

        var taken = txn.CaptureId is null ? txn.Amount : txn.Captured;
        if (amount > taken - txn.Refunded)
        {
            return "619";
        }

        return folder.Refunds.Any(refund => refund.Status == PaytmRefundStatus.Pending) ? "626" : null;
    }

    // The name is the key: the same refund again is recognised, another one under the same name is refused.
    private string CodeOfRepetition(PaytmCall call, PaytmFolder folder, string refId, string txnId, long amount)
    {
        if (folder.Refunds.FirstOrDefault(refund => refund.RefId == refId) is not { } known
            || folder.Current is not { } txn)
        {
            return "627";
        }

        if (known.Amount != amount || (txn.Id != txnId && txn.CaptureId != txnId))
        {
            return "627";
        }

        var age = call.Now.ToUnixTimeMilliseconds() - known.CreatedAt;
        return known.Status switch
        {
            PaytmRefundStatus.Success when age >= options.Value.RepeatWindow.TotalMilliseconds => "629",
            PaytmRefundStatus.Success => "617",
            PaytmRefundStatus.Pending => "617",
            PaytmRefundStatus.Failed => known.Code,
        };
    }
}
