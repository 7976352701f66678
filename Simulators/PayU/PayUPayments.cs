using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.PayU;

/// <summary><c>_payment</c>: a merchant's server gets JSON (<c>txn_s2s_flow</c>), a customer's browser a
/// page.</summary>
internal sealed class PayUPayments(
    PayUBook book,
    PayULifecycle lifecycle,
    PayUPages pages,
    CustomerSettings customer,
    IOptions<PayUOptions> options,
    TimeProvider time)
{
    private static readonly PayUFailure WrongHash = new(
        "E1903", "Transaction failed due to incorrectly calculated hash parameter.", "Hash mismatch");

    // PayU's pages say of a used txnid that it fails; the code is from its table of errors.
    private static readonly PayUFailure Used = new("E202", "Duplicate transaction id", "txnid was used before");

    private readonly PayUOptions _options = options.Value;

    public async Task<SimulatedResponse> PayAsync(PayUForm? form, string baseUrl)
    {
        if (form is null)
        {
            return PayUPages.Problem(PayURequests.Invalid("a field comes twice"));
        }

        var isServer = form.Has("txn_s2s_flow");
        var (payment, failure) = await BeginAsync(form, isServer);
        if (payment is null)
        {
            return isServer ? Refusal(form["txnid"], failure!) : PayUPages.Problem(failure!);
        }

        return isServer
            ? SimulatedResponse.Json(200, (payment, baseUrl, options: _options), static (json, made) =>
                Write(json, made.payment, made.baseUrl, made.options))
            : pages.ShowStep(payment, baseUrl);
    }

    private static SimulatedResponse Refusal(
        string txnId, PayUFailure failure) => SimulatedResponse.Json(200, (txnId, failure), static (json, refused) =>
    {
        json.WriteStartObject();
        json.WriteStartObject("metaData");
        json.WriteString("message", refused.failure.Message);
        json.WriteNull("referenceId");
        json.WriteString("statusCode", refused.failure.Code);
        json.WriteString("txnId", refused.txnId);
        json.WriteString("txnStatus", "failed");
        json.WriteString("unmappedStatus", "failed");
        json.WriteEndObject();
        json.WriteStartObject("result");
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, PayUPayment payment, string baseUrl, PayUOptions options)
    {
        json.WriteStartObject();
        json.WriteStartObject("metaData");
        json.WriteNull("message");
        json.WriteString("referenceId", PayUIds.Hex(32));
        json.WriteNull("statusCode");
        json.WriteString("txnId", payment.TxnId);
        json.WriteString("txnStatus", "pending");
        json.WriteString("unmappedStatus", "pending");
        json.WriteEndObject();
        json.WriteStartObject("result");
        json.WriteString("paymentId", payment.Id);
        json.WriteString("merchantName", options.PayeeName);
        json.WriteString("merchantVpa", options.PayeeVpa);
        json.WriteString("amount", PayUIds.Rupees(payment.Amount));
        if (payment is { Pg: "UPI", BankCode: "INTENT" })
        {
            json.WriteString("intentURIData", Link(payment, options));
        }
        else if (payment.Pg == "DBQR")
        {
            json.WriteString("qrString", "upi://pay?" + Link(payment, options));
        }
        else if (payment.Pg != "UPI")
        {
            json.WriteString(
                "acsTemplate", Convert.ToBase64String(Encoding.UTF8.GetBytes(PayUPages.Hop(payment, baseUrl))));
        }

        json.WriteString("otpPostUrl", baseUrl + "/ResponseHandler.php");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Link(PayUPayment payment, PayUOptions options) =>
        $"pa={options.PayeeVpa}&pn={Uri.EscapeDataString(options.PayeeName)}"
        + $"&tr={payment.Id}&tid=PPPL{payment.Id}{payment.Id[^10..]}"
        + $"&am={PayUIds.Rupees(payment.Amount)}&cu=INR&tn=UPIIntent";

    private async Task<(PayUPayment? Payment, PayUFailure? Failure)> BeginAsync(PayUForm form, bool isServer)
    {
        if (PayURequests.Objection(form) is { } objection)
        {
            return (null, objection);
        }

        if (book.Account(form["key"]) is not { } account || !PayURequests.IsSigned(form, account))
        {
            return (null, WrongHash);
        }

        if (PayURequests.MethodObjection(form, isServer) is { } wrong)
        {
            return (null, wrong);
        }

        var kept = form.Has("store_card_token") ? book.Card(form["store_card_token"]) : null;
        if (form.Has("store_card_token") && kept?.UserCredentials != form["user_credentials"])
        {
            return (null, PayURequests.Invalid("store_card_token is not known"));
        }

        var now = time.GetUtcNow();
        var payment = PayURequests.Read(form, account, now.ToUnixTimeMilliseconds(), isServer, kept);
        var draws = book.Dials.Covers(DialOperation.Payment);
        payment = payment with
        {
            AdditionalCharges = _options.AdditionalCharges,
            ExpiresAt = payment.ExpiresAt > 0
                ? payment.ExpiresAt
                : (now + _options.PaymentWindow).ToUnixTimeMilliseconds(),
            WillDecline = draws && book.Dials.Fires(DialRate.Decline),
            WillMismatch = draws && book.Dials.Fires(DialRate.AmountMismatch),
        };
        var folder = book.Folder(account.Key, payment.TxnId);
        Task durable;
        lock (folder.Gate)
        {
            // Refused after a success alone: two that are both under way can both succeed.
            if (folder.Payments.Any(earlier => earlier.AuthorizedAt != 0))
            {
                return (null, Used);
            }

            var change = book.Begin(folder, now);
            change.Put(payment);
            durable = book.Commit(change);
        }

        await durable;
        lifecycle.Await(payment, customer);
        return (payment, null);
    }
}
