using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Customers;

/// <summary>How customers' instruments are managed. Section <c>Customers</c>; checked when the host starts.</summary>
public sealed class CustomersOptions
{
    /// <summary>How many UPI IDs can be verified for one customer per minute: 10. The response is a person's name, and
    /// the limit keeps this from being a directory.</summary>
    [Range(1, 1_000)]
    public int UpiChecksPerMinute { get; set; } = 10;

    /// <summary>How long a provider's response about a UPI ID is cached: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UpiCheckLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the providers' lists of a customer's cards are cached, unless the customer agrees to another
    /// one: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CardsLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for the vault and for providers, which are called in parallel: 8 s. Then it
    /// replies that there was no response in time, and the operation continues. It is below every timeout of the
    /// callers.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:20")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>After how long an operation at the vault or a provider counts as failed, and the next one there starts:
    /// 60 s. It is above every timeout of a connector, so that it only ends what hangs.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
