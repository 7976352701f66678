namespace PaymentCluster.Simulators.Juspay;

/// <summary>How a transaction ended badly: its status, and the gateway's code and sentence.</summary>
internal sealed record JuspayFailure(JuspayStatus Status, string Code, string Message);

/// <summary>Why payments fail, and the magic values that make them. Juspay documents none: these are the simulator's
/// own, UPI's with NPCI's codes.</summary>
internal static class JuspayFailures
{
    private static readonly Dictionary<string, string> FailingCards = new(StringComparer.Ordinal)
    {
        ["4000000000000002"] = "declined",
        ["4000000000009995"] = "insufficient_funds",
        ["4000000000000069"] = "expired",
        ["4000000000000119"] = "gateway",
        ["4000000000000127"] = "refused_input",
    };

    private static readonly Dictionary<string, JuspayFailure> ByReason = new(StringComparer.Ordinal)
    {
        ["declined"] = new(JuspayStatus.AuthorizationFailed, "05", "Do not honour"),
        ["insufficient_funds"] = new(JuspayStatus.AuthorizationFailed, "51", "Insufficient funds"),
        ["expired"] = new(JuspayStatus.AuthorizationFailed, "54", "Expired card"),
        ["gateway"] = new(JuspayStatus.AuthorizationFailed, "91", "Issuer or switch inoperative"),
        ["refused_input"] = new(JuspayStatus.JuspayDeclined, "INVALID_INPUT", "Input is not accepted by the gateway"),
    };

    /// <summary>The failure that a test card selects, if it is one; it shows when the customer declines.</summary>
    public static string? OfCard(string number) => FailingCards.GetValueOrDefault(number);

    /// <summary>A UPI ID that begins so is declined, whatever the customer does; a code behind it is NPCI's reason, as
    /// in <c>failure.z9@simulator</c>.</summary>
    public static bool IsFailing(string? vpa) => vpa?.StartsWith("failure", StringComparison.Ordinal) == true;

    /// <summary>A UPI ID that begins so does not exist.</summary>
    public static bool IsInvalid(string vpa) => vpa.StartsWith("invalid", StringComparison.Ordinal);

    /// <summary>The customer said no.</summary>
    public static JuspayFailure Refused(JuspayTxn txn) => txn switch
    {
        { Card.Failure: { } reason } => ByReason[reason],
        { MethodType: "UPI" } => new(JuspayStatus.AuthorizationFailed, "ZA", "Transaction declined by customer"),
        _ => new(JuspayStatus.AuthenticationFailed, "USER_ABORTED", "The customer did not authenticate"),
    };

    /// <summary>The bank said no.</summary>
    public static JuspayFailure Declined(JuspayTxn txn)
    {
        if (txn.MethodType != "UPI")
        {
            return ByReason["declined"];
        }

        var name = txn.Vpa?.Split('@')[0] ?? "";
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var code = IsFailing(txn.Vpa) && dot >= 0 ? name[(dot + 1)..].ToUpperInvariant() : "Z9";
        return new(JuspayStatus.AuthorizationFailed, code, "Transaction declined by the bank");
    }

    /// <summary>No decision arrived in time.</summary>
    public static JuspayFailure TimedOut(JuspayTxn txn) => txn.MethodType == "UPI"
        ? new(JuspayStatus.AuthorizationFailed, "U69", "Collect request expired")
        : new(JuspayStatus.AuthenticationFailed, "TIMED_OUT", "The customer did not authenticate in time");
}
