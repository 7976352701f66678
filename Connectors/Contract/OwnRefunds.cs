using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Connectors.Contract;

/// <summary>Recognises this engine's refunds by the names that it gave them at a provider, where a name cannot be read
/// backwards.</summary>
internal static class OwnRefunds
{
    /// <summary>Whether the name is that of a refund of this payment. The first ones are recognised first; for a
    /// foreign name all that a payment may have are compared, a millisecond's work.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="name">The name at the provider.</param>
    /// <param name="nameOf">How refunds are named there.</param>
    public static bool Has(PaymentId payment, string? name, Func<RefundId, string> nameOf)
    {
        for (var number = 1; name is not null && number <= RefundId.MaxNumber; number++)
        {
            if (name == nameOf(new RefundId { Payment = payment, Number = number }))
            {
                return true;
            }
        }

        return false;
    }
}
