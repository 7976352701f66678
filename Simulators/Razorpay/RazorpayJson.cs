using System.Text.Json;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Writes the entities as Razorpay's API has them: amounts in minor units, times in Unix seconds.</summary>
internal static class RazorpayJson
{
    public static string Word(this RazorpayOrderStatus status) => status switch
    {
        RazorpayOrderStatus.Created => "created",
        RazorpayOrderStatus.Attempted => "attempted",
        RazorpayOrderStatus.Paid => "paid",
    };

    public static string Word(this RazorpayPaymentStatus status) => status switch
    {
        RazorpayPaymentStatus.Created => "created",
        RazorpayPaymentStatus.Authorized => "authorized",
        RazorpayPaymentStatus.Captured => "captured",
        RazorpayPaymentStatus.Refunded => "refunded",
        RazorpayPaymentStatus.Failed => "failed",
    };

    public static string Word(this RazorpayRefundStatus status) => status switch
    {
        RazorpayRefundStatus.Pending => "pending",
        RazorpayRefundStatus.Processed => "processed",
        RazorpayRefundStatus.Failed => "failed",
    };

    /// <summary>Writes an order, with its payments if they are wanted.</summary>
    public static void Write(Utf8JsonWriter json, RazorpayOrder order, IReadOnlyList<RazorpayPayment>? payments = null)
    {
        json.WriteStartObject();
        json.WriteString("id", order.Id);
        json.WriteString("entity", "order");
        json.WriteNumber("amount", order.Amount);
        json.WriteNumber("amount_paid", order.AmountPaid);
        json.WriteNumber("amount_due", Math.Max(0, order.Amount - order.AmountPaid));
        json.WriteString("currency", order.Currency);
        json.WriteString("receipt", order.Receipt);
        if (payments is not null)
        {
            json.WritePropertyName("payments");
            WriteCollection(json, payments, Write);
        }

        json.WriteNull("offer_id");
        json.WriteString("status", order.Status.Word());
        json.WriteNumber("attempts", order.Attempts);
        WriteNotes(json, order.Notes);
        json.WriteNumber("created_at", order.CreatedAt / 1000);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RazorpayPayment payment)
    {
        json.WriteStartObject();
        json.WriteString("id", payment.Id);
        json.WriteString("entity", "payment");
        json.WriteNumber("amount", payment.Amount);
        json.WriteString("currency", payment.Currency);
        json.WriteString("status", payment.Status.Word());
        json.WriteString("order_id", payment.OrderId);
        json.WriteNull("invoice_id");
        json.WriteBoolean("international", payment.Card is { International: true });
        json.WriteString("method", payment.Method);
        json.WriteNumber("amount_refunded", payment.AmountRefunded);
        json.WriteString("refund_status",
            payment.AmountRefunded == 0 ? null : payment.AmountRefunded < payment.Amount ? "partial" : "full");
        json.WriteBoolean("captured", payment.Captured);
        json.WriteString("description", payment.Description);
        json.WriteString("card_id", payment.Card?.Id);
        if (payment.Card is { } card)
        {
            WriteCard(json, card);
        }

        json.WriteString("bank", payment.Bank);
        json.WriteString("wallet", payment.Wallet);
        json.WriteString("vpa", payment.Vpa);
        json.WriteString("email", payment.Email);
        json.WriteString("contact", payment.Contact);
        if (payment.CustomerId is not null)
        {
            json.WriteString("customer_id", payment.CustomerId);
        }

        if (payment.TokenId is not null)
        {
            json.WriteString("token_id", payment.TokenId);
        }

        WriteNotes(json, payment.Notes);
        WriteNumber(json, "fee", payment.Fee);
        WriteNumber(json, "tax", payment.Tax);
        json.WriteString("error_code", payment.Failure?.Code);
        json.WriteString("error_description", payment.Failure?.Description);
        json.WriteString("error_source", payment.Failure?.Source);
        json.WriteString("error_step", payment.Failure?.Step);
        json.WriteString("error_reason", payment.Failure?.Reason);
        WriteAcquirer(json, payment);
        json.WriteNumber("created_at", payment.CreatedAt / 1000);
        if (payment.Method == "upi")
        {
            WriteUpi(json, payment);
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RazorpayRefund refund)
    {
        json.WriteStartObject();
        json.WriteString("id", refund.Id);
        json.WriteString("entity", "refund");
        json.WriteNumber("amount", refund.Amount);
        json.WriteString("currency", refund.Currency);
        json.WriteString("payment_id", refund.PaymentId);
        WriteNotes(json, refund.Notes);
        json.WriteString("receipt", refund.Receipt);
        json.WriteStartObject("acquirer_data");
        json.WriteString("arn", refund.Arn);
        json.WriteEndObject();
        json.WriteNumber("created_at", refund.CreatedAt / 1000);
        json.WriteNull("batch_id");
        json.WriteString("status", refund.Status.Word());
        json.WriteString("speed_processed", refund.Speed == "optimum" ? "instant" : "normal");
        json.WriteString("speed_requested", refund.Speed);
        json.WriteEndObject();
    }

    public static void WriteCollection<T>(Utf8JsonWriter json, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        json.WriteString("entity", "collection");
        json.WriteNumber("count", items.Count);
        json.WriteStartArray("items");
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // No notes are an empty list, some are an object.
    /// <summary>What the merchant noted; an empty array where there is nothing, as Razorpay has it.</summary>
    public static void WriteNotes(Utf8JsonWriter json, string? notes)
    {
        json.WritePropertyName("notes");
        json.WriteRawValue(notes ?? "[]");
    }

    private static void WriteCard(Utf8JsonWriter json, RazorpayCard card)
    {
        json.WriteStartObject("card");
        json.WriteString("id", card.Id);
        json.WriteString("entity", "card");
        json.WriteString("name", card.Name);
        json.WriteString("last4", card.Last4);
        json.WriteString("network", card.Network);
        json.WriteString("type", "credit");
        json.WriteString("issuer", card.International ? null : "HDFC");
        json.WriteBoolean("international", card.International);
        json.WriteBoolean("emi", value: false);
        json.WriteString("sub_type", "consumer");
        json.WriteNull("token_iin");
        json.WriteEndObject();
    }

    private static void WriteAcquirer(Utf8JsonWriter json, RazorpayPayment payment)
    {
        json.WriteStartObject("acquirer_data");
        switch (payment.Method)
        {
            case "upi":
                json.WriteString("rrn", payment.BankReference);
                json.WriteString("upi_transaction_id",
                    payment.BankReference is null ? null : payment.Id["pay_".Length..].ToUpperInvariant());
                break;
            case "card":
                json.WriteString("auth_code", payment.BankReference?[..6]);
                json.WriteString("rrn", payment.BankReference);
                break;
            case "netbanking":
                json.WriteString("bank_transaction_id", payment.BankReference);
                break;
            default:
                json.WriteString("transaction_id", payment.BankReference);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteUpi(Utf8JsonWriter json, RazorpayPayment payment)
    {
        json.WriteStartObject("upi");
        json.WriteString("payer_account_type", payment.Vpa is null ? null : "bank_account");
        json.WriteString("vpa", payment.Vpa);
        json.WriteString("flow", payment.UpiFlow);
        json.WriteEndObject();
    }
}
