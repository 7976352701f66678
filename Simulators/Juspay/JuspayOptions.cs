namespace PaymentCluster.Simulators.Juspay;

/// <summary>Settings of the simulated Juspay, section <c>Simulators:Juspay</c>.</summary>
internal sealed class JuspayOptions
{
    public const string Section = "Simulators:Juspay";

    /// <summary>Accounts that exist from the start; one that is known already keeps what was last set for it.</summary>
    public IList<JuspayAccountOptions> Accounts { get; } = [];

    /// <summary>Age at which an undecided transaction fails. Default 15 min.</summary>
    public TimeSpan PaymentWindow { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Age at which an authorised transaction that was not captured is released. Default 7 days.</summary>
    public TimeSpan CaptureWindow { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a refund is queued and under way. Default 300 ms; Juspay's own queue takes up to
    /// 15 minutes.</summary>
    public TimeSpan RefundDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a release is under way. Default 300 ms.</summary>
    public TimeSpan VoidDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Within what time a second refund of one amount is taken for the first one's double. Default
    /// 2 s.</summary>
    public TimeSpan RefundRepeatGap { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What is in a wallet when it is linked, in paise. Default 100,000.</summary>
    public long WalletBalance { get; set; } = 100_000;

    /// <summary>The payee in UPI links.</summary>
    public string PayeeVpa { get; set; } = "simulator@juspay";

    /// <summary>The payee's name in UPI links and on the customer's pages.</summary>
    public string PayeeName { get; set; } = "Demo Store & Co";

    /// <summary>Merchant category code in UPI links.</summary>
    public string CategoryCode { get; set; } = "5411";
}

/// <summary>An account that exists from the start.</summary>
internal sealed class JuspayAccountOptions
{
    public string MerchantId { get; set; } = "";

    public string ApiKey { get; set; } = "";

    public string ResponseKey { get; set; } = "";
}
