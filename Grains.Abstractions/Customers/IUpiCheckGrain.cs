using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>Questions about UPI ids by whoever pays one payment. The key is <c>{merchant}/{payment}</c>; nothing is
/// stored.</summary>
[Alias("upi-check")]
public interface IUpiCheckGrain : IGrainWithStringKey
{
    /// <summary>Whether a UPI id can be paid from, and whose it is, as a provider says. So many in a minute.</summary>
    [Alias("ask")]
    Task<Reply<UpiIdView>> Ask(string vpa);
}
