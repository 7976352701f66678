namespace PaymentCluster.Simulators.PayU;

/// <summary>What PayU says of a payment, in the words that its responses, its callbacks and its forms share.</summary>
internal static class PayUFields
{
    /// <summary><c>unmappedstatus</c>. PayU's table of states has no word for a cancelled authorisation, so it stays
    /// what it was.</summary>
    public static string Unmapped(PayUPaymentState state) => state switch
    {
        PayUPaymentState.InProgress => "in progress",
        PayUPaymentState.Auth or PayUPaymentState.Cancelled => "auth",
        PayUPaymentState.Captured => "captured",
        PayUPaymentState.UserCancelled => "userCancelled",
        PayUPaymentState.Bounced => "bounced",
        PayUPaymentState.Dropped => "dropped",
        PayUPaymentState.Failed => "failed",
        PayUPaymentState.AutoRefund => "autoRefund",
    };

    public static string Status(PayUPaymentState state) => state switch
    {
        PayUPaymentState.InProgress => "pending",
        PayUPaymentState.Auth or PayUPaymentState.Cancelled or PayUPaymentState.Captured => "success",
        PayUPaymentState.UserCancelled or PayUPaymentState.Bounced or PayUPaymentState.Dropped
            or PayUPaymentState.Failed or PayUPaymentState.AutoRefund => "failure",
    };

    /// <summary>The fields of a callback or of the form that returns the customer, with their hash.</summary>
    public static List<KeyValuePair<string, string>> Of(PayUPayment payment, PayUAccount account)
    {
        var status = Status(payment.State);
        // A bank that took another amount tells PayU, and PayU the merchant.
        var amount = payment.WillMismatch && payment.AuthorizedAt != 0
            ? PayUIds.Rupees(payment.Amount)
            : payment.AmountText;
        var charges = payment.AdditionalCharges == 0 ? null : PayUIds.Rupees(payment.AdditionalCharges);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("mihpayid", payment.Id),
            new("mode", payment.Pg ?? "CC"),
            new("status", status),
            new("unmappedstatus", Unmapped(payment.State)),
            new("key", account.Key),
            new("txnid", payment.TxnId),
            new("amount", amount),
            new("discount", "0.00"),
            new("net_amount_debit", PayUIds.Rupees(payment.Amount + payment.AdditionalCharges)),
            new("addedon", PayUIds.Moment(payment.CreatedAt)),
            new("productinfo", payment.ProductInfo),
            new("firstname", payment.FirstName),
            new("lastname", payment.LastName ?? ""),
            new("email", payment.Email),
            new("phone", payment.Phone),
        };
        for (var i = 0; i < 10; i++)
        {
            fields.Add(new($"udf{i + 1}", i < payment.Udfs.Count ? payment.Udfs[i] : ""));
        }

        if (charges is not null)
        {
            fields.Add(new("additionalCharges", charges));
        }

        fields.AddRange(
        [
            new("hash", PayUHash.OfResponse(
                account.Salt, status, payment.Udfs, payment.Email, payment.FirstName, payment.ProductInfo,
                amount, payment.TxnId, account.Key, charges)),
            new("field1", payment.Vpa ?? ""),
            new("field9", payment.Failure?.Detail ?? "SUCCESS"),
            new("payment_source", "payu"),
            new("PG_TYPE", (payment.Pg ?? "CC") + "-PG"),
            new("bank_ref_num", payment.BankReference ?? ""),
            new("bankcode", payment.BankCode ?? ""),
            new("error", payment.Failure?.Code ?? "E000"),
            new("error_Message", payment.Failure?.Message ?? "No Error"),
        ]);
        if (payment.Card is { } card)
        {
            fields.AddRange([new("cardnum", card.Masked), new("name_on_card", card.Name)]);
        }

        if (payment.CardToken is { } token)
        {
            fields.Add(new("card_token", token));
        }

        return fields;
    }
}
