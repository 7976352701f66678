using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Simulation.Tests.Ports;

/// <summary>Admits every attempt: what the guard counts changes no payment that was admitted.</summary>
internal sealed class SimulatedGuard : IAttemptGuard
{
    public ValueTask<AttemptAdmission> CheckAsync(AttemptFacts attempt) => new(new AttemptAdmission());

    public void Record(PaymentKey payment, string? customer, AttemptSubjects subjects, AttemptEnd end)
    {
        // Nothing is counted.
    }
}
