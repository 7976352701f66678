using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>Checks UPI IDs for the customer of one payment. The key is <c>{merchant}/{payment}</c>; nothing is
/// stored.</summary>
[Alias("upi-check")]
public interface IUpiCheckGrain : IGrainWithStringKey
{
    /// <summary>Checks at a provider whether a UPI ID exists, at a limited rate, and returns its holder's
    /// name.</summary>
    [Alias("ask"), OpenToGateways]
    Task<Reply<UpiIdView>> Check(string vpa);
}
