namespace PaymentCluster.Simulators.Paytm;

/// <summary>Who may call what: a merchant by its signature, the merchant for a customer by an order's token.</summary>
internal sealed class PaytmAccess(PaytmBook book)
{
    /// <summary>Lets a signed call in that names its order in the query too; else says what is wrong with it.</summary>
    public PaytmResult? CheckOrderCall(PaytmCall call)
    {
        if (call.QueryMid is null or "" || call.QueryOrderId is null or "")
        {
            return PaytmResult.Missing;
        }

        if (CheckSigned(call, PaytmResult.NoSuchMid, PaytmResult.WrongChecksum) is { } refusal)
        {
            return refusal;
        }

        if (call.Text("mid") != call.QueryMid)
        {
            return PaytmResult.OtherMid;
        }

        return call.Text("orderId") != call.QueryOrderId ? PaytmResult.OtherOrder : null;
    }

    /// <summary>Lets a signed call in; else says what is wrong with it, in the words of the calls that it is one
    /// of.</summary>
    public PaytmResult? CheckSigned(PaytmCall call, PaytmResult noSuchMid, PaytmResult wrongChecksum)
    {
        if (call.Body is null)
        {
            return PaytmResult.NotValid;
        }

        if (call.Text("mid") is not { } mid || call.OfHead("signature") is not { } signature)
        {
            return PaytmResult.Missing;
        }

        if (book.Account(mid) is not { } account)
        {
            return noSuchMid;
        }

        if (!PaytmChecksum.Verify(account.MerchantKey, call.BodyText, signature))
        {
            return wrongChecksum;
        }

        call.Account = account;
        call.IsSigned = true;
        return null;
    }

    /// <summary>Accepts a call with the token of the order in its query.</summary>
    public PaytmResult? CheckToken(PaytmCall call, out PaytmFolder? folder)
    {
        folder = null;
        if (call.Body is null)
        {
            return PaytmResult.NotValid;
        }

        var token = call.OfHead("txnToken") ?? (call.OfHead("tokenType") == "TXN_TOKEN" ? call.OfHead("token") : null);
        if (call.QueryMid is null or "" || call.QueryOrderId is null or "" || token is null)
        {
            return PaytmResult.Missing;
        }

        if (call.Text("mid") is { } mid && mid != call.QueryMid)
        {
            return PaytmResult.OtherMid;
        }

        if (call.Text("orderId") is { } order && order != call.QueryOrderId)
        {
            return PaytmResult.OtherOrder;
        }

        folder = book.Find(call.QueryMid, call.QueryOrderId);
        if (folder is null)
        {
            return PaytmResult.SessionExpired;
        }

        lock (folder.Gate)
        {
            call.Account = book.Account(folder.Order.Mid);
            return folder.Order.Token == token && call.Now.ToUnixTimeMilliseconds() < folder.Order.TokenExpiresAt
                ? null
                : PaytmResult.SessionExpired;
        }
    }
}
