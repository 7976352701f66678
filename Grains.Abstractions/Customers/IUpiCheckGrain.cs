using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>Checks UPI ids for the customer of one payment. The key is <c>{merchant}/{payment}</c>; nothing is
/// stored.</summary>
[Alias("upi-check")]
public interface IUpiCheckGrain : IGrainWithStringKey
{
    /// <summary>Asks a provider whether a UPI id exists and for its holder's name, at a limited rate.</summary>
    [Alias("ask")]
    Task<Reply<UpiIdView>> Check(string vpa);
}
