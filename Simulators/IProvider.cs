using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Journal;

namespace PaymentCluster.Simulators;

/// <summary>What the shared control surface needs of each simulated provider.</summary>
internal interface IProvider
{
    /// <summary>The name in the control surface's paths.</summary>
    string Name { get; }

    /// <summary>The provider's own record of money moved.</summary>
    IEnumerable<ChargeLine> Charges();

    /// <summary>The customer of a payment approves or declines it.</summary>
    ValueTask<DecisionOutcome> DecideAsync(string paymentId, CustomerDecision decision);

    /// <summary>The merchant refunds a payment in the provider's dashboard.</summary>
    ValueTask<DashboardOutcome> RefundAsync(string paymentId, long amount);
}
