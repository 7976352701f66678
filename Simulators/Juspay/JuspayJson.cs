using System.Globalization;
using System.Text.Json;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>Juspay's objects as it shows them.</summary>
internal static class JuspayJson
{
    /// <summary>Juspay's time: UTC, to the second.</summary>
    public static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The order object: an order's status, and what an event or a capture shows.</summary>
    public static void Write(Utf8JsonWriter json, JuspayView view)
    {
        json.WriteStartObject();
        WriteMembers(json, view);
        json.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter json, JuspayView view)
    {
        var order = view.Order;
        json.WriteString("customer_email", order.Email ?? "");
        json.WriteString("customer_phone", order.Phone ?? "");
        json.WriteString("customer_id", order.CustomerId ?? "");
        json.WriteNumber("status_id", (int)view.Status);
        json.WriteString("status", view.Status.Word());
        json.WriteString("id", order.Id);
        json.WriteString("merchant_id", order.MerchantId);
        Amount(json, "amount", order.Amount, order.Currency);
        json.WriteString("currency", order.Currency);
        json.WriteString("order_id", order.OrderId);
        json.WriteString("date_created", Time(order.CreatedAt));
        json.WriteString("return_url", order.ReturnUrl ?? "");
        json.WriteString("product_id", order.ProductId ?? "");
        json.WriteStartObject("payment_links");
        json.WriteString("web", $"{order.BaseUrl}/merchant/pay/{order.Id}");
        json.WriteString("mobile", $"{order.BaseUrl}/merchant/pay/{order.Id}?mobile=true");
        json.WriteString("iframe", $"{order.BaseUrl}/merchant/ipay/{order.Id}");
        json.WriteEndObject();
        for (var i = 1; i <= 10; i++)
        {
            json.WriteString($"udf{i}", order.Udfs.GetValueOrDefault($"udf{i}", ""));
        }

        var paid = view.Leading;
        var refunded = paid is null ? 0 : view.Refunded(paid.Uuid);
        json.WriteBoolean("refunded", paid is not null && refunded == paid.Amount);
        Amount(json, "amount_refunded", refunded, order.Currency);
        if (paid is not null)
        {
            WritePayment(json, view, paid);
        }

        if (view.Refunds.Count == 0)
        {
            return;
        }

        json.WriteStartArray("refunds");
        foreach (var refund in view.Refunds)
        {
            Write(json, refund, order.Currency);
        }

        json.WriteEndArray();
    }

    /// <summary>A refund inside its order.</summary>
    public static void Write(Utf8JsonWriter json, JuspayRefund refund, string currency)
    {
        json.WriteStartObject();
        json.WriteString("unique_request_id", refund.RequestId);
        json.WriteString("status", refund.Status.Word());
        json.WriteBoolean("sent_to_gateway", refund.Status != JuspayRefundStatus.Pending);
        json.WriteString("refund_type", "STANDARD");
        json.WriteString("refund_source", "DUMMY");
        json.WriteString("ref", refund.Reference);
        json.WriteString("id", refund.Reference);
        json.WriteString("arn", refund.Arn);
        json.WriteString("initiated_by", refund.InitiatedBy);
        json.WriteString(
            "error_message", refund.Status == JuspayRefundStatus.Failure ? "Refund failed at the gateway" : "");
        json.WriteString("error_code", refund.Status == JuspayRefundStatus.Failure ? "FAILURE" : null);
        json.WriteString("created", Time(refund.CreatedAt));
        Amount(json, "amount", refund.Amount, currency);
        json.WriteEndObject();
    }

