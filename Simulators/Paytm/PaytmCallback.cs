using System.Net;
using System.Text;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>
/// The form that a customer's browser takes back, and that the webhook of a payment has:
/// developer.paytm.com/docs/payment-status and …/payment-success-webhook.
/// </summary>
internal static class PaytmCallback
{
    public static List<KeyValuePair<string, string>> Fields(PaytmBook book, PaytmOrder order, PaytmTxn txn)
    {
        var result = PaytmResult.Of(txn.Status, txn.Code);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("BANKNAME", txn.Bank ?? ""),
            new("BANKTXNID", txn.BankTxnId ?? ""),
            new("CURRENCY", "INR"),
            new("CUSTID", order.CustomerId),
            new("GATEWAYNAME", txn.Mode == "PPI" ? "WALLET" : "PPBLC"),
            new("MID", order.Mid),
            new("ORDERID", order.OrderId),
            new("PAYMENTMODE", txn.Mode),
            new("RESPCODE", result.Code),
            new("RESPMSG", result.Message),
            new("STATUS", result.Status),
            new("TXNAMOUNT", PaytmAmounts.Spell(txn.Amount)),
            new("TXNDATE", PaytmIds.Spell(txn.ChangedAt)),
            new("TXNID", txn.Id),
        };
        var key = book.Account(order.Mid)!.MerchantKey;
        fields.Add(new("CHECKSUMHASH", PaytmChecksum.Make(key, PaytmChecksum.TextOf(fields))));
        return fields;
    }

    public static byte[] Form(IEnumerable<KeyValuePair<string, string>> fields) => Encoding.ASCII.GetBytes(
        string.Join('&', fields.Select(field => $"{field.Key}={WebUtility.UrlEncode(field.Value)}")));
}
