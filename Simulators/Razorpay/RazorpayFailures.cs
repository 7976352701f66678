namespace PaymentCluster.Simulators.Razorpay;

/// <summary>
/// Why payments fail, and the magic values that make them: the VPAs and card numbers that Razorpay documents for its
/// test mode ("Test Card Details", "Test Integration").
/// </summary>
internal static class RazorpayFailures
{
    public const string SuccessVpa = "success@razorpay";
    public const string FailureVpa = "failure@razorpay";

    private const string BadRequest = "BAD_REQUEST_ERROR";
    private const string Authentication = "payment_authentication";
    private const string Authorization = "payment_authorization";

    private static readonly Dictionary<string, string> FailingCards = new(StringComparer.Ordinal)
    {
        ["4100280000090000"] = "payment_timed_out",
        ["5305620000060000"] = "payment_timed_out",
        ["4100280000080001"] = "insufficient_fund",
        ["5305620000050001"] = "insufficient_fund",
        ["4100280000070002"] = "payment_cancelled",
        ["5305620000040002"] = "payment_cancelled",
        ["4100280000060003"] = "card_declined",
        ["5305620000030003"] = "card_declined",
        ["4100280000050004"] = "card_declined",
        ["5305620000020004"] = "card_declined",
        ["4100280000040005"] = "card_declined",
        ["5305620000010005"] = "card_declined",
        ["4100280000030006"] = "card_disabled_for_online_payments",
        ["5305620000000006"] = "card_disabled_for_online_payments",
        ["4100280000010008"] = "card_number_invalid",
        ["5305620000080008"] = "card_number_invalid",
        ["4100280000020007"] = "gateway_technical_error",
        ["5305620000090007"] = "gateway_technical_error",
        ["4100280000000009"] = "authentication_failed",
        ["5305620000070009"] = "authentication_failed",
    };

    private static readonly HashSet<string> InternationalCards =
        new(StringComparer.Ordinal)
        {
            "5555555555554444", "5105105105105100", "5104060000000008", "4012888888881881", "5104015555555558",
        };

    private static readonly Dictionary<string, RazorpayFailure> ByReason = new RazorpayFailure[]
    {
        new(BadRequest, "Your payment could not be completed due to a temporary issue. Try again later.",
            "customer", Authentication, "payment_timed_out"),
        new(BadRequest, "Your payment could not be completed due to insufficient account balance. Try another card or "
            + "payment method.", "customer", Authorization, "insufficient_fund"),
        new(BadRequest, "Your payment has been cancelled. Try again or complete the payment later.",
            "customer", Authentication, "payment_cancelled"),
        new(BadRequest, "Your payment did not go through as it was declined by the bank. Try another payment method or "
            + "contact your bank.", "bank", Authorization, "card_declined"),
        new(BadRequest, "Your card is disabled for online payments. Please reach to your bank or try with another "
            + "card.", "customer", Authorization, "card_disabled_for_online_payments"),
        new(BadRequest, "You have entered an incorrect card number. Try again.",
            "customer", "payment_initiation", "card_number_invalid"),
        new("GATEWAY_ERROR", "Your payment did not go through due to a temporary issue. Any debited amount will be "
            + "refunded in 4-5 business days.", "gateway", Authorization, "gateway_technical_error"),
        new("GATEWAY_ERROR", "Your payment could not be completed due to incorrect OTP or verification details. Try "
            + "another payment method or contact your bank for details.",
            "customer", Authentication, "authentication_failed"),
        new(BadRequest, "Your payment did not go through as it was declined by the bank. Try another payment method or "
            + "contact your bank.", "bank", Authorization, "payment_declined"),
        new(BadRequest, "Payment was not completed on time.",
            "customer", Authentication, "payment_collect_request_expired"),
    }.ToDictionary(failure => failure.Reason, StringComparer.Ordinal);

    /// <summary>The customer said no.</summary>
    public static RazorpayFailure Cancelled => ByReason["payment_cancelled"];

    /// <summary>The failure that a test card selects, if it is one; it shows when the customer declines.</summary>
    public static string? OfCard(string number) => FailingCards.GetValueOrDefault(number);

    /// <summary>Whether this VPA is well-formed and has no holder.</summary>
    public static bool IsUnknownHolder(string vpa) => vpa.StartsWith("invalid@", StringComparison.OrdinalIgnoreCase);

    public static bool IsInternational(string number) => InternationalCards.Contains(number);

    public static RazorpayFailure Of(string reason) => ByReason[reason];

    /// <summary>The bank said no.</summary>
    public static RazorpayFailure Declined(RazorpayPayment payment) =>
        ByReason[payment.Method == "card" ? "card_declined" : "payment_declined"];

    /// <summary>No decision arrived in time.</summary>
    public static RazorpayFailure TimedOut(RazorpayPayment payment) =>
        ByReason[payment.UpiFlow == "collect" ? "payment_collect_request_expired" : "payment_timed_out"];
}