    public static void Amount(Utf8JsonWriter json, string name, long amount, string currency)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(JuspayAmounts.Spell(amount, currency));
    }

    private static void WritePayment(Utf8JsonWriter json, JuspayView view, JuspayTxn txn)
    {
        var currency = view.Order.Currency;
        var done = txn.Status != JuspayStatus.PendingVbv;
        json.WriteString("txn_id", txn.TxnId);
        json.WriteString("txn_uuid", txn.Uuid);
        json.WriteString("payment_method_type", txn.MethodType);
        json.WriteString("payment_method", txn.Method);
        json.WriteString("auth_type", txn.MethodType == "CARD" ? "THREE_DS" : "");
        Amount(json, "effective_amount", txn.Amount, currency);
        json.WriteNull("resp_code");
        json.WriteNull("resp_message");
        json.WriteString("bank_error_code", txn.ErrorCode ?? "");
        json.WriteString("bank_error_message", txn.ErrorMessage ?? "");
        json.WriteNumber("gateway_id", 100);
        json.WriteNull("gateway_reference_id");
        json.WriteStartObject("txn_detail");
        json.WriteString("txn_id", txn.TxnId);
        json.WriteString("order_id", view.Order.OrderId);
        json.WriteString("status", txn.Status.Word());
        json.WriteString("error_code", txn.ErrorCode);
        Amount(json, "net_amount", txn.Amount, currency);
        json.WriteNull("surcharge_amount");
        json.WriteNull("tax_amount");
        Amount(json, "txn_amount", txn.Amount, currency);
        json.WriteNull("offer_deduction_amount");
        json.WriteNumber("gateway_id", 100);
        json.WriteString("currency", currency);
        json.WriteBoolean("express_checkout", value: true);
        json.WriteBoolean("redirect", value: true);
        json.WriteString("txn_uuid", txn.Uuid);
        json.WriteString("gateway", "DUMMY");
        json.WriteString("error_message", txn.ErrorMessage ?? "");
        json.WriteString("created", Time(txn.CreatedAt));
        json.WriteEndObject();
        if (done)
        {
            WriteGateway(json, txn);
        }

        if (txn.Card is { } card)
        {
            WriteCard(json, card, txn);
        }

        if (txn.MethodType == "UPI")
        {
            json.WriteString("payer_vpa", txn.Vpa ?? "");
            json.WriteStartObject("upi");
            json.WriteString("payer_vpa", txn.Vpa ?? "");
            json.WriteString("txn_flow_type", txn.Method == "UPI_PAY" ? "INTENT" : "COLLECT");
            json.WriteEndObject();
        }

        json.WriteStartArray("offers");
        json.WriteEndArray();
    }

    private static void WriteGateway(Utf8JsonWriter json, JuspayTxn txn)
    {
        json.WriteStartObject("payment_gateway_response");
        json.WriteString("resp_code", txn.ErrorCode ?? "SUCCESS");
        json.WriteString("rrn", txn.Rrn ?? "");
        json.WriteString("created", Time(txn.ChangedAt));
        json.WriteString("epg_txn_id", "epg" + txn.Uuid);
        json.WriteString("resp_message", txn.ErrorMessage ?? "SUCCESS");
        json.WriteString("auth_id_code", txn.MethodType == "CARD" ? txn.Rrn?[^6..] ?? "" : "NA");
        json.WriteString("txn_id", txn.TxnId);
        json.WriteEndObject();
    }

    private static void WriteCard(Utf8JsonWriter json, JuspayCard card, JuspayTxn txn)
    {
        json.WriteStartObject("card");
        json.WriteBoolean("using_token", value: false);
        json.WriteBoolean("using_saved_card", txn.Card!.Saved);
        json.WriteBoolean("saved_to_locker", txn.Card.Saved);
        json.WriteString("name_on_card", card.Name ?? "");
        json.WriteString("last_four_digits", card.Last4);
        json.WriteString("expiry_year", card.Year);
        json.WriteString("expiry_month", card.Month);
        json.WriteString("card_type", "CREDIT");
        json.WriteString("card_reference", card.Reference);
        json.WriteString("card_issuer", "");
        json.WriteString("card_isin", card.Isin);
        json.WriteString("card_fingerprint", card.Fingerprint);
        json.WriteString("card_brand", card.Brand);
        json.WriteEndObject();
    }
}
