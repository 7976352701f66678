namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Settings of the simulated Amazon Pay, section <c>Simulators:AmazonPay</c>.</summary>
internal sealed class AmazonPayOptions
{
    public const string Section = "Simulators:AmazonPay";

    /// <summary>Accounts that exist from the start; one that is known already keeps what was last set for it.</summary>
    public IList<AmazonPayAccountOptions> Accounts { get; } = [];

    /// <summary>Age at which a checkout session that was not completed is cancelled. Default 24 h.</summary>
    public TimeSpan SessionWindow { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Age at which an authorised charge that was not captured is cancelled. Default 30 days.</summary>
    public TimeSpan CaptureWindow { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a refund is <c>RefundInitiated</c>. Default 300 ms.</summary>
    public TimeSpan RefundDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How far a request's date may be from the simulator's clock. Default 15 min; Amazon publishes
    /// none.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The version of the notifications' signature: 1 (SHA-1) or 2 (SHA-256). Default 1.</summary>
    public int SignatureVersion { get; set; } = 1;

    /// <summary>The shop's name on the buyer's page.</summary>
    public string StoreName { get; set; } = "Demo Store & Co";
}

/// <summary>An account that exists from the start.</summary>
internal sealed class AmazonPayAccountOptions
{
    public string PublicKeyId { get; set; } = "";

    /// <summary>PEM.</summary>
    public string PublicKey { get; set; } = "";

    public string MerchantId { get; set; } = "";

    public string StoreId { get; set; } = "";

    public string Region { get; set; } = "eu";

    public string? IpnUrl { get; set; }

    /// <summary>Where the certificate of its notifications is fetched: the simulator's address and
    /// <c>/amazonpay/SimpleNotificationService.pem</c>.</summary>
    public string? CertificateUrl { get; set; }
}
