using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What a provider operation is carried out with.</summary>
/// <param name="Key">The payment.</param>
/// <param name="State">The payment as it was durable when the operation was started.</param>
/// <param name="Activation">Where the payment was in memory then.</param>
/// <param name="Secret">What a charge is sent with and may not be stored.</param>
/// <param name="Window">Until when it may leave: opened before the intent was committed, so that what the intent
/// promised holds however long this process is frozen in between.</param>
public sealed record OperationContext(
    PaymentKey Key, PaymentState State, IPaymentActivation Activation, InstrumentSecret? Secret, SendWindow Window);
