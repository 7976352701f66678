using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Merchants;

/// <summary>How merchants' settings are kept. Section <c>Merchants</c>; checked when the host starts.</summary>
public sealed class MerchantsOptions
{
    /// <summary>How long credentials that were replaced still verify inbound webhooks: 24 h. Providers sign for a while
    /// with the secret before, and repeat for up to a day what was refused.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan CredentialOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long the credentials of an account that takes no new payments are kept, for queries, captures and
    /// refunds of those that were sent there: 540 days, as long as payments may be disputed.</summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "3650.00:00:00")]
    public TimeSpan EarlierAccountRetention { get; set; } = TimeSpan.FromDays(540);
}
