namespace PaymentCluster.Simulators.Customer;

/// <summary>The customer of a payment, section <c>Simulators:Customer</c>.</summary>
internal sealed class CustomerOptions
{
    public const string Section = "Simulators:Customer";

    /// <summary>Whether payments are decided automatically. Default true; else a person must press a button.</summary>
    public bool Automatic { get; set; } = true;

    /// <summary>How long the automatic customer takes. Default 300 ms.</summary>
    public TimeSpan ApprovalDelay { get; set; } = TimeSpan.FromMilliseconds(300);
}
