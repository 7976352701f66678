using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Customers;

/// <summary>How customers' instruments are looked after. Section <c>Customers</c>; checked when the host
/// starts.</summary>
public sealed class CustomersOptions
{
    /// <summary>How many UPI ids may be asked about for one customer in a minute: 10. The answer is somebody's name, and
    /// this keeps it from being a directory.</summary>
    [Range(1, 1_000)]
    public int UpiChecksPerMinute { get; set; } = 10;

    /// <summary>How long what a provider said of a UPI id holds: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UpiCheckLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long providers are not asked again which cards they keep, unless the customer agreed to another one:
    /// 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CardsLifetime { get; set; } = TimeSpan.FromSeconds(30);
}
