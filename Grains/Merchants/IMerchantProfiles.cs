namespace PaymentCluster.Grains.Merchants;

/// <summary>What payments need to know of merchants. <see cref="MerchantDirectory"/> is the one of the
/// product.</summary>
public interface IMerchantProfiles
{
    /// <summary>A merchant; null if there is none.</summary>
    ValueTask<MerchantProfile?> GetAsync(string merchant);
}
