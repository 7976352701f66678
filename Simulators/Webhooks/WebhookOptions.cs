namespace PaymentCluster.Simulators.Webhooks;

/// <summary>How webhooks are delivered, section <c>Simulators:Webhooks</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Simulators:Webhooks";

    /// <summary>How long a receiver may take. Default 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before the first retry; each further one doubles the wait. Default 1 s.</summary>
    public TimeSpan RetryBase { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Age at which an undelivered event is given up and its webhook disabled. Default 24 h.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How far a reordered event falls behind those after it. Default 1 s.</summary>
    public TimeSpan ReorderDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Deliveries to one account under way at once. Default 16.</summary>
    public int Parallel { get; set; } = 16;
}
