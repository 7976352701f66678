using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Paying orders, and what became of it.</summary>
internal sealed class PaytmPayments(
    PaytmBook book, PaytmAccess access, PaytmLifecycle lifecycle, IOptions<PaytmOptions> options)
{
    private const int MostTxns = 5;

    private readonly PaytmOptions _options = options.Value;

    /// <summary><c>POST /theia/api/v1/processTransaction</c>: this is what moves money.</summary>
    public async Task<SimulatedResponse> ProcessAsync(PaytmCall call)
    {
        if (access.CheckToken(call, out var folder) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        if (call.Text("mid") is null
            || call.Text("orderId") is null
            || call.Text("requestType") is null
            || call.Text("paymentMode") is null)
        {
            return PaytmResponses.Only(call, PaytmResult.Missing);
        }

        if (call.Text("requestType") != "NATIVE")
        {
            return PaytmResponses.Only(call, PaytmResult.NotValid);
        }

        PaytmTxn txn;
        PaytmOrder order;
        Task durable;
        lock (folder!.Gate)
        {
            order = folder.Order;
            var draft = Draft(call, order, out var wrong);
            if (draft is null)
            {
                return PaytmResponses.Only(call, wrong!);
            }

            if (folder.Txns.Any(known => known.PaidAt != 0))
            {
                return PaytmResponses.Only(call, PaytmResult.DuplicateOrder);
            }

            if (folder.Txns.Count >= MostTxns)
            {
                return PaytmResponses.Only(call, PaytmResult.TooOften);
            }

            var change = book.Begin(folder, call.Now);
            txn = lifecycle.Begin(change, draft);
            if (txn is { Mode: "PPI", WillFailWith: null })
            {
                lifecycle.Pay(change, txn);
            }

            durable = book.Commit(change);
            txn = folder.Txn(txn.Id);
            if (txn.Mode != "PPI")
            {
                lifecycle.Await(txn);
            }
            else if (txn.Status == PaytmTxnStatus.Pending)
            {
                lifecycle.Decide(folder, txn.Id, Customer.CustomerDecision.Decline);
            }

            txn = folder.Txn(txn.Id);
            durable = folder.Durable;
        }

        await durable;
        return PaytmResponses.Body(call, PaytmResult.Success, json => WriteNext(json, call, order, txn));
    }

    /// <summary><c>POST /v3/order/status</c>, and the same under the client library's address.</summary>
    public async Task<SimulatedResponse> StatusAsync(PaytmCall call)
    {
        if (access.CheckSigned(call, PaytmResult.StatusMid, PaytmResult.StatusChecksum) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        var type = call.Text("txnType");
        if (call.Text("orderId") is not { } orderId
            || type is not (null or "PREAUTH" or "CAPTURE" or "RELEASE" or "WITHDRAW")
            || call.HasUnknownField)
        {
            return PaytmResponses.Only(call, PaytmResult.StatusOrder);
        }

        if (book.Find(call.Account!.Mid, orderId) is not { } folder)
        {
            return PaytmResponses.Only(call, PaytmResult.NoRecord);
        }

        PaytmTxn? txn;
        PaytmOrder order;
        Task durable;
        lock (folder.Gate)
        {
            (txn, order, durable) = (folder.Current, folder.Order, folder.Durable);
        }

        await durable;
        if (txn is null || !IsOf(txn, order, type))
        {
            return PaytmResponses.Only(call, PaytmResult.NoRecord);
        }

        var result = type is "CAPTURE" or "RELEASE"
            ? PaytmResult.Of(PaytmTxnStatus.Success, null)
            : PaytmResult.Of(txn.Status, txn.Code);
        return PaytmResponses.Body(call, result, json => WriteStatus(json, order, txn, type));
    }

    // A part of a pre-authorisation is queried by its type; without one, sales are found.
    private static bool IsOf(PaytmTxn txn, PaytmOrder order, string? type) => type switch
    {
        null or "WITHDRAW" => order.Kind == PaytmOrderKind.Sale,
        "PREAUTH" => order.Kind == PaytmOrderKind.PreAuth,
        "CAPTURE" => txn.CaptureId is not null,
        _ => txn.ReleaseId is not null,
    };

    private static void WriteStatus(Utf8JsonWriter json, PaytmOrder order, PaytmTxn txn, string? type)
    {
        var (id, amount) = type switch
        {
            "CAPTURE" => (txn.CaptureId!, txn.Captured),
            "RELEASE" => (txn.ReleaseId!, txn.Amount),
            _ => (txn.Id, txn.Amount),
        };
        json.WriteString("txnId", id);
        json.WriteString("bankTxnId", txn.BankTxnId ?? "");
        json.WriteString("orderId", order.OrderId);
        json.WriteString("txnAmount", PaytmAmounts.Spell(amount));
        json.WriteString("txnType", type ?? "SALE");
        json.WriteString("gatewayName", txn.Mode == "PPI" ? "WALLET" : "PPBLC");
        if (txn.Bank is not null)
        {
            json.WriteString("bankName", txn.Bank);
        }

        json.WriteString("mid", order.Mid);
        json.WriteString("paymentMode", txn.Mode);
        json.WriteString("refundAmt", PaytmAmounts.Spell(txn.Refunded));
        json.WriteString("txnDate", PaytmIds.Spell(txn.ChangedAt));
        if (txn.MaskedCard is not null)
        {
            json.WriteString("maskedCardNo", txn.MaskedCard);
        }

        if (txn.CardScheme is not null)
        {
            json.WriteString("cardScheme", txn.CardScheme);
        }

        if (txn.Vpa is not null)
        {
            json.WriteString("vpa", txn.Vpa);
        }
    }

    private PaytmTxn? Draft(PaytmCall call, PaytmOrder order, out PaytmResult? refusal)
    {
        refusal = null;
        var now = call.Now.ToUnixTimeMilliseconds();
        var draft = new PaytmTxn
        {
            Id = PaytmIds.New(call.Now),
            Mid = order.Mid,
            OrderId = order.OrderId,
            Mode = "",
            Amount = order.Amount,
            CreatedAt = now,
            ChangedAt = now,
            ExpiresAt = now + (long)_options.PaymentWindow.TotalMilliseconds,
        };
        call.Tolerate("paymentFlow", "txnNote", "extendInfo", "storeInstrument", "channelCode", "osType", "pspApp");
        var blocks = order.Kind == PaytmOrderKind.PreAuth;
        var txn = call.Text("paymentMode") switch
        {
            "UPI" when !blocks => WithVpa(draft, call.Text("payerAccount"), ref refusal),
            "UPI_INTENT" when !blocks => draft with { Mode = "UPI" },
            "CREDIT_CARD" or "DEBIT_CARD" => PaytmCards.Read(draft, call, ref refusal),
            "NET_BANKING" when !blocks && call.Text("channelCode") is { } bank && PaytmCards.IsBank(bank) =>
                draft with { Mode = "NB", Bank = bank },
            "BALANCE" when order.Wallet is null => Refuse(PaytmResult.NoSuchUser, ref refusal),
            "BALANCE" => draft with
            {
                Mode = "PPI",
                Bank = "WALLET",
                WillFailWith = order.Amount > _options.WalletBalance ? "235" : null,
            },
            _ => null,
        };
        if (txn is null || call.HasUnknownField)
        {
            refusal ??= PaytmResult.NotValid;
        }

        return refusal is null ? txn : null;
    }

    private static PaytmTxn? WithVpa(PaytmTxn draft, string? vpa, ref PaytmResult? refusal) =>
        vpa is null || !PaytmInstruments.IsVpa(vpa) || !PaytmInstruments.Exists(vpa)
            ? Refuse(PaytmResult.WrongVpa, ref refusal)
            : draft with { Mode = "UPI", Vpa = vpa, WillFailWith = vpa == PaytmInstruments.FailureVpa ? "227" : null };

    private static PaytmTxn? Refuse(PaytmResult result, ref PaytmResult? refusal)
    {
        refusal = result;
        return null;
    }

    private void WriteNext(Utf8JsonWriter json, PaytmCall call, PaytmOrder order, PaytmTxn txn)
    {
        switch (call.Text("paymentMode"))
        {
            case "UPI":
                json.WriteString("transId", txn.Id);
                json.WriteString("orderId", order.OrderId);
                json.WriteString("cashierRequestId", txn.Id[^16..]);
                break;
            case "UPI_INTENT":
                json.WriteStartObject("deepLinkInfo");
                json.WriteString("deepLink", LinkOf(txn));
                json.WriteString("orderId", order.OrderId);
                json.WriteString("cashierRequestId", txn.Id[^16..]);
                json.WriteString("transId", txn.Id);
                json.WriteEndObject();
                break;
            case "BALANCE":
                json.WriteStartObject("txnInfo");
                foreach (var (name, value) in PaytmCallback.Fields(book, order, txn))
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
                json.WriteString("callBackUrl", order.CallbackUrl ?? "");
                break;
            default:
                json.WriteStartObject("bankForm");
                json.WriteString("pageType", "redirect");
                json.WriteStartObject("redirectForm");
                json.WriteString("actionUrl", $"{call.BaseUrl}/instaproxy/bank/{txn.Id}");
                json.WriteString("method", "post");
                json.WriteString("type", "redirect");
                json.WriteStartObject("content");
                json.WriteString("MD", txn.Id);
                json.WriteString("TermUrl", $"{call.BaseUrl}/instaproxy/return");
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
                break;
        }
    }

    private string LinkOf(PaytmTxn txn) =>
        $"upi://pay?pa={_options.PayeeVpa}&pn={Uri.EscapeDataString(_options.PayeeName)}&mc={_options.CategoryCode}"
        + $"&tr={txn.Id}&am={PaytmAmounts.Spell(txn.Amount)}&cu=INR";
}
