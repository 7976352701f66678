using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Payments;

/// <summary>How payments are processed. Section <c>Payments</c> of the configuration; checked when the host
/// starts.</summary>
public sealed class PaymentOptions
{
    /// <summary>The address under which customers' browsers and providers reach the gateway; returns from a provider
    /// lead there. Default <c>http://127.0.0.1:8080</c>.</summary>
    [Required]
    public Uri PublicUrl { get; set; } = new("http://127.0.0.1:8080");

    /// <summary>How long a request to a provider may take to leave this machine, retries before the first byte
    /// included. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SendWindow { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How far two silos' clocks may be apart. Default 10 s. All follow the database's, to 0.25 s
    /// (<see cref="Journal.StoreClock"/>), so that half a second is the least. Too small a value lets a "not found" be
    /// final too early; a large one only delays the recovery of a lost send.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan ClockError { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a customer has to pay, unless the merchant says otherwise. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan ExpiresIn { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often a silo looks for payments that are due. Default 500 ms; each silo adds up to as much again at
    /// random. As long as more are due than it can resume at once, it does not pause.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many due payments one silo resumes at once, at most. Default 64. It begins with fewer, takes fewer
    /// where the store or a payment pushes back or is slow, and a quarter more where one lane hangs
    /// (<see cref="Process.ResumeLimit"/>).</summary>
    [Range(1, 10_000)]
    public int ResumesAtOnce { get; set; } = 64;

    /// <summary>How long a due payment belongs to the silo that claimed it, before another may. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many payments may be in a silo's memory before a final one is deactivated at once, instead of after
    /// an idle time. Default 10,000, about 60 MB. Payments under way stay, however many they are.</summary>
    [Range(0, 100_000_000)]
    public int InMemory { get; set; } = 10_000;

    /// <summary>How many status queries a minute a merchant may send to any provider, instead of each provider's own
    /// limit. Default none. Above its limit a provider refuses status queries, and may refuse payments too.</summary>
    [Range(1, 10_000_000)]
    public int? StatusQueriesPerMinute { get; set; }
}
