namespace PaymentCluster.Simulators.Paytm;

/// <summary>Settings of the simulated Paytm, section <c>Simulators:Paytm</c>.</summary>
internal sealed class PaytmOptions
{
    public const string Section = "Simulators:Paytm";

    /// <summary>Accounts that exist from the start; one that is known already keeps what was last set for it.</summary>
    public IList<PaytmAccountOptions> Accounts { get; } = [];

    /// <summary>How long a transaction token lives. Default 15 min, as documented.</summary>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Age at which an undecided transaction fails. Default 10 min.</summary>
    public TimeSpan PaymentWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a refund is pending. Default 300 ms.</summary>
    public TimeSpan RefundDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>For how long the repetition of a refund is "already raised" rather than "already refunded". Default
    /// 10 min, as documented.</summary>
    public TimeSpan RepeatWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What is in every wallet, in paise. Default 1,000,000.</summary>
    public long WalletBalance { get; set; } = 1_000_000;

    /// <summary>The one-time password that opens a wallet. Default 888888.</summary>
    public string WalletPassword { get; set; } = "888888";

    /// <summary>The payee in UPI links.</summary>
    public string PayeeVpa { get; set; } = "simulator@paytm";

    /// <summary>The payee's name in UPI links and on the customer's pages.</summary>
    public string PayeeName { get; set; } = "Demo Store & Co";

    /// <summary>Merchant category code in UPI links.</summary>
    public string CategoryCode { get; set; } = "5411";
}

/// <summary>An account that exists from the start.</summary>
internal sealed class PaytmAccountOptions
{
    public string Mid { get; set; } = "";

    public string MerchantKey { get; set; } = "";

    public string Website { get; set; } = "WEBSTAGING";

    public string? WebhookUrl { get; set; }
}
