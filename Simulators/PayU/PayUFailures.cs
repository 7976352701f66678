namespace PaymentCluster.Simulators.PayU;

/// <summary>Why payments fail, and the magic values that make them. PayU publishes none that fail, so these are the
/// simulator's own.</summary>
internal static class PayUFailures
{
    public const string FailureVpa = "failure@payu";

    /// <summary>The one address without a holder.</summary>
    public const string UnknownVpa = "invalid@payu";

    private static readonly Dictionary<string, string> FailingCards = new(StringComparer.Ordinal)
    {
        ["4000000000000002"] = "E310",
        ["4000000000009995"] = "E308",
        ["4000000000000127"] = "E1804",
        ["4000000000000119"] = "E216",
    };

    private static readonly Dictionary<string, PayUFailure> ByCode = new PayUFailure[]
    {
        new("E310", "Bank declined the transaction", "Transaction declined by issuer"),
        new("E308", "Insufficient funds", "Not sufficient funds"),
        new("E1804", "3DS authentication failed", "Authentication failed"),
        new("E216", "Acquirer host unreachable", "Acquirer host unreachable"),
    }.ToDictionary(failure => failure.Code, StringComparer.Ordinal);

    /// <summary>The customer said no.</summary>
    public static PayUFailure Cancelled { get; } = new("E1605", "Cancelled by user", "Cancelled by user");

    /// <summary>The bank of a UPI payment said no, with NPCI's code for "insufficient funds".</summary>
    public static PayUFailure Upi { get; } = new("E1610", "Transaction failed at the bank", "Z9|INSUFFICIENT FUNDS");

    /// <summary>No decision arrived in time.</summary>
    public static PayUFailure TimedOut { get; } = new("E1302", "Not completed in time", "No response");

    /// <summary>Money that came too late.</summary>
    public static PayUFailure TooLate { get; } = new("E1302", "Success after the payment was given up", "Auto refund");

    /// <summary>The failure that a test card selects, if it is one; it shows when the customer declines.</summary>
    public static string? OfCard(string number) => FailingCards.GetValueOrDefault(number);

    public static PayUFailure Of(string code) => ByCode[code];

    /// <summary>The bank said no.</summary>
    public static PayUFailure Declined(PayUPayment payment) => payment.Pg is "UPI" or "DBQR" ? Upi : ByCode["E310"];
}
