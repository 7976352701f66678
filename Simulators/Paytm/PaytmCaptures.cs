using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>What becomes of a blocked amount: paytmpayments.com/docs/api/v2/capture-api and release-api. One capture or
/// release per pre-authorisation (…/docs/capture-integration). Their responses are not documented beyond the result;
/// the words here are this simulator's own.</summary>
internal sealed class PaytmCaptures(PaytmBook book, PaytmAccess access, PaytmLifecycle lifecycle)
{
    private static readonly PaytmResult Done = new("S", "0000", "SUCCESS");
    private static readonly PaytmResult NoSuchBlock = new("F", "2023", "FAILED: there is no such pre-authorisation");
    private static readonly PaytmResult Taken = new("F", "2024", "FAILED: it was captured or released already");
    private static readonly PaytmResult TooMuch = new("F", "2025", "FAILED: the amount is not valid");

    /// <summary><c>POST /order/v2/capture</c>.</summary>
    public async Task<SimulatedResponse> CaptureAsync(PaytmCall call)
    {
        if (access.CheckSigned(call, PaytmResult.NoSuchMid, PaytmResult.WrongChecksum) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        if (call.Text("orderId") is not { } orderId
            || call.Text("preAuthId") is not { } id
            || call.Text("txnAmount") is not { } text)
        {
            return PaytmResponses.Only(call, PaytmResult.Missing);
        }

        call.Tolerate("mercUnqRef", "paytmSsoToken", "deviceId", "appIp");
        if (call.HasUnknownField)
        {
            return PaytmResponses.Only(call, PaytmResult.NotValid);
        }

        if (book.FindById(id) is not { } folder
            || folder.Order.Mid != call.Account!.Mid
            || folder.Order.OrderId != orderId)
        {
            return PaytmResponses.Only(call, NoSuchBlock);
        }

        PaytmTxn captured;
        Task durable;
        lock (folder.Gate)
        {
            var txn = folder.Txn(id);
            if (txn.CaptureId is not null || txn.Status != PaytmTxnStatus.Blocked)
            {
                return PaytmResponses.Only(call, Taken);
            }

            if (!PaytmAmounts.TryRead(text, out var amount) || amount > txn.Amount)
            {
                return PaytmResponses.Only(call, TooMuch);
            }

            var change = book.Begin(folder, call.Now);
            captured = txn with
            {
                Status = PaytmTxnStatus.Success,
                CaptureId = PaytmIds.New(
                    call.Now),
                Captured = amount,
                ChangedAt = change.Now,
            };
            change.Put(captured);
            durable = book.Commit(change);
        }

        await durable;
        return PaytmResponses.Body(call, Done, json =>
        {
            json.WriteString("mid", captured.Mid);
            json.WriteString("orderId", orderId);
            json.WriteString("preAuthId", id);
            json.WriteString("txnId", captured.CaptureId);
            json.WriteString("txnAmount", PaytmAmounts.Spell(captured.Captured));
        });
    }

    /// <summary><c>POST /order/v2/release</c>.</summary>
    public async Task<SimulatedResponse> ReleaseAsync(PaytmCall call)
    {
        if (access.CheckSigned(call, PaytmResult.NoSuchMid, PaytmResult.WrongChecksum) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        if (call.Text("preAuthId") is not { } id)
        {
            return PaytmResponses.Only(call, PaytmResult.Missing);
        }

        call.Tolerate("paytmSsoToken");
        if (call.HasUnknownField)
        {
            return PaytmResponses.Only(call, PaytmResult.NotValid);
        }

        if (book.FindById(id) is not { } folder || folder.Order.Mid != call.Account!.Mid)
        {
            return PaytmResponses.Only(call, NoSuchBlock);
        }

        Task durable;
        lock (folder.Gate)
        {
            var txn = folder.Txn(id);
            if (txn.Status != PaytmTxnStatus.Blocked)
            {
                return PaytmResponses.Only(call, Taken);
            }

            var change = book.Begin(folder, call.Now);
            lifecycle.Release(change, txn);
            durable = book.Commit(change);
        }

        await durable;
        return PaytmResponses.Body(call, Done, json =>
        {
            json.WriteString("mid", call.Account.Mid);
            json.WriteString("preAuthId", id);
        });
    }
}
