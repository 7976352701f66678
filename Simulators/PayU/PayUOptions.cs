namespace PaymentCluster.Simulators.PayU;

/// <summary>Settings of the simulated PayU, section <c>Simulators:PayU</c>.</summary>
internal sealed class PayUOptions
{
    public const string Section = "Simulators:PayU";

    /// <summary>Accounts that exist from the start; one that is known already keeps what was last set for it.</summary>
    public IList<PayUAccountOptions> Accounts { get; } = [];

    /// <summary>Age at which an undecided payment is given up. Default 30 min, as long as a QR code lives.</summary>
    public TimeSpan PaymentWindow { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a capture, refund or cancellation is queued. Default 300 ms.</summary>
    public TimeSpan ActionDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long PayU refuses another refund of the same amount of one payment (code 214). PayU has 5 minutes;
    /// default none, so that trials need not wait.</summary>
    public TimeSpan SameAmountWindow { get; set; } = TimeSpan.Zero;

    /// <summary>What the customer pays on top, in paise. Default none.</summary>
    public long AdditionalCharges { get; set; }

    /// <summary>The payee in UPI links.</summary>
    public string PayeeVpa { get; set; } = "simulator@payu";

    /// <summary>The payee's name in UPI links and on the customer's pages.</summary>
    public string PayeeName { get; set; } = "Demo Store & Co";
}

/// <summary>An account that exists from the start.</summary>
internal sealed class PayUAccountOptions
{
    public string Key { get; set; } = "";

    public string Salt { get; set; } = "";

    public string? WebhookUrl { get; set; }
}
