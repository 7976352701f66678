using System.Text.Json;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.PayU;

/// <summary>The command API's responses.</summary>
internal static class PayUResponses
{
    private static readonly SimulatedResponse ServerError =
        new(500, "<html><body>Some problem occurred</body></html>"u8.ToArray()) { ContentType = "text/html" };

    public static FaultResponses CommandFaults { get; } = new(ServerError, Refused("Requests limit reached"));

    public static FaultResponses PaymentFaults { get; } = new(
        ServerError,
        new SimulatedResponse(429, "Too many Requests. Please try after 60 seconds"u8.ToArray())
        {
            ContentType = "text/plain",
            RetryAfter = 60,
        });

    /// <summary>A refusal: HTTP 200 and status 0.</summary>
    public static SimulatedResponse Refused(string message, string? mihpayid = null, int? code = null) =>
        Object((message, mihpayid, code), static (json, refused) =>
        {
            json.WriteNumber("status", 0);
            json.WriteString("msg", refused.message);
            if (refused.mihpayid is not null)
            {
                json.WriteString("mihpayid", refused.mihpayid);
            }

            if (refused.code is { } number)
            {
                json.WriteNumber("error_code", number);
            }
        });

    public static SimulatedResponse Accepted(string message) => Object(message, static (json, text) =>
    {
        json.WriteNumber("status", 1);
        json.WriteString("msg", text);
    });

    public static SimulatedResponse Queued(
        PayUPayment payment, PayUAction action) => Object((payment, action), static (json, queued) =>
    {
        json.WriteNumber("status", 1);
        json.WriteString("msg", queued.action.Kind + " Request Queued");
        // A cancellation's id has a name of its own.
        json.WriteString(
            queued.action.Kind == PayUActionKind.Cancel ? "txn_update_id" : "request_id", queued.action.RequestId);
        json.WriteString("bank_ref_num", queued.payment.BankReference);
        json.WriteString("mihpayid", queued.payment.Id);
        if (queued.action.Kind == PayUActionKind.Refund)
        {
            json.WriteNumber("error_code", 102);
        }
    });

