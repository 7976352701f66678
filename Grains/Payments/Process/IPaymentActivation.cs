using System.Diagnostics.CodeAnalysis;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The one place where a payment's process is in memory, as its process sees it: in Orleans the activation of
/// a grain. It runs commands one at a time, and beside them reads and the reports that it takes back itself.</summary>
public interface IPaymentActivation
{
    /// <summary>Leaves memory as soon as the calls that are under way have ended.</summary>
    void Deactivate();

    /// <summary>Takes the report of an operation that was started here back to the process, without a call that has
    /// to find it.</summary>
    /// <param name="report">The report.</param>
    /// <param name="recorded">As <see cref="PaymentProcess.RecordAsync(RecordOutcome)"/>.</param>
    /// <returns>Whether it did; false where the payment has left memory: a call finds where it is now.</returns>
    bool TryRecord(RecordOutcome report, [NotNullWhen(true)] out Task<bool>? recorded);
}
