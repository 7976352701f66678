using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Archives;

/// <summary>Where archives are, and what may be archived. Configuration section <c>Archive</c>.</summary>
public sealed class ArchiveOptions
{
    /// <summary>The directory of the archives. <c>Silo archive</c> and <c>Silo restore</c> need it. A silo that can
    /// read it restores a payment when a command comes for it; one without it refuses such commands with
    /// <c>payment_archived</c>. Default: none.</summary>
    public string? Directory { get; set; }

    /// <summary>How long after its last change a payment may still be refunded. Default 180 days: the longest of the
    /// providers whose limit is published (Razorpay, six months).</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan RefundWindow { get; set; } = TimeSpan.FromDays(180);

    /// <summary>How long after its last change a payment may still be disputed. Default 540 days: what card schemes
    /// allow at most, from the payment to the dispute.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan DisputeWindow { get; set; } = TimeSpan.FromDays(540);

    /// <summary>How many payments of a month may have something open and stay, for the others to be archived. Default
    /// 10,000.</summary>
    [Range(0, 1_000_000)]
    public int MaxCarried { get; set; } = 10_000;

    /// <summary>How long a payment must not have changed.</summary>
    public TimeSpan Window => RefundWindow > DisputeWindow ? RefundWindow : DisputeWindow;
}
