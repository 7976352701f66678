namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The one place where a payment's process is in memory, as its process sees it: in Orleans the activation of
/// a grain. It runs commands one at a time, and reads between their steps.</summary>
public interface IPaymentActivation
{
    /// <summary>Leaves memory as soon as the calls that are under way have ended.</summary>
    void Deactivate();
}
