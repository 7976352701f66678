using System.Text.Json;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>A result as Paytm's <c>resultInfo</c> has it.</summary>
internal sealed record PaytmResult(string Status, string Code, string Message)
{
    // Initiating and paying: paytmpayments.com/docs/api/initiate-transaction-api and process-transaction-api.
    public static PaytmResult Success { get; } = new("S", "0000", "Success");

    public static PaytmResult SuccessAgain { get; } = new("S", "0002", "Success Idempotent");

    public static PaytmResult NotValid { get; } = new("F", "1001", "Request parameters are not valid");

    public static PaytmResult SessionExpired { get; } = new("F", "1006", "Your Session has expired.");

    public static PaytmResult Missing { get; } = new("F", "1007", "Missing mandatory element");

    public static PaytmResult WrongChecksum { get; } = new("F", "2005", "Checksum provided is invalid");

    public static PaytmResult NoSuchMid { get; } = new("F", "2006", "Mid is invalid");

    public static PaytmResult OtherMid { get; } =
        new("F", "2013", "Mid in the query param doesn't match with the Mid send in the request");

    public static PaytmResult OtherOrder { get; } =
        new("F", "2014", "OrderId in the query param doesn't match with the OrderId send in the request");

    public static PaytmResult NoSuchUser { get; } = new("F", "2004", "SSO Token is invalid");

    public static PaytmResult TooMuch { get; } = new(
        "F", "196", "Payment failed as amount entered exceeds the allowed limit.");

    public static PaytmResult DuplicateOrder { get; } = new("F", "325", "Duplicate order id");

    public static PaytmResult TooOften { get; } = new("F", "372", "Retry count breached");

    public static PaytmResult NoSuchCard { get; } = new("F", "312", "This card is not supported.");

    public static PaytmResult WrongYear { get; } = new("F", "315", "Please enter a valid year.");

    public static PaytmResult WrongVpa { get; } = new(
        "F", "295", "Your payment failed as the UPI ID entered is incorrect.");

    // The status and refund calls have codes of their own.
    public static PaytmResult StatusChecksum { get; } = new("TXN_FAILURE", "330", "Paytm checksum mismatch.");

    public static PaytmResult StatusMid { get; } = new("TXN_FAILURE", "335", "Mid is invalid.");

    public static PaytmResult StatusOrder { get; } = new("TXN_FAILURE", "334", "Invalid Order ID.");

    public static PaytmResult NoRecord { get; } = new("NO_RECORD_FOUND", "331", "No Record Found");

    public static PaytmResult Of(PaytmTxnStatus status, string? code) => status switch
    {
        PaytmTxnStatus.Pending =>
            new(
                "PENDING", "402",
                "Looks like the payment is not complete. Please wait while we confirm the status with your bank."),
        PaytmTxnStatus.Failed => OfFailure(code!),
        _ => new("TXN_SUCCESS", "01", "Txn Success"),
    };

    public static PaytmResult OfFailure(string code) => new("TXN_FAILURE", code, code switch
    {
        "227" => "Your payment has been declined by your bank. Please contact your bank for any queries.",
        "235" => "Wallet balance insufficient, bankName=WALLET",
        "295" => "Your payment failed as the UPI ID entered is incorrect.",
        "401" => "Your payment has been declined by your bank. Please contact your bank for any queries.",
        _ => "Txn Failed",
    });

    public static PaytmResult OfRefund(string code) => code switch
    {
        "10" => new("TXN_SUCCESS", code, "Refund Successfull"),
        "501" => new("PENDING", code, "System Error"),
        "600" => new("TXN_FAILURE", code, "Invalid refund request."),
        "601" => new("PENDING", code, "Refund request was raised for this transaction. But it is pending state"),
        "607" => new("TXN_FAILURE", code, "Refund can not be initiated for a cancelled transaction."),
        "617" =>
            new(
                "TXN_FAILURE", code,
                "Refund Already Raised (If merchant repeated their request within the 10 minutes after initiate the "
                    + "first refund request)"),
        "619" => new("TXN_FAILURE", code, "Invalid refund amount"),
        "626" =>
            new(
                "TXN_FAILURE", code,
                "Another Refund on same order is already in Progress, please retry after few minutes"),
        "627" => new("TXN_FAILURE", code, "Order Details Mismatch"),
        "628" =>
            new(
                "TXN_FAILURE", code,
                "Refund request was raised to respective bank. But it is in pending state from bank side."),
        "629" => new("TXN_FAILURE", code, "Refund is already Successful"),
        "631" => new("TXN_FAILURE", code, "Record not found"),
        "635" => new("TXN_FAILURE", code, "Partial Refund under Rupee 1 is not allowed"),
        _ => new("TXN_FAILURE", code, "Refund Failed"),
    };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("resultInfo");
        json.WriteString("resultStatus", Status);
        json.WriteString("resultCode", Code);
        json.WriteString("resultMsg", Message);
        json.WriteEndObject();
    }
}

/// <summary>Responses in Paytm's envelope. Each is HTTP 200.</summary>
internal static class PaytmResponses
{
    /// <summary>The response of a proxy when Paytm is down.</summary>
    public static FaultResponses Faults { get; } = new(
        new SimulatedResponse(
            500, "<html><body>Internal Server Error</body></html>"u8.ToArray())
        { ContentType = "text/html" },
        new SimulatedResponse(
            429,
            "<html><body>Too Many Requests</body></html>"u8.ToArray())
        { ContentType = "text/html", RetryAfter = 1 });

    public static SimulatedResponse NoSuchUrl { get; } =
        new(404, "<html><body>Not Found</body></html>"u8.ToArray()) { ContentType = "text/html" };

    /// <summary>A response with nothing but its result.</summary>
    public static SimulatedResponse Only(PaytmCall call, PaytmResult result) => Body(call, result, static _ => { });

    /// <summary>A response with a result and more; signed where the call was.</summary>
    public static SimulatedResponse Body(PaytmCall call, PaytmResult result, Action<Utf8JsonWriter> write)
    {
        var body = JsonBytes.Write((result, write), static (json, parts) =>
        {
            json.WriteStartObject();
            parts.result.Write(json);
            parts.write(json);
            json.WriteEndObject();
        });
        return SimulatedResponse.Json(200, (call, body), static (json, parts) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("head");
            json.WriteString("responseTimestamp", parts.call.Now.ToUnixTimeMilliseconds().ToString());
            json.WriteString("version", "v1");
            if (parts.call is { IsSigned: true, Account: { } account })
            {
                json.WriteString("signature", PaytmChecksum.Make(account.MerchantKey, parts.body));
            }

            json.WriteEndObject();
            json.WritePropertyName("body");
            json.WriteRawValue(parts.body);
            json.WriteEndObject();
        });
    }
}
