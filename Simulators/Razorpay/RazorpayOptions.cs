namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Settings of the simulated Razorpay, section <c>Simulators:Razorpay</c>.</summary>
internal sealed class RazorpayOptions
{
    public const string Section = "Simulators:Razorpay";

    /// <summary>Accounts that exist from the start; one that is known already keeps what was last set for it.</summary>
    public IList<RazorpayAccountOptions> Accounts { get; } = [];

    /// <summary>Whether an order that does not say so is captured at once. Default true, as on a new account.</summary>
    public bool AutoCapture { get; set; } = true;

    /// <summary>Age at which an undecided payment fails. Default 10 min.</summary>
    public TimeSpan PaymentWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Age at which an authorised payment that was not captured is refunded, unless its order says otherwise.
    /// Default 3 days.
    /// </summary>
    public TimeSpan CaptureWindow { get; set; } = TimeSpan.FromDays(3);

    /// <summary>How long a refund is pending. Default 300 ms.</summary>
    public TimeSpan RefundDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Fee before tax, in hundredths of a percent. Default 200.</summary>
    public int FeeBasisPoints { get; set; } = 200;

    /// <summary>Tax on the fee, in percent. Default 18.</summary>
    public int TaxPercent { get; set; } = 18;

    /// <summary>The payee in UPI links.</summary>
    public string PayeeVpa { get; set; } = "simulator@razorpay";

    /// <summary>The payee's name in UPI links and on the customer's pages.</summary>
    public string PayeeName { get; set; } = "Demo Store & Co";

    /// <summary>Merchant category code in UPI links.</summary>
    public string CategoryCode { get; set; } = "5411";
}

/// <summary>An account that exists from the start.</summary>
internal sealed class RazorpayAccountOptions
{
    public string KeyId { get; set; } = "";

    public string KeySecret { get; set; } = "";

    public string? WebhookUrl { get; set; }

    public string? WebhookSecret { get; set; }
}
