using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Routing;

/// <summary>How providers are scored. Section <c>Routing</c>; checked when the host starts.</summary>
public sealed class RoutingOptions
{
    /// <summary>Over how long a provider's score is taken: 30 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan ScoreWindow { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Over how long it is judged whether a provider is down: 2 min. It is also how long a provider that was
    /// judged so, and gets no payments, stays so at most.</summary>
    [Range(typeof(TimeSpan), "00:00:04", "01:00:00")]
    public TimeSpan DownWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How many outcomes in that time it takes to be judged: 5.</summary>
    [Range(1, 10_000)]
    public int DownOutcomes { get; set; } = 5;

    /// <summary>From which share of faults among them a provider counts as down: 0.5.</summary>
    [Range(0.01, 1.0)]
    public double DownShare { get; set; } = 0.5;
}