    public static SimulatedResponse Verified(
        List<(string TxnId, PayUPayment? Payment)> told) => Object(told, static (json, all) =>
    {
        var found = all.Count(one => one.Payment is not null);
        json.WriteNumber("status", found > 0 ? 1 : 0);
        json.WriteString("msg", $"{found} out of {all.Count} Transactions Fetched Successfully");
        json.WriteStartObject("transaction_details");
        foreach (var (txnId, payment) in all)
        {
            json.WriteStartObject(txnId);
            if (payment is null)
            {
                json.WriteString("mihpayid", "Not Found");
                json.WriteString("status", "Not Found");
            }
            else
            {
                WriteDetails(json, payment);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    public static SimulatedResponse NoAction(string id) => Object(id, static (json, request) =>
    {
        json.WriteNumber("status", 0);
        json.WriteString("msg", "0 out of 1 Transactions Fetched Successfully");
        json.WriteStartObject("transaction_details");
        json.WriteString(request, "No action status found");
        json.WriteEndObject();
    });

    public static SimulatedResponse Actions(string id, List<(PayUPayment Payment, PayUAction Action)> found) =>
        Object((id, found), static (json, all) =>
        {
            json.WriteNumber("status", 1);
            json.WriteString("msg", "1 out of 1 Transactions Fetched Successfully");
            json.WriteStartObject("transaction_details");
            json.WriteStartObject(all.id);
            foreach (var (payment, action) in all.found)
            {
                json.WriteStartObject(action.RequestId);
                json.WriteString("mihpayid", payment.Id);
                json.WriteString("bank_ref_num", payment.BankReference);
                json.WriteString("request_id", action.RequestId);
                json.WriteString("amt", PayUIds.Rupees(action.Amount));
                json.WriteString("mode", payment.Pg ?? "CC");
                json.WriteString("action", Word(action.Kind));
                json.WriteString("token", action.Token);
                json.WriteString("status", action.State switch
                {
                    PayUActionState.Queued => "queued",
                    PayUActionState.Success => "SUCCESS",
                    PayUActionState.Failure => "FAILURE",
                });
                json.WriteString("bank_arn", action.Arn);
                json.WriteNull("settlement_id");
                json.WriteNull("amount_settled");
                json.WriteNull("UTR_no");
                json.WriteNull("value_date");
                json.WriteString("refund_mode", action.Kind == PayUActionKind.Refund ? "Back to Source" : null);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });

    public static SimulatedResponse OfVpa(string vpa, bool isValid) => Object((vpa, isValid), static (json, request) =>
    {
        json.WriteString("status", "SUCCESS");
        json.WriteString("vpa", request.vpa);
        json.WriteNumber("isVPAValid", request.isValid ? 1 : 0);
        json.WriteString("payerAccountName", request.isValid ? "Simulated Customer" : "NA");
    });

    public static SimulatedResponse Cards(PayUKeptCard[] cards) => cards.Length == 0
        ? Refused("Card not found.")
        : Object(cards, static (json, all) =>
        {
            json.WriteNumber("status", 1);
            json.WriteString("msg", "Cards fetched Succesfully");
            json.WriteStartObject("user_cards");
            foreach (var kept in all)
            {
                json.WriteStartObject(kept.Token);
                json.WriteString("card_no", kept.Card.Masked);
                json.WriteString("card_token", kept.Token);
                json.WriteString("card_name", kept.Card.Name);
                json.WriteString("card_mode", "CC");
                json.WriteString("card_type", kept.Card.Network);
                json.WriteStartObject("network_token");
                json.WriteString("token_value", "XXXXXXXXXXXX" + kept.Card.Masked[^4..]);
                json.WriteNumber("is_expired", 0);
                json.WriteString("token_exp_mon", kept.Card.ExpiryMonth);
                json.WriteString("token_exp_yr", kept.Card.ExpiryYear);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });

    public static SimulatedResponse Settlements(List<PayUPayment> payments) => Object(payments, static (json, all) =>
    {
        json.WriteNumber("status", 1);
        json.WriteString("msg", $"{all.Count} transactions settled");
        json.WriteStartArray("Txn_details");
        foreach (var payment in all)
        {
            json.WriteStartObject();
            json.WriteString("payuid", payment.Id);
            json.WriteString("txnid", payment.TxnId);
            json.WriteString("txndate", PayUIds.Moment(payment.CreatedAt));
            json.WriteString("mode", payment.Pg ?? "CC");
            json.WriteString("amount", PayUIds.Rupees(payment.Amount));
            json.WriteString("requestaction", "capture");
            json.WriteString("mer_net_amount", PayUIds.Rupees(payment.Amount));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public static SimulatedResponse Transactions(List<PayUPayment> payments) => Object(payments, static (json, all) =>
    {
        json.WriteNumber("status", 1);
        json.WriteString("msg", $"{all.Count} Transactions Fetched Successfully");
        json.WriteStartArray("Transaction_details");
        foreach (var payment in all)
        {
            json.WriteStartObject();
            WriteDetails(json, payment);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Word(PayUActionKind kind) => kind switch
    {
        PayUActionKind.Capture => "capture",
        PayUActionKind.Refund => "refund",
        PayUActionKind.Cancel => "cancel",
    };

    private static SimulatedResponse Object<TState>(
        TState state, Action<Utf8JsonWriter, TState> write) => SimulatedResponse.Json(
        200, (state, write), static (json, both) =>
        {
            json.WriteStartObject();
            both.write(json, both.state);
            json.WriteEndObject();
        });

    private static void WriteDetails(Utf8JsonWriter json, PayUPayment payment)
    {
        json.WriteString("mihpayid", payment.Id);
        json.WriteString("request_id", "");
        json.WriteString("bank_ref_num", payment.BankReference);
        json.WriteString("amt", PayUIds.Rupees(payment.Amount + payment.AdditionalCharges));
        json.WriteString("transaction_amount", PayUIds.Rupees(payment.Amount));
        json.WriteString("txnid", payment.TxnId);
        json.WriteString("additional_charges", PayUIds.Rupees(payment.AdditionalCharges));
        json.WriteString("productinfo", payment.ProductInfo);
        json.WriteString("firstname", payment.FirstName);
        json.WriteString("bankcode", payment.BankCode);
        for (var i = 0; i < 5; i++)
        {
            json.WriteString($"udf{i + 1}", payment.Udfs[i]);
        }

        json.WriteString("field2", "");
        json.WriteString("field9", payment.Failure?.Detail ?? (payment.AuthorizedAt != 0 ? "SUCCESS" : ""));
        json.WriteString("error_code", payment.Failure?.Code ?? "E000");
        json.WriteString("error_Message", payment.Failure?.Message ?? "NO ERROR");
        json.WriteString("addedon", PayUIds.Moment(payment.CreatedAt));
        json.WriteString("payment_source", "payu");
        json.WriteString("card_type", payment.Card?.Network);
        json.WritePropertyName("net_amount_debit");
        json.WriteRawValue(
            payment.AuthorizedAt == 0 ? "0" : PayUIds.Rupees(payment.Amount + payment.AdditionalCharges));
        json.WriteString("disc", "0.00");
        json.WriteString("mode", payment.Pg ?? "CC");
        json.WriteString("PG_TYPE", (payment.Pg ?? "CC") + "-PG");
        json.WriteString("card_no", payment.Card?.Masked ?? "");
        json.WriteString("status", PayUFields.Status(payment.State));
        json.WriteString("unmappedstatus", PayUFields.Unmapped(payment.State));
        json.WriteNull("Merchant_UTR");
        json.WriteString("Settled_At", "0000-00-00 00:00:00");
    }
}
